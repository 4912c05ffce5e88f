"""What other processes do, as Linux tells it in /proc."""

import time
from collections.abc import Callable
from pathlib import Path


def alive(process: int) -> bool:
    """Whether it runs: neither gone nor a zombie."""
    try:
        status = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return status != "Z"


def processes_under(parent: int) -> list[int]:
    """Live processes whose parent is that one, without zombies."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30  # a busy machine takes its time
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in 30 s"
        time.sleep(0.01)
