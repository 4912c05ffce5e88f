"""Loop 1 killed by kill -9, stopped by Ctrl-C, and gone on with: nothing is paid for twice."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from automem_graph.episodes import hold
from automem_graph.episodes.layout import RunError
from automem_graph.structure.evolve import evolve_scaffold
from automem_graph.structure.lineage import read_rows
from support.evolving import (
    HINT,
    HINTING,
    command,
    forget_trial,
    left_in,
    played_before,
    settings,
    walk,
)
from support.openai_answers import Reply, Request
from support.openai_server import OpenAIServer
from support.processes import alive, processes_under, wait_for
from support.sittings import ASKED, Sittings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

THINKING = f"""
import time
attempt = "v1.2" if Path("history/v1.1").exists() else "v1.1"
with Path(__file__).with_name("proposals.log").open("a") as log:
    log.write(attempt + "\\n")
print("thinking", flush=True)
slow = Path(__file__).with_name("slow")
if slow.exists():
    slow.unlink()
    time.sleep(60)
add("prompts/system.md", "\\n{HINT}\\n")
says("Tell the agent to walk.")
if attempt == "v1.1":
    (scaffold / "hooks.py").write_text("import nowhere\\n")
"""
"""The first attempt does not pass the checks, the second one is a true improvement."""

MOMENTS = (
    *("measure", "step", "review", "revise", "said", "check", "revise", "check", "discard"),
    *("review", "trial", "step", "gate", "trial", "approve", ASKED, "keep", "conclude", "step"),
)
"""Each node of a run at least once, and the middles of an episode, a proposal and a question."""


class Walker(OpenAIServer):
    """The corridor's model, which may hold back its answers to whoever was told to walk."""

    def __init__(self) -> None:
        super().__init__(self.walk)
        self.asked, self.free = threading.Event(), threading.Event()
        self.free.set()

    def walk(self, request: Request) -> Reply:
        if HINT in str(request.body["messages"][0]["content"]):
            self.asked.set()
            self.free.wait(60)
        return walk(request)


@pytest.fixture(scope="module")
def walker() -> Iterator[Walker]:
    with Walker() as server:
        yield server


@pytest.fixture(scope="module")
def sittings() -> Iterator[Sittings]:
    with Sittings() as sittings:
        yield sittings


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the proposer lies, its log, and the undisturbed run."""
    return tmp_path_factory.mktemp("undisturbed")


@pytest.fixture(scope="module")
def given(folder, walker) -> dict[str, Any]:
    """What the undisturbed run was asked: as few worlds as the test can win."""
    seeds = {"gate_seeds": "1-4", "held_out_seeds": "11-12", "run": str(folder / "run")}
    return {**settings(walker, command(folder, THINKING)), **seeds}


@pytest.fixture(scope="module")
def undisturbed(folder, given, walker, sittings) -> Counter[str]:
    """The requests of a run that comes to its end in one sitting."""
    assert sittings.sit(given, answer=True) == 0
    assert proposals(folder) == ["v1.1", "v1.1", "v1.2"]
    return Counter(map(written, walker.requests))


def proposals(folder: Path) -> list[str]:
    """For which attempts the proposer was asked since the last time that this was."""
    log = folder / "proposals.log"
    try:
        return log.read_text().split()
    finally:
        log.unlink()


def written(request: Request) -> str:
    return json.dumps(request.body, sort_keys=True)


def test_killed_at_every_node_it_comes_to_the_same_end_and_plays_nothing_twice(
    folder, given, walker, undisturbed, sittings
):
    start, asked = len(walker.requests), {**given, "run": "killed"}
    (folder / "slow").touch()
    for moment in MOMENTS:
        assert sittings.sit(asked, dies=moment, answer=True) == -signal.SIGKILL, moment
        if moment == "said":  # nobody goes on editing what the next sitting lays out anew
            wait_for(lambda: not list(commands_with(f"{folder}/proposer.py")))
    assert sittings.sit(asked, answer=True) == 0
    assert left_in(Path("killed")) == left_in(folder / "run")
    assert proposals(folder) == ["v1.1", "v1.1", "v1.1", "v1.2"]  # one was killed
    killed = Counter(map(written, walker.requests[start:]))
    assert not undisturbed - killed
    in_flight = 3 * MOMENTS.count("step")
    assert (killed - undisturbed).total() <= in_flight
    assert [str(path) for path in Path("killed").rglob(".*")] == []


def commands_with(part: str) -> Iterator[int]:
    """Processes whose command line contains this."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_text()
        except OSError:
            continue
        if part in line and int(path.parent.name) != os.getpid():
            yield int(path.parent.name)


def test_more_revisions_go_on_and_other_terms_are_refused(given, folder, undisturbed):
    shutil.copytree(folder / "run", "run")
    asked = {**given, "run": "run"}
    more = evolve_scaffold(**{**asked, "revisions": 2})
    assert [row.name for row in more.rows] == ["v0", "v1.1", "v1.2", "v2.1", "v2.2"]
    assert more.rows[:3] == read_rows(folder / "run" / "lineage.jsonl")
    assert more.stop == "2 attempts at version 2 have failed: it has converged"
    with pytest.raises(RunError, match="run holds a run with another proposer, rule: choose"):
        evolve_scaffold(**{**asked, "proposer": command(Path.cwd(), HINTING), "p": 0.09})
    assert evolve_scaffold(**asked).rows == more.rows


@pytest.fixture
def begun(folder, given, undisturbed) -> dict[str, Any]:
    """Another run, in which all that the undisturbed one has played is there."""
    played_before(Path("run"), folder / "run")
    return {**given, "run": "run"}


def test_one_process_at_a_time_is_at_work_in_a_run(begun, monkeypatch):
    monkeypatch.setattr(hold, "WAIT_S", 0.1)
    Path("run").mkdir(exist_ok=True)
    with (
        hold.held(Path("run")),
        pytest.raises(RunError, match="run is being played by another process: wait for it"),
    ):
        evolve_scaffold(**begun)
    assert read_rows(Path("run/lineage.jsonl")) == ()


def test_ctrl_c_in_a_trial_ends_within_seconds_and_the_same_command_goes_on(begun, folder, walker):
    forget_trial(Path("run"), read_rows(folder / "run" / "lineage.jsonl")[-1].scaffold)
    walker.asked.clear()
    walker.free.clear()
    words = ["evolve", begun["suite"], "--gameplay", begun["gameplay"], "--out", "run"]
    words += ["--steps", "8", "--seeds", "1-4", "--held-out", "11-12", "--parallel", "1"]
    words += ["--attempts", "2", "--revisions", "1", "--proposer", begun["proposer"]]
    main = "from automem_graph.cli import main; main()"
    evolving = subprocess.Popen(
        [sys.executable, "-c", main, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert walker.asked.wait(60)
    children = list(below(evolving.pid))
    os.killpg(evolving.pid, signal.SIGINT)  # as a terminal does
    out, err = evolving.communicate(timeout=10)
    walker.free.set()
    assert evolving.returncode == 130, err
    assert err == "automem: stopped; all is kept in run, and the same command goes on.\n"
    assert "Traceback" not in out
    assert children
    wait_for(lambda: not any(map(alive, children)))
    assert evolve_scaffold(**begun).best.name == "v1"


def below(process: int) -> Iterator[int]:
    for child in processes_under(process):
        yield child
        yield from below(child)
