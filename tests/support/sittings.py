"""A run of a loop in processes that die by kill -9, each at a moment that a test has chosen.

One process imports the loop, and forks another one for each sitting: `Sittings.sit`.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

ASKED = "asked"
"""The moment in which a person is asked; the others are nodes' names and those of `MOMENTS`."""

MOMENTS = {
    "step": lambda event: event.get("kind") == "stepped" and event["step"] >= 3,
    "said": lambda event: event.get("event") in ("proposer", "said"),
}


class Sittings:
    """Where sittings are started, from `with` to its end, of `module:function`."""

    def __init__(self, loop: str = "automem_graph.structure.evolve:evolve_scaffold") -> None:
        self._loop = loop

    def __enter__(self) -> Self:
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "support.sittings", self._loop],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._parent.communicate(timeout=30)

    def sit(self, settings: Mapping[str, Any], *, dies: str = "", answer: Any = None) -> int:
        """The exit status of the loop with these settings, killed at that moment.

        With an `answer`, a person is asked wherever the loop asks one, and gives it.
        """
        assert self._parent.stdin
        assert self._parent.stdout
        order = {"settings": dict(settings), "dies": dies, "answer": answer, "in": str(Path.cwd())}
        self._parent.stdin.write(json.dumps(order) + "\n")
        self._parent.stdin.flush()
        return int(self._parent.stdout.readline())


def main() -> None:
    module, _, name = sys.argv[1].partition(":")
    loop = getattr(importlib.import_module(module), name)  # all that a sitting needs, once
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            order = json.loads(line)
            os.chdir(order["in"])
            sit(loop, order["settings"], order["dies"], order["answer"])
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def sit(loop: Any, settings: Mapping[str, Any], dies: str, answer: Any) -> None:
    def hear(event: Any) -> None:
        told = event.model_dump(mode="json")
        here = MOMENTS.get(dies, lambda told: told.get("node") == dies)
        if here(told):
            os.kill(os.getpid(), signal.SIGKILL)

    def approve(_: Any) -> Any:
        if dies == ASKED:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    try:
        asked = None if answer is None else approve
        loop(**settings, hear=hear, approve=asked)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)


if __name__ == "__main__":
    main()
