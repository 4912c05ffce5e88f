"""Episodes on a Ray of this machine, whose workers share no folder with the command.

What happens to workers happens to real ones: they are killed, they hang, they come too late.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import ray
from typer.testing import CliRunner

from automem_graph.agent.context import PlayContext
from automem_graph.cli.app import app
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import RunError
from automem_graph.episodes.machine import ThisMachine
from automem_graph.episodes.many import JobEvent, run_episodes
from automem_graph.episodes.play import EpisodeResult
from automem_graph.episodes.ray import remote
from automem_graph.episodes.ray.cluster import Cluster, NoCluster
from automem_graph.episodes.ray.executor import OnRay
from automem_graph.episodes.ray.remote import Needs
from automem_graph.episodes.ray.worker import FOLDERS, Worker, pack
from automem_graph.episodes.spending import spending
from automem_graph.models.budget import Budget
from automem_graph.scaffold.load import load_scaffold, shipped
from automem_graph.structure.evolve import evolve_scaffold
from support import toy, training
from support.evolving import HINTING, command, settings, walk
from support.here import playing_here
from support.openai_answers import Request
from support.openai_server import OpenAIServer
from support.processes import alive, processes_under, wait_for
from support.served import routine_of
from support.timeless import timeless

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

STEPS = 120
SEEDS = range(4)
ODD = 13
"""The seed that gets into trouble, in `support.trouble`."""


@pytest.fixture(scope="module")
def nodes() -> Iterator[Path]:
    """A Ray of this machine; the folder in which its workers keep theirs.

    Its name is short: Ray's sockets stand below it, and have room for 107 bytes.
    """
    with TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as theirs:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TMPDIR", theirs)
            patch.chdir(theirs)
            cluster = Cluster.join("local")
        yield Path(theirs)
        cluster.leave()


@pytest.fixture(scope="module")
def executor(nodes: Path) -> Iterator[OnRay]:
    with OnRay(parallel=2, needs=Needs(cpus=0.7)) as executor:
        yield executor


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run as this machine plays it."""
    run = tmp_path_factory.mktemp("undisturbed")
    assert {one.status for one in run_episodes(played_in(run), ThisMachine(2))} == {"done"}
    return run


def contexts(name: str, *seeds: int, run: Path | str = "run", **more: int) -> list[PlayContext]:
    """Episodes of a task of `support.trouble`."""
    shared = {"task": f"support.trouble:{name}", "run": str(run), "steps_per_run": 50, **more}
    return [PlayContext(seed=seed, **shared) for seed in seeds]


def played_in(run: Path) -> list[PlayContext]:
    shared = {"task": "crafter", "run": str(run), "steps": STEPS, "steps_per_run": 50}
    return [PlayContext(seed=seed, **shared) for seed in SEEDS]


def left(run: Path) -> list[tuple]:
    with EpisodeDesks() as desks:
        return [timeless(desks.folder(context)) for context in played_in(run)]


def files(run: Path) -> set[str]:
    return {one.relative_to(run).as_posix() for one in run.rglob("*") if one.is_file()}


def by_seed(results: Iterator[EpisodeResult]) -> dict[int, EpisodeResult]:
    return {result.seed: result for result in results}


def workers(under: int) -> list[int]:
    """The processes of workers, below that one."""
    found = []
    for child in processes_under(under):
        with suppress(OSError):
            if Path(f"/proc/{child}/cmdline").read_text().startswith("ray::Worker"):
                found.append(child)
        found += workers(child)
    return found


def test_results_are_row_for_row_those_of_this_machine(
    executor: OnRay, undisturbed: Path, nodes: Path, tmp_path: Path
):
    heard: list[JobEvent] = []
    played = by_seed(run_episodes(played_in(tmp_path), executor, hear=heard.append))
    local = by_seed(run_episodes(played_in(undisturbed)))
    own = {"seconds": 0.0, "finished": ""}
    for seed, one in played.items():
        assert one.model_copy(update=own) == local[seed].model_copy(update=own)
    assert left(tmp_path) == left(undisturbed)
    assert files(tmp_path) == files(undisturbed)
    assert not list(nodes.glob(f"{FOLDERS}*/runs/*"))  # and nothing stays on the nodes
    for seed in SEEDS:
        kinds = [event.kind for event in heard if event.seed == seed and event.kind != "stepped"]
        assert kinds == ["started", "ended"]
    assert max(event.step for event in heard) == STEPS


