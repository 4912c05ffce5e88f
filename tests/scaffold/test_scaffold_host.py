"""The life of a host: many sessions, none left behind, alive again after a death."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from automem_graph.protocols import ActionSpec, Answer
from automem_graph.scaffold.client import SPARES, ScaffoldFault, ScaffoldHost
from automem_graph.scaffold.load import load_scaffold
from automem_graph.scaffold.sandbox import isolation
from support.processes import alive, processes_under, wait_for
from support.texts import Texts

Start = Callable[[Mapping[str, str]], ScaffoldHost]


linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def test_sessions_of_many_threads_do_not_mix(hosted: Start, actions: dict[str, ActionSpec]) -> None:
    host, answers = hosted({}), {}

    def play(number: int) -> None:
        for turn in range(5):
            with host.open_session(Texts({"a.md": f"{number} {turn}\n"})) as step:
                answers[number, turn] = step.run(actions["READ"], {"file": "a.md"}).text

    threads = [threading.Thread(target=play, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {(n, t): f"{n} {t}\n" for n in range(6) for t in range(5)}


@linux
def test_closed_sessions_leave_no_process(hosted: Start, actions: dict[str, ActionSpec]) -> None:
    host = hosted({})
    for _ in range(5):
        with host.open_session(Texts({})) as step:
            step.run(actions["READ"], {"file": "a.md"})
    zygote = host.process_id
    wait_for(lambda: len(processes_under(zygote)) == SPARES)  # they wait for the next steps
    host.close()
    assert not alive(zygote)


@linux
def test_a_host_that_died_is_started_again(hosted: Start, actions: dict[str, ActionSpec]) -> None:
    host = hosted({})
    step = host.open_session(Texts({"a.md": "x\n"}))
    os.kill(host.process_id, signal.SIGKILL)
    wait_for(lambda: not alive(host.process_id))
    with pytest.raises(ScaffoldFault) as caught:
        step.run(actions["READ"], {"file": "a.md"})
    assert caught.value.kind == "died"
    with host.open_session(Texts({"a.md": "y\n"})) as after:
        assert after.run(actions["READ"], {"file": "a.md"}).text == "y\n"


@linux
def test_the_host_dies_with_its_driver(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from automem_graph.scaffold.client import ScaffoldHost\n"
        "from automem_graph.scaffold.load import load_scaffold\n"
        "host = ScaffoldHost.start(load_scaffold('v0'))\n"
        "print(host.process_id, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as driver:
        assert driver.stdout is not None
        zygote = int(driver.stdout.readline())
        wait_for(lambda: bool(processes_under(zygote)))
        children = processes_under(zygote)
        driver.kill()
    wait_for(lambda: not any(map(alive, (zygote, *children))))


def test_an_error_of_the_trusted_side_is_not_blamed_on_the_scaffold(
    hosted: Start, actions: dict[str, ActionSpec]
) -> None:
    class Broken(Texts):
        def read(self, name: str, start: int = 1) -> Answer:
            raise OSError("the disk is gone")

    with (
        hosted({}).open_session(Broken({})) as step,
        pytest.raises(OSError, match="the disk is gone"),
    ):
        step.run(actions["READ"], {"file": "a.md"})


def test_every_step_draws_the_same_random_numbers(
    hosted: Start, actions: dict[str, ActionSpec]
) -> None:
    code = "\nimport random\ndef read(*_, **__): return str(random.random())\n"
    host = hosted({"+actions.py": code})
    drawn = set()
    for _ in range(3):
        with host.open_session(Texts({})) as step:
            drawn.add(step.run(actions["READ"], {"file": "a"}).text)
    assert len(drawn) == 1


def test_closing_twice_is_no_error() -> None:
    host = ScaffoldHost.start(load_scaffold("v0"))
    step = host.open_session(Texts({}))
    step.close()
    step.close()
    host.close()
    host.close()
    with pytest.raises(ValueError, match="is closed"):
        host.open_session(Texts({}))


def test_the_report_says_what_is_not_covered() -> None:
    found = isolation()
    assert found.platform == sys.platform
    assert any("side channels" in gap for gap in found.not_covered)
    if sys.platform != "linux":
        assert not found.kernel_enforced


def test_globals_last_one_step(hosted: Start, actions: dict[str, ActionSpec]) -> None:
    code = """
import notes_helper
KEPT = []
def read(files, file, from_line="1"):
    KEPT.append(file)
    notes_helper.KEPT.append(file)
    return f"{len(KEPT)} {len(notes_helper.KEPT)}"
"""
    host = hosted({"+actions.py": code, "notes_helper.py": "KEPT = []\n"})
    read = actions["READ"]
    with host.open_session(Texts({})) as session:
        assert [session.run(read, {"file": "a"}).text for _ in range(2)] == ["1 1", "2 2"]
        session.next_step()
        assert [session.run(read, {"file": "a"}).text for _ in range(2)] == ["1 1", "2 2"]


def test_a_search_looks_at_its_file_once(hosted: Start, actions: dict[str, ActionSpec]) -> None:
    class Counted(Texts):
        looks = 0

        def text(self, name: str) -> str | None:
            self.looks += 1
            return super().text(name)

    view = Counted({"a.md": "a cow\n"})
    with hosted({}).open_session(view) as session:
        reply = session.run(actions["SEARCH"], {"file": "a.md", "keyword": "cow"})
        assert (reply.text, reply.found, view.looks) == ("a cow", 1, 1)
        gone = session.run(actions["SEARCH"], {"file": "../b.md", "keyword": "cow"})
        assert (gone.text, gone.found, view.looks) == ("There is no file ../b.md.", 0, 2)
