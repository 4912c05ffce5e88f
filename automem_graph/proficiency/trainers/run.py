"""The training process: `python run.py JOB`, by its path, in any environment with PACKAGES.

There this package need not be installed, and the rest of it is not imported where it is. It leaves
at once when its standard input ends, which is when the process that started it is gone.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent
PACKAGES = ("torch", "transformers", "peft", "trl", "datasets", "accelerate")
ROOM = "automem_graph.proficiency.trainers"


def main(job: str) -> int:
    """Train; the exit status is 0 where an adapter came of it."""
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _stand_alone()
    from automem_graph.proficiency.trainers.causes import cause
    from automem_graph.proficiency.trainers.job import Job, Refused

    asked = Job.read(Path(job))
    began = time.monotonic()
    try:
        missing = [name for name in PACKAGES if find_spec(name) is None]
        if missing:
            raise Refused("packages", _missing(missing))
        from automem_graph.proficiency.trainers.fitting import fit

        fit(asked, began)
    except Exception as error:  # a boundary: the parent is told in a row
        refused = cause(error)
        asked.tell(failed=refused.kind, why=refused.why)
        if refused.kind == "crash":
            raise
        return 1
    return 0


def _leave_with_parent() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


def _stand_alone() -> None:
    """Let the modules beside this one be imported by their names, and nothing else of the package.

    Its folder is taken off the path, where its files would stand before other packages'.
    """
    sys.path[:] = [path for path in sys.path if not path or Path(path).resolve() != HERE]
    folder = HERE
    for name in (ROOM, ROOM.rpartition(".")[0], ROOM.partition(".")[0]):
        module = ModuleType(name)
        module.__path__ = [str(folder)]
        sys.modules[name] = module
        folder = folder.parent


def _missing(names: list[str]) -> str:
    return (
        f"{sys.executable} has no {', '.join(names)}: "
        'pip install "automem-graph[train]" for it, or train with another python'
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
