"""Many episodes at once while processes are killed, worlds go wrong and people press Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.machine import ThisMachine
from automem_graph.episodes.many import JobEvent, run_episodes
from automem_graph.episodes.play import EpisodeResult
from support.processes import alive, processes_under, wait_for
from support.timeless import timeless

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

STEPS = 80
SEEDS = range(6)
ODD = 13
"""The seed that gets into trouble, in `support.trouble`."""


def contexts(name: str, *seeds: int, run: Path | str = "run", steps: int = 0) -> list[PlayContext]:
    """Episodes of a task of `support.trouble`."""
    shared = {"task": f"support.trouble:{name}", "run": str(run), "steps": steps}
    return [PlayContext(seed=seed, steps_per_run=50, **shared) for seed in seeds]


def rings(run: Path) -> list[PlayContext]:
    return contexts("RING", *SEEDS, run=run, steps=STEPS)


OTHERS: set[int] = set()
"""Processes that other files' tests have started and go on with."""


@pytest.fixture(autouse=True)
def _others() -> None:
    OTHERS.clear()
    OTHERS.update(processes_under(os.getpid()))


def below(process: int) -> Iterator[tuple[int, str]]:
    """All processes under one, each with its command line; but for those that were there before."""
    for child in set(processes_under(process)) - OTHERS:
        with suppress(OSError):
            yield child, Path(f"/proc/{child}/cmdline").read_text()
        yield from below(child)


def named(parent: int, part: str) -> list[int]:
    return [process for process, command in below(parent) if part in command]


def left(asked: list[PlayContext]) -> list[tuple]:
    with EpisodeDesks() as desks:
        return [timeless(desks.folder(context)) for context in asked]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple]:
    asked = rings(tmp_path_factory.mktemp("undisturbed"))
    results = list(run_episodes(asked, ThisMachine(parallel=6)))
    assert {result.status for result in results} == {"done"}
    return left(asked)


def one_driver() -> list[int]:
    return named(os.getpid(), "episodes.driver")[:1]


def one_world_process() -> list[int]:
    return named(os.getpid(), "worlds.host")[:1]


def half_the_world_processes() -> list[int]:
    return named(os.getpid(), "worlds.host")[::2]


@pytest.mark.parametrize("victims", [one_driver, one_world_process, half_the_world_processes])
def test_kill_9_in_the_middle_and_the_same_episodes(
    undisturbed: list[tuple], tmp_path: Path, victims: Callable[[], list[int]]
):
    killed: list[int] = []
    orphans: list[int] = []

    def hear(event: JobEvent) -> None:
        if not killed and event.step >= STEPS // 4:
            killed.extend(victims())
            for process in killed:
                orphans.extend(child for child, _ in below(process))
                os.kill(process, signal.SIGKILL)
        heard.append(event.kind)

    heard: list[str] = []
    results = list(run_episodes(rings(tmp_path), ThisMachine(parallel=6), hear=hear))
    assert killed
    assert "retried" in heard
    assert [result.error for result in results] == [None] * len(SEEDS)
    assert left(rings(tmp_path)) == undisturbed
    wait_for(lambda: not any(map(alive, [*killed, *orphans])))


def by_seed(results: Iterator[EpisodeResult]) -> dict[int, EpisodeResult]:
    return {result.seed: result for result in results}


def test_a_world_that_raises_is_tried_twice_and_costs_one_episode():
    heard: list[JobEvent] = []
    asked = contexts("RAISES", 1, ODD, 2)
    results = by_seed(run_episodes(asked, ThisMachine(parallel=3), hear=heard.append))
    odd = results.pop(ODD)
    assert (odd.status, odd.progression, odd.steps) == ("failed", None, 2)
    assert "ZeroDivisionError: the floor divided by zero" in (odd.error or "")
    assert {result.progression for result in results.values()} == {1.0}
    assert [event.seed for event in heard if event.kind == "retried"] == [ODD]
    assert [event.note for event in heard if event.seed == ODD][-1] == odd.error


