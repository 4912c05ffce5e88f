"""kill -9 at any moment, then the same command: the episode that an undisturbed run leaves."""

import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from os import kill
from pathlib import Path

import pytest
from langchain_core.messages import BaseMessage

from automem_graph.agent.context import PlayContext
from automem_graph.agent.events import Event
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import find_episode
from automem_graph.episodes.play import play_episode
from automem_graph.episodes.processes import Processes
from automem_graph.scaffold.load import load_scaffold
from support.processes import alive, processes_under, wait_for
from support.scripted import Scripted, routine
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


def disturb(folder: Path, agent: str, at_row: int, which: str, delay: float) -> int:
    """Play until a row is there, wait a moment, kill; the exit status of the play."""
    driver = start(folder, agent)
    while driver.poll() is None and rows(folder) < at_row:
        time.sleep(0.002)
    time.sleep(delay)
    found = None
    while driver.poll() is None and (found := victim(driver.pid, which)) is None:
        time.sleep(0.002)
    assert found is not None, f"no {which} to kill at row {at_row}"
    with suppress(ProcessLookupError):
        kill(found, signal.SIGKILL)
    driver.communicate(timeout=60)
    return driver.returncode


@pytest.mark.parametrize(
    ("agent", "kills", "victims"),
    [("memory", 9, VICTIMS), ("window-cot", 2, VICTIMS[:2])],
)
def test_kills_and_the_same_episode(
    tmp_path: Path, agent: str, kills: int, victims: tuple[str, ...]
):
    chance = random.Random(2607)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    first = start(whole, agent)
    first.communicate(timeout=120)
    assert first.returncode == 0
    for number, moment in enumerate(sorted(chance.sample(range(STEPS - 40), kills))):
        which = victims[number % len(victims)]
        if disturb(cut, agent, moment, which, chance.random() * 0.02) == 0:
            # It had given its last answer before a border of fifty steps: see the test below.
            assert which == "scaffold.host"
            assert timeless(find_episode(cut)) == timeless(find_episode(whole))
            shutil.rmtree(cut)
    last = start(cut, agent)
    output, _ = last.communicate(timeout=120)
    assert last.returncode == 0, output.decode()
    assert timeless(find_episode(cut)) == timeless(find_episode(whole))


class Reaper:
    """Plays an episode in this process, and kills the scaffold's host at the moments left.

    A moment is a step and what happens in it: a routine's model is asked, or the step is journaled.
    """

    def __init__(self) -> None:
        self.left: list[tuple[int, str]] = []
        self._processes = Processes()

    def play(self, run: Path) -> str:
        """Play, or go on; how that ended: an error, or nothing."""
        models = Scripted(say=self._say)
        context = PlayContext(task="support.trouble:RING", steps=53, run=str(run), gameplay="any")
        with EpisodeDesks(
            listener=self._hear, resolve=lambda *_: models, processes=self._processes
        ) as desks:
            return play_episode(desks, context).error or ""

    def close(self) -> None:
        self._processes.close()

    def _say(self, messages: list[BaseMessage]) -> str:
        step = re.findall(r"step (\d+)", "\n".join(message.text for message in messages[1:]))[-1]
        self._is_now(int(step), routine(messages))
        if routine(messages) == "plan":
            return "<|ACTION|>Right<|END|>"
        return f"<|APPEND|>a.md|{step}<|END|><|DONE|>"

    def _hear(self, event: Event) -> None:
        self._is_now(event.step, event.event)

    def _is_now(self, step: int, what: str) -> None:
        if self.left[:1] != [(step, what)]:
            return
        del self.left[0]
        host = self._processes.host(load_scaffold("v0")).process_id
        gone = [host, *processes_under(host)]
        kill(host, signal.SIGKILL)
        wait_for(lambda: not any(map(alive, gone)))


@pytest.fixture
def reaper() -> Iterator[Reaper]:
    reaper = Reaper()
    yield reaper
    reaper.close()


def test_a_host_that_dies_is_missed_unless_its_session_asks_nothing_more(
    reaper: Reaper, tmp_path: Path
):
    """After step 49 is journaled its session is over, and the next one starts another host."""
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert not reaper.play(whole)
    reaper.left = [(step, what) for step in (48, 49, 50) for what in ("log", "step")]
    for left in (5, 4, 3, 1, 0):  # both at the end of step 49 and in step 50
        assert reaper.play(cut).endswith("the process that ran it ended")
        assert len(reaper.left) == left
    assert not reaper.play(cut)
    assert timeless(find_episode(cut)) == timeless(find_episode(whole))
