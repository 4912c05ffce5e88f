import os
import random
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from automem_graph import wire
from automem_graph.protocols import Observation
from automem_graph.worlds.crafter.card import CARD
from automem_graph.worlds.crafter.world import CrafterWorld
from automem_graph.worlds.host import FRAME_LIMIT, Host, serve
from automem_graph.worlds.process import WorldCrashed, WorldProcess
from automem_graph.worlds.registry import UnknownTask

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _odd_worlds_are_importable_in_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))


@pytest.fixture
def process() -> Iterator[WorldProcess]:
    with WorldProcess.start(time_limit=20) as process:
        yield process


def _walk(seed: int, steps: int) -> list[str]:
    return random.Random(seed).choices(CARD.actions, k=steps)


def _alone(seed: int, actions: list[str]) -> list[Observation]:
    world = CrafterWorld(seed)
    return [world.reset(), *(world.step(action) for action in actions)]


# --- one world, many worlds -----------------------------------------------------------------------


def test_a_remote_world_is_the_local_one(process: WorldProcess) -> None:
    actions = _walk(42, 100)
    world = process.open("crafter", 42)
    assert [world.reset(), *map(world.step, actions)] == _alone(42, actions)


def test_replay_equals_stepping_and_the_walk_goes_on_from_there(process: WorldProcess) -> None:
    actions = _walk(44, 120)
    stepped = _alone(44, actions)
    world = process.open("crafter", 44)
    assert world.replay(actions[:70]) == stepped[70]
    assert [world.step(action) for action in actions[70:]] == stepped[71:]
    assert world.replay([]) == stepped[0]


def test_worlds_of_one_process_in_threads_equal_each_one_alone(process: WorldProcess) -> None:
    seeds = (42, 43, 47, 42)

    def play(seed: int) -> list[Observation]:
        world = process.open("crafter", seed)
        return [world.reset(), *map(world.step, _walk(seed, 50))]

    with ThreadPoolExecutor(len(seeds)) as pool:
        played = list(pool.map(play, seeds))
    assert played == [_alone(seed, _walk(seed, 50)) for seed in seeds]


def test_an_unknown_task_and_an_unknown_action_are_refused_here(process: WorldProcess) -> None:
    with pytest.raises(UnknownTask, match="Did you mean 'crafter'"):
        process.open("crafte", 1)
    world = process.open("odd_worlds:RAISES", 1)
    world.reset()
    with pytest.raises(ValueError, match="'Fly' is no action of this world; these are: Act, Wait"):
        world.step("Fly")
    with pytest.raises(ValueError, match="Fly"):
        world.replay(["Wait", "Fly"])
    assert world.step("Wait").text == "step 1"


def test_a_clone_without_a_past_and_one_of_a_world_that_makes_its_own(
    process: WorldProcess,
) -> None:
    fresh = process.open("odd_worlds:RAISES", 1).clone()
    assert fresh.reset().text == "step 0"
    crafter = process.open("crafter", 42)
    first = crafter.reset()
    twin = crafter.clone()
    crafter.close()
    assert twin.step("Noop") == _alone(42, ["Noop"])[1]
    assert twin.reset() == first


def test_a_clone_that_fails_leaves_the_original_alone(process: WorldProcess) -> None:
    gone = process.open("odd_worlds:RAISES", 1)
    gone.close()
    with pytest.raises(WorldCrashed, match="closed, or crashed before"):
        gone.clone()
    world = process.open("odd_worlds:BRITTLE", 1)
    world.reset()
    world.step("Act")
    with pytest.raises(WorldCrashed, match="only once"):
        world.clone()
    assert world.step("Wait").text == "step 2"


# --- a world fails --------------------------------------------------------------------------------


def test_a_world_that_raises_costs_only_itself(process: WorldProcess) -> None:
    bad, good = process.open("odd_worlds:RAISES", 7), process.open("odd_worlds:RAISES", 8)
    bad.reset()
    good.reset()
    with pytest.raises(WorldCrashed) as crash:
        bad.step("Act")
    message = str(crash.value)
    assert "odd_worlds:RAISES (seed 7)" in message
    assert "ZeroDivisionError: the dragon divided by zero" in message
    assert "odd_worlds.py:" in message
    assert good.step("Wait").text == "step 1"
    with pytest.raises(WorldCrashed, match="crashed before"):
        bad.step("Wait")
    bad.close()
    good.close()
    assert process.alive


def test_a_world_that_cannot_open_says_why(process: WorldProcess) -> None:
    with pytest.raises(WorldCrashed, match=r"seed -1\).*ValueError: seed -1 has no map"):
        process.open("odd_worlds:RAISES", -1)
    assert process.alive