def test_worlds_that_go_down_with_another_one_go_on():
    heard: list[JobEvent] = []
    asked = contexts("EXITS_ONCE", *range(8))
    results = by_seed(run_episodes(asked, ThisMachine(parallel=8), hear=heard.append))
    assert [result.error for result in results.values()] == [None] * 8
    assert any("exit status 3" in event.note for event in heard if event.kind == "retried")


def test_a_world_that_hangs_ends_at_the_time_limit_and_the_others_are_played():
    asked = contexts("HANGS", ODD, 1, 2)
    started = time.monotonic()
    results = by_seed(run_episodes(asked, ThisMachine(parallel=1), time_limit_s=4))
    assert time.monotonic() - started < 40  # a world's own limit is a minute
    odd = results.pop(ODD)
    assert (odd.status, odd.steps) == ("failed", 2)
    assert "time limit of 4 s" in (odd.error or "")
    assert {result.progression for result in results.values()} == {1.0}
    wait_for(lambda: not list(below(os.getpid())))


@pytest.fixture
def one_core() -> Iterator[None]:
    """So that there is one driver."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    yield
    os.sched_setaffinity(0, cores)


@pytest.mark.usefixtures("one_core")
def test_an_episode_that_takes_too_long_costs_its_neighbours_nothing():
    heard: list[JobEvent] = []
    asked = [
        *contexts("SLOW_RING", ODD, run="endless"),
        *contexts("SLOW_RING", 1, run="short", steps=2),
        *contexts("SLOW_RING", 2, run="later", steps=40),
    ]
    executor = ThisMachine(parallel=2)
    results = by_seed(run_episodes(asked, executor, hear=heard.append, time_limit_s=12))
    assert results[ODD].steps > 0
    assert "time limit of 12 s" in (results[ODD].error or "")
    assert [results[seed].error for seed in (1, 2)] == [None, None]
    (retried,) = [event for event in heard if event.kind == "retried"]
    assert retried.seed == 2
    assert "another episode of its driver process took too long" in retried.note


def test_an_episode_that_takes_its_driver_along_fails_and_the_others_do_not():
    asked = contexts("TOPPLES", ODD, 1, 2)
    results = by_seed(run_episodes(asked, ThisMachine(parallel=1)))
    odd = results.pop(ODD)
    assert odd.status == "failed"
    assert "killed by signal 9" in (odd.error or "")
    assert {result.progression for result in results.values()} == {1.0}


PARENT = """
import sys
from automem_graph.agent.context import PlayContext
from automem_graph.episodes.many import run_episodes
from automem_graph.episodes.machine import ThisMachine
run, steps, *seeds = sys.argv[1:]
shared = {"task": "support.trouble:RING", "steps": int(steps), "run": run, "steps_per_run": 50}
asked = [PlayContext(seed=int(seed), **shared) for seed in seeds]
list(run_episodes(asked, ThisMachine(parallel=6)))
"""


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGKILL])
def test_stopping_it_leaves_no_process_and_loses_no_step(
    undisturbed: list[tuple], tmp_path: Path, ended_by: signal.Signals
):
    def steps() -> int:
        return sum(trace.read_bytes().count(b"\n") for trace in tmp_path.rglob("trace.jsonl"))

    command = [sys.executable, "-c", PARENT, str(tmp_path), str(STEPS), *map(str, SEEDS)]
    parent = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    while steps() < STEPS:
        assert parent.poll() is None
        time.sleep(0.01)
    children = [process for process, _ in below(parent.pid)]
    if ended_by == signal.SIGINT:
        os.killpg(parent.pid, signal.SIGINT)  # as a terminal does
    else:
        parent.kill()
    assert parent.wait(10) == -ended_by
    assert children
    wait_for(lambda: not any(map(alive, children)))
    kept = steps()
    results = list(run_episodes(rings(tmp_path), ThisMachine(parallel=6)))
    assert steps() > kept >= STEPS
    assert {result.status for result in results} == {"done"}
    assert left(rings(tmp_path)) == undisturbed


def test_closing_the_iterator_ends_everything():
    results = run_episodes(contexts("HANGS", 1, ODD), ThisMachine(parallel=2))
    assert next(results).status == "done"
    assert list(below(os.getpid()))
    results.close()
    wait_for(lambda: not list(below(os.getpid())))
