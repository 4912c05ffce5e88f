"""Drivers that are kept from one run of jobs to the next: what they hold then, and how they end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest

from automem_graph.agent.context import PlayContext
from automem_graph.episodes import identity
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.driver import Driver
from automem_graph.episodes.machine import ThisMachine
from automem_graph.episodes.many import JobEvent, run_episodes
from automem_graph.episodes.play import play_episode
from automem_graph.protocols import EpisodeJob, JobOutcome
from support import toy
from support.processes import alive, processes_under, wait_for
from support.timeless import timeless

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def contexts(run: Path, *seeds: int, task: str = toy.NAME, steps: int = 0) -> list[PlayContext]:
    shared = {"task": task, "run": str(run), "steps": steps, "steps_per_run": 50}
    return [PlayContext(seed=seed, **shared) for seed in seeds]


def endless(run: Path, *seeds: int) -> list[PlayContext]:
    return contexts(run, *seeds, task="support.trouble:RING", steps=100_000)


@pytest.fixture(scope="module")
def others() -> set[int]:
    """Processes that other files' tests have started and go on with."""
    return set(processes_under(os.getpid()))


@pytest.fixture(scope="module")
def machine(others: set[int]) -> Iterator[ThisMachine]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("automem_graph.episodes.machine._cores", lambda: 2)
        with ThisMachine(parallel=2) as kept:
            yield kept
    wait_for(lambda: set(processes_under(os.getpid())) <= others)


@pytest.fixture
def drivers(others: set[int], machine: ThisMachine, tmp_path: Path) -> set[int]:
    """Those of the machine, after it has played."""
    for result in run_episodes(contexts(tmp_path / "warm", 1, 2), machine):
        assert result.status == "done"
    return set(processes_under(os.getpid())) - others


def commands_under(parents: set[int]) -> list[str]:
    below = [child for parent in parents for child in processes_under(parent)]
    return [Path(f"/proc/{child}/cmdline").read_text() for child in below]


def test_the_next_run_has_the_same_drivers_and_nothing_of_the_last_one(
    machine: ThisMachine, drivers: set[int], others: set[int], tmp_path: Path
):
    assert len(drivers) == 2
    wait_for(lambda: not any("scaffold.host" in one for one in commands_under(drivers)))
    assert sum("worlds.host" in one for one in commands_under(drivers)) == 2
    asked = contexts(tmp_path / "run", 1, 2, 3)
    heard: list[JobEvent] = []
    assert {one.status for one in run_episodes(asked, machine, hear=heard.append)} == {"done"}
    assert set(processes_under(os.getpid())) - others == drivers
    assert {event.seed for event in heard if event.kind == "started"} == {1, 2, 3}
    with EpisodeDesks() as desks:
        for context, alone in zip(asked, contexts(tmp_path / "alone", 1, 2, 3), strict=True):
            play_episode(desks, alone)
            assert timeless(desks.folder(context)) == timeless(desks.folder(alone))


def test_episodes_that_nobody_wants_end_and_their_drivers_are_kept(
    machine: ThisMachine, drivers: set[int], others: set[int], tmp_path: Path
):
    asked = [*endless(tmp_path / "endless", 5), *contexts(tmp_path / "short", 5, 6)]
    results = run_episodes(asked, machine)
    assert next(results).status == "done"
    results.close()
    assert set(processes_under(os.getpid())) - others == drivers
    with EpisodeDesks() as desks:
        folder = desks.folder(asked[0])
        kept = folder.trace.read_bytes()
        assert not folder.result.exists()
        desk = desks(asked[0], {}, None)  # nobody holds it any more
        assert desk.recorder.position.step == kept.count(b"\n") - 1
    (again,) = run_episodes(contexts(tmp_path / "again", 7), machine)
    assert again.status == "done"
    assert folder.trace.read_bytes() == kept


@pytest.mark.usefixtures("drivers")
def test_no_episode_is_begun_before_the_result_of_the_last_one_is_heard(
    machine: ThisMachine, tmp_path: Path
):
    asked = contexts(tmp_path / "run", 1, 2, 3)
    results = run_episodes(asked, machine)
    assert next(results).seed in (1, 2)
    results.close()
    with EpisodeDesks() as desks:
        assert not desks.folder(asked[2]).path.exists()


def test_a_driver_that_waits_for_a_world_is_ended_and_the_other_one_is_kept(
    machine: ThisMachine, drivers: set[int], others: set[int], tmp_path: Path
):
    asked = contexts(tmp_path / "hangs", 13, 1, 2, task="support.trouble:HANGS")
    results = run_episodes(asked, machine)
    assert {next(results).seed, next(results).seed} == {1, 2}
    results.close()
    assert len((set(processes_under(os.getpid())) - others) & drivers) == 1
    (again,) = run_episodes(contexts(tmp_path / "again", 7), machine)
    assert again.status == "done"


def test_a_kept_driver_that_was_killed_costs_no_episode_a_try(
    machine: ThisMachine, drivers: set[int], tmp_path: Path
):
    for driver in drivers:
        os.kill(driver, signal.SIGKILL)
    wait_for(lambda: not any(map(alive, drivers)))
    heard: list[JobEvent] = []
    (result,) = run_episodes(contexts(tmp_path / "run", 8), machine, hear=heard.append)
    assert result.status == "done"
    assert "retried" not in {event.kind for event in heard}


def test_several_threads_may_have_it_play_at_once(machine: ThisMachine, tmp_path: Path):
    def play(name: str) -> set[int]:
        return {one.seed for one in run_episodes(contexts(tmp_path / name, 1), machine)}

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(play, ("one", "other"))) == [{1}, {1}]


PARENT = """
import sys
from automem_graph.agent.context import PlayContext
from automem_graph.episodes.many import run_episodes
from automem_graph.episodes.machine import ThisMachine
task, run = sys.argv[1:]
with ThisMachine(parallel=1) as machine:
    list(run_episodes([PlayContext(task=task, run=run)], machine))
    print("played", flush=True)
    sys.stdin.read()
"""


def test_kept_drivers_end_with_their_parent(tmp_path: Path):
    command = [sys.executable, "-c", PARENT, toy.NAME, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"played\n"
        kept = processes_under(parent.pid)
        kept += [child for driver in kept for child in processes_under(driver)]
        assert len(kept) > 1
        parent.kill()
    wait_for(lambda: not any(map(alive, kept)))


def played(driver: Driver, job: EpisodeJob) -> JobOutcome:
    driver.start(0, job)
    _, (outcome,) = driver.news.take(60.0)
    return outcome


def test_code_that_changed_in_between_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with EpisodeDesks() as desks:
        jobs = [
            EpisodeJob(episode=desks.folder(one).id, context=asdict(one))
            for one in contexts(tmp_path, 1, 2)
        ]
    driver = Driver()
    try:
        assert played(driver, jobs[0]).result is not None
        monkeypatch.setattr(identity, "PLAYED_BY", ("wire.py",))
        driver.forget()
        assert "changed after the run was started" in played(driver, jobs[1]).lost
    finally:
        driver.close()
        identity.engine.cache_clear()