def test_kill_9_of_a_worker_costs_no_row_that_had_come_home(
    executor: OnRay, undisturbed: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    heard: list[JobEvent] = []
    home: dict[Path, bytes] = {}

    def hear(event: JobEvent) -> None:
        if not home and event.step >= STEPS // 6:
            home.update({one: one.read_bytes() for one in tmp_path.rglob("trace.jsonl")})
            os.kill(workers(os.getpid())[0], signal.SIGKILL)
        heard.append(event)

    played = by_seed(run_episodes(played_in(tmp_path), executor, hear=hear))
    assert {one.error for one in played.values()} == {None}
    assert [event.note for event in heard if event.kind == "retried"]
    assert capfd.readouterr() == ("", "")  # it is told by events, and by no page of Ray's
    assert sum(trace.count(b"\n") for trace in home.values()) > STEPS // 6
    for path, rows in home.items():
        assert path.read_bytes().startswith(rows)
    assert left(tmp_path) == left(undisturbed)
    assert files(tmp_path) == files(undisturbed)


@pytest.mark.usefixtures("nodes")
def test_a_worker_that_dies_twice_of_an_episode_is_its_failure_alone():
    asked = [*contexts("TOPPLES", ODD, 1), *contexts("TOPPLES", 2, 3)]
    with OnRay(parallel=1, needs=Needs(cpus=0.25)) as one_at_a_time:
        results = by_seed(run_episodes(asked, one_at_a_time))
    odd = results.pop(ODD)
    assert odd.status == "failed"
    assert re.search(r"the worker on the node .+ is gone, for the second time", odd.error or "")
    assert {result.progression for result in results.values()} == {1.0}


def test_an_episode_over_its_time_is_ended_with_its_worker(executor: OnRay):
    results = by_seed(run_episodes(contexts("HANGS", ODD, 1), executor, time_limit_s=3))
    assert "time limit of 3 s" in (results[ODD].error or "")
    assert results[ODD].steps == 2
    assert results[1].progression == 1.0


def test_a_scaffold_is_sent_by_its_content(executor: OnRay, nodes: Path, tmp_path: Path):
    mine = tmp_path / "mine"
    for name, data in pack(shipped() / "v0").items():
        (mine / name).parent.mkdir(parents=True, exist_ok=True)
        (mine / name).write_bytes(data)
    with (mine / "prompts" / "system.md").open("a") as prompt:
        prompt.write("\nWalk with care.\n")
    asked = [PlayContext(task=toy.NAME, seed=1, run="run", scaffold=str(mine))]
    (result,) = run_episodes(asked, executor)
    scaffold = load_scaffold(mine).id
    assert (result.status, result.asked.scaffold) == ("done", scaffold)
    (sent, *_) = nodes.glob(f"{FOLDERS}*/scaffolds/{scaffold}")
    assert pack(sent) == pack(mine)


@pytest.mark.usefixtures("nodes")
def test_a_scaffold_that_is_not_what_its_id_says_is_not_played():
    v0 = shipped() / "v0"
    worker = Worker(hidden=False, at=str(Path.cwd()))
    with pytest.raises(RunError, match="not what was sent"):
        worker._scaffold("v0-000000000000", {"v0-000000000000": ray.put(pack(v0))})
    worker.leave()


@pytest.mark.usefixtures("nodes")
def test_a_node_with_another_version_is_named_and_not_played_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(remote, "engine", lambda: "0123456789ab")
    with OnRay(parallel=1, needs=Needs(cpus=0.25)) as executor:
        results = list(run_episodes(contexts("RING", 1, 2, steps=3), executor))
    for result in results:
        said = r"the node .+ has another version of automem-graph .*here 0123456789ab.*: install"
        assert re.search(said, result.error or "")


SAYS = {"log": "<|APPEND|>a.md|on and on|<|END|><|DONE|>", "plan": "<|ACTION|>Wait<|END|>"}


def test_a_budget_holds_on_all_nodes(executor: OnRay):
    def asked() -> list[PlayContext]:
        shared = {"task": toy.NAME, "steps": 8, "run": "run"}
        model = f"vllm:act@{server.url}"
        return [PlayContext(seed=seed, gameplay=model, **shared) for seed in range(8)]

    def spent() -> int:
        with EpisodeDesks() as desks:
            found = spending([desks.folder(one) for one in asked()])
        return sum(one.input_tokens + one.output_tokens for one in found)

    def say(request: Request) -> str:
        return SAYS[routine_of(request)]

    with OpenAIServer(say) as server:
        first = list(run_episodes(asked(), executor, budget=Budget(max_tokens=600)))
        assert "stopped" in {one.status for one in first}
        kept, calls = spent(), len(server.requests)
        assert kept <= 2 * 600 + 8 * 50  # at worst each of the two knows nothing of the other
        again = list(run_episodes(asked(), executor, budget=Budget(max_tokens=kept)))
        assert "stopped" in {one.status for one in again}
        assert len(server.requests) == calls  # what was spent before is known to all
        more = list(run_episodes(asked(), executor, budget=Budget(max_tokens=10**6)))
        assert {one.status for one in more} == {"done"}
        assert spent() > kept


def test_loop_1_on_ray_decides_as_on_this_machine(executor: OnRay, tmp_path: Path):
    with OpenAIServer(walk) as server:
        given = dict(settings(server, command(tmp_path, HINTING), parallel=2))
        here = evolve_scaffold(**{**given, "run": "here"})
        there = evolve_scaffold(**{**given, "run": "there"}, executor=executor)
    assert [row.kept for row in there.rows] == [True, True]
    for one, other in zip(here.rows, there.rows, strict=True):
        assert (one.name, one.scaffold, one.stage) == (other.name, other.scaffold, other.stage)
        assert (one.trial, one.confirmation) == (other.trial, other.confirmation)
    assert here.held_out == there.held_out


@pytest.mark.usefixtures("nodes")
def test_loop_2_on_ray_is_row_for_row_that_of_this_machine(tmp_path: Path):
    """Its adapters lie below the run's folder, which is named from the command's own."""
    seeds = {"collect_seeds": "1-2", "trial_seeds": "11-12", "held_out_seeds": "21"}
    given = training.settings(tmp_path, rungs=[["all"]], **seeds)
    with playing_here():
        here = training.train(**{**given, "run": "here"})
    with OnRay(parallel=1, needs=Needs(cpus=0.25)) as executor:
        there = training.train(**{**given, "run": "there"}, executor=executor)
    assert [(row.name, row.stage) for row in there.rows] == [
        *(("base", "done"), ("random", "done"), ("t1", "done"))
    ]
    names = {"run": here.run, "costs": here.costs}  # these name adapters by their run's folder
    assert there.model_copy(update=names) == here
    one, other = (Path(found.run, "trials/t1/data/examples.jsonl") for found in (here, there))
    assert one.read_bytes() == other.read_bytes()


CODE = "from automem_graph.cli import main; main()"


def test_ctrl_c_ends_ray_as_well_and_the_same_command_goes_on(tmp_path: Path):
    words = [
        "evaluate",
        "support.trouble:SLOW_RING",
        "--seeds",
        "1-4",
        "--out",
        str(tmp_path / "run"),
    ]
    words += ["--steps", "8"]
    parent = subprocess.Popen(
        [sys.executable, "-c", CODE, *words, "--executor", "ray", "--parallel", "2"],
        start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert parent.stdout is not None
    assert parent.stdout.readline().startswith("1 of 4")
    children = below(parent.pid)
    os.killpg(parent.pid, signal.SIGINT)  # as a terminal does
    pressed = time.monotonic()
    _, problem = parent.communicate(timeout=60)
    assert time.monotonic() - pressed < 30
    assert parent.returncode == 130, problem
    assert re.fullmatch(r"automem: stopped: \d of 4 episodes are done, .+\n", problem)
    wait_for(lambda: not any(map(alive, children)))
    whole = CliRunner().invoke(app, words)
    assert whole.exit_code == 0, whole.output
    assert not whole.stdout.startswith("1 of 4")


def below(process: int) -> list[int]:
    found = processes_under(process)
    return [*found, *(one for child in found for one in below(child))]


def test_without_ray_one_sentence_names_the_extra(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    done = CliRunner().invoke(app, ["evaluate", toy.NAME, "--seeds", "1", "--executor", "ray"])
    assert done.exit_code == 2
    assert "pip install 'automem-graph[ray]'" in done.stderr


@pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://127.0.0.1:10001", "head"])
def test_no_cluster_at_the_address_is_one_sentence(address: str):
    with pytest.raises(NoCluster) as told:
        Cluster.join(address)
    assert address in str(told.value)
    assert "\n" not in str(told.value)


def test_an_address_needs_ray():
    asked = ["evaluate", toy.NAME, "--seeds", "1", "--address", "127.0.0.1:6379"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 2
    assert "--executor ray" in done.stderr


@pytest.mark.usefixtures("nodes")
def test_a_worker_that_fits_nowhere_is_refused_at_once():
    with pytest.raises(NoCluster, match="no room for a worker, which needs 4096 CPUs"):
        OnRay(needs=Needs(cpus=4096))
