"""kill -9 at any moment, then the same command: the episode that an undisturbed run leaves."""

import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from os import kill
from pathlib import Path

import pytest

from automem_graph.episodes.layout import find_episode
from support.processes import processes_under
from support.timeless import timeless

CODE = "from automem_graph.cli import main; main()"
STEPS = 200
VICTIMS = ("driver", "worlds.host", "scaffold.host")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def start(folder: Path, agent: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", CODE, "play", "crafter", "--steps", str(STEPS)]
    return subprocess.Popen(
        [*command, "--agent", agent, "--out", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def victim(driver: int, which: str) -> int | None:
    """The driver itself, or its child that hosts worlds or the scaffold."""
    if which == "driver":
        return driver
    for process in processes_under(driver):
        with suppress(OSError):
            if which in Path(f"/proc/{process}/cmdline").read_text():
                return process
    return None


def rows(folder: Path) -> int:
    """Whole lines of the trace, its header included."""
    traces = list(folder.glob("episodes/*/trace.jsonl"))
    return traces[0].read_bytes().count(b"\n") if traces else 0


def disturb(folder: Path, agent: str, at_row: int, which: str, delay: float) -> bool:
    """Play until a row is there, wait a moment, kill; whether there was something to kill."""
    driver = start(folder, agent)
    while driver.poll() is None and rows(folder) < at_row:
        time.sleep(0.002)
    time.sleep(delay)
    found = None
    while driver.poll() is None and (found := victim(driver.pid, which)) is None:
        time.sleep(0.002)
    if found is not None:
        with suppress(ProcessLookupError):
            kill(found, signal.SIGKILL)
    driver.communicate(timeout=60)
    return found is not None


@pytest.mark.parametrize(
    ("agent", "kills", "victims"),
    [("memory", 9, VICTIMS), ("window-cot", 2, VICTIMS[:2])],
)
def test_kills_and_the_same_episode(
    tmp_path: Path, agent: str, kills: int, victims: tuple[str, ...]
):
    chance = random.Random(2607)
    whole = start(tmp_path / "whole", agent)
    whole.communicate(timeout=120)
    assert whole.returncode == 0
    # Every fifty steps an episode opens a session anew, and there nobody would miss the old host.
    moments = sorted(chance.sample([row for row in range(STEPS - 40) if row % 50 < 40], kills))
    killed = 0
    for number, moment in enumerate(moments):
        which = victims[number % len(victims)]
        killed += disturb(tmp_path / "cut", agent, moment, which, chance.random() * 0.02)
    last = start(tmp_path / "cut", agent)
    output, _ = last.communicate(timeout=120)
    assert last.returncode == 0, output.decode()
    assert killed == kills
    assert timeless(find_episode(tmp_path / "cut")) == timeless(find_episode(tmp_path / "whole"))