def test_a_world_that_says_too_much_costs_only_itself(process: WorldProcess) -> None:
    loud, good = process.open("odd_worlds:TALKS", 1), process.open("odd_worlds:TALKS", 2)
    loud.reset()
    good.reset()
    with pytest.raises(WorldCrashed, match="over the limit"):
        loud.step("Act")
    assert good.step("Wait").text == "step 1"


def test_a_closed_world_is_gone(process: WorldProcess) -> None:
    world = process.open("crafter", 1)
    world.close()
    world.close()
    with pytest.raises(WorldCrashed, match="was closed"):
        world.reset()


# --- the process fails ----------------------------------------------------------------------------


def test_a_killed_process_is_named_by_its_signal(process: WorldProcess) -> None:
    first, second = process.open("crafter", 42), process.open("crafter", 43)
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(WorldCrashed, match=r"crafter \(seed 42\).*killed by signal 9"):
        first.reset()
    with pytest.raises(WorldCrashed, match=r"crafter \(seed 43\).*killed by signal 9"):
        second.reset()
    assert not process.alive
    with pytest.raises(WorldCrashed, match="seed 44"):
        process.open("crafter", 44)
    first.close()


def test_a_process_that_leaves_is_named_by_status_and_last_words(process: WorldProcess) -> None:
    world = process.open("odd_worlds:EXITS", 1)
    world.reset()
    with pytest.raises(WorldCrashed, match="exit status 3: the dragon left"):
        world.step("Act")


def test_a_hang_is_ended_and_named() -> None:
    with WorldProcess.start(time_limit=3) as process:
        hanging, bystander = process.open("odd_worlds:HANGS", 1), process.open("crafter", 5)
        hanging.reset()
        start = time.monotonic()
        with pytest.raises(WorldCrashed, match=r"did not answer 'step' within 3 s.*killed"):
            hanging.step("Act")
        assert time.monotonic() - start < 6
        with pytest.raises(ProcessLookupError):
            os.kill(process.pid, 0)
        with pytest.raises(WorldCrashed, match=r"crafter \(seed 5\) is gone: odd_worlds:HANGS"):
            bystander.reset()


class _Interrupt(BaseException):
    pass


def test_an_interrupted_request_leaves_no_answer_for_the_next_one(process: WorldProcess) -> None:
    def interrupt(*_: object) -> None:
        raise _Interrupt

    world = process.open("odd_worlds:HANGS", 1)
    world.reset()
    before = signal.signal(signal.SIGUSR1, interrupt)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGUSR1))
    timer.start()
    try:
        with pytest.raises(_Interrupt):
            world.step("Act")
    finally:
        timer.join()
        signal.signal(signal.SIGUSR1, before)
    with pytest.raises(WorldCrashed, match="interrupted"):
        world.step("Wait")


def test_control_c_is_the_drivers(process: WorldProcess) -> None:
    world = process.open("odd_worlds:RAISES", 1)
    os.kill(process.pid, signal.SIGINT)
    assert world.reset().text == "step 0"


def test_the_child_ends_with_its_driver_even_while_a_world_hangs(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code = (
        "from automem_graph.worlds.process import WorldProcess\n"
        "world = WorldProcess.start().open('odd_worlds:HOLDS', 1)\n"
        "world.reset()\n"
        "world.step('Act')\n"
    )
    driver = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "ODD_PIPE": str(pipe)}
    )
    with pipe.open("rb") as held:  # opens once the hanging world holds the other end
        driver.kill()
        driver.wait()
        ended, _, _ = select.select([held], [], [], 10)
        assert ended, "the child outlived its driver"
        assert held.read() == b""


# --- the host, on the wire ------------------------------------------------------------------------


def test_an_action_that_is_none_drops_the_world_in_the_host() -> None:
    host = Host()
    assert host.answer({"op": "open", "world": 1, "task": "crafter", "seed": 1}) == {
        "observation": None
    }
    refused = host.answer({"op": "replay", "world": 1, "actions": ["Fly"]})
    assert "'Fly' is no action of Crafter" in refused["error"]
    assert "crashed before" in host.answer({"op": "replay", "world": 1, "actions": []})["error"]
    assert "'dance' is no request" in host.answer({"op": "dance", "world": 1})["error"]


def test_the_host_stops_serving_when_its_peer_leaves() -> None:
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=serve, args=(theirs,))
    thread.start()
    with theirs:
        with ours:
            wire.send(ours, {"op": "open", "world": 1, "task": "crafter", "seed": 1}, FRAME_LIMIT)
            assert wire.receive(ours, FRAME_LIMIT, time.monotonic() + 20) == {"observation": None}
        thread.join(timeout=10)
        assert not thread.is_alive()
