"""Loop 1 from its first measure to its result, on a toy world with a real model server."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from automem_graph.models.budget import Budget
from automem_graph.structure.evolve import evolve_scaffold
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.loop.graph import create_scaffold_loop
from automem_graph.structure.purse import Unfinished
from automem_graph.structure.result import Evolution, read_evolution
from support.evolving import HINT, HINTING, command, forget_trial, played_before, settings, walk
from support.openai_server import OpenAIServer


@pytest.fixture(scope="module")
def walker() -> Iterator[OpenAIServer]:
    with OpenAIServer(walk) as server:
        yield server


@pytest.fixture(scope="module")
def given(walker, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the finished run was asked."""
    folder = tmp_path_factory.mktemp("finished")
    return {**settings(walker, command(folder, HINTING)), "run": str(folder / "run")}


@pytest.fixture(scope="module")
def finished(given) -> Evolution:
    """A run in which the first attempt was a true improvement."""
    return evolve_scaffold(**given)


@pytest.fixture
def begun(given, finished) -> dict[str, Any]:
    """Another run, in which all that v0 and v1 of the finished one have played is there."""
    played_before(Path("run"), Path(finished.run))
    return {**given, "run": "run"}


@pytest.fixture
def untried(given, finished) -> dict[str, Any]:
    """Another run, in which all of that is there but for what v1 played in its trial."""
    played_before(Path("run"), Path(finished.run))
    forget_trial(Path("run"), finished.best.row.scaffold)
    return {**given, "run": "run"}


def rows_of(evolution: Evolution) -> list[tuple[str, bool, str]]:
    return [(row.name, row.kept, row.stage) for row in evolution.rows]


def test_a_true_improvement_is_kept_confirmed_and_holds_on_held_out_seeds(finished):
    assert rows_of(finished) == [("v0", True, "trial"), ("v1.1", True, "confirm")]
    row = finished.rows[1]
    assert row.reason == "Tell the agent to walk."
    assert [pair.gap for pair in row.trial.pairs] == [1.0] * 5
    fresh = {pair.seed for pair in row.confirmation.pairs}
    assert len(fresh) == 5
    assert not fresh & {1, 2, 3, 4, 5, 11, 12, 13, 14}
    assert HINT in (finished.scaffold / "prompts" / "system.md").read_text()
    held = finished.held_out
    assert (held.first.progression.mean, held.last.progression.mean) == (0.0, 1.0)
    assert held.last_wiped.progression.mean == 1.0  # its hint is no memory
    assert finished.stop == "1 versions were kept: that is how many were asked for"


def test_the_same_call_again_plays_and_asks_nothing(given, finished, walker):
    calls = len(walker.requests)
    assert evolve_scaffold(**given) == finished
    assert len(walker.requests) == calls


def test_what_does_nothing_is_never_kept_and_not_played_again(begun, tmp_path, walker):
    body = """
add("prompts/system.md", "\\nThis is a remark.\\n")
says("Make a remark.")
"""
    calls = len(walker.requests)
    found = evolve_scaffold(**{**begun, "proposer": command(tmp_path, body)})
    assert rows_of(found) == [
        ("v0", True, "trial"),
        ("v1.1", False, "gate"),
        ("v1.2", False, "check"),
    ]
    assert found.stop == "2 attempts at version 1 have failed: it has converged"
    first, second = (row.why for row in found.rows[1:])
    assert first == "+0.00% after 2 worlds: it could no longer win, 3 episodes were spared"
    assert second == "nothing is new: it is the scaffold of v1.1"
    assert found.spared == 3
    remarks = [one for one in walker.requests[calls:] if "a remark" in str(one.body["messages"])]
    assert len(remarks) == len(walker.requests) - calls


def test_a_limit_of_episodes_ends_the_search_before_what_it_cannot_pay(begun, finished, tmp_path):
    assert finished.counted == 5 + 5 + 2 * 5
    body = 'add("prompts/system.md", "\\nThis is a remark.\\n")\nsays("Make a remark.")'
    asked = {**begun, "proposer": command(tmp_path, body), "held_out_seeds": "11"}
    none = evolve_scaffold(**asked, episodes=19)
    assert none.stop == "5 of 19 episodes are used, and another attempt may take 15"
    assert len(none.rows) == none.counted - 4 == 1
    found = evolve_scaffold(**asked, episodes=21)  # a larger limit goes on
    assert found.stop == "7 of 21 episodes are used, and another attempt may take 15"
    assert [row.episodes for row in found.rows] == [0, 2]


def test_no_proposal_is_a_rejected_attempt_that_says_why(begun, tmp_path):
    found = evolve_scaffold(
        **{**begun, "proposer": command(tmp_path, 'raise SystemExit("I am tired")')}
    )
    assert rows_of(found)[1:] == [("v1.1", False, "revise"), ("v1.2", False, "revise")]
    assert "exit code 1: I am tired" in found.rows[1].why


def test_what_stops_the_loop_is_told_and_the_same_call_goes_on(untried, walker, finished):
    with pytest.raises(Unfinished, match="budget of 0 hours is used up; the same command"):
        evolve_scaffold(**untried, budget=Budget(max_hours=0))
    assert not Path("run/attempts").exists()  # no proposal was asked for
    heard: list[str] = []

    def hear(event: Any) -> None:
        heard.append(node_of(event))
        if heard[-1] == "trial":
            walker.die()

    with pytest.raises(Unfinished, match=r"cannot be reached.*the same command goes on"):
        evolve_scaffold(**untried, hear=hear)
    walker.rise()
    heard.clear()
    spent = tokens(read_evolution(EvolutionFolder(Path("run"))))
    budget = Budget(max_tokens=spent + 100)
    with pytest.raises(Unfinished, match="the budget is used up; the same command with a larger"):
        evolve_scaffold(**untried, budget=budget, hear=lambda one: heard.append(node_of(one)))
    assert [*filter(None, heard)] == ["trial"]
    found = evolve_scaffold(**untried, budget=Budget(max_tokens=2 * spent))
    assert found.best.name == "v1"
    assert spent < tokens(found) <= tokens(finished) + 30  # the calls of a step that was stopped
    assert evolve_scaffold(**untried, budget=Budget(max_tokens=1)) == found  # it needs none


def node_of(event: Any) -> str:
    """The node that has begun, if that is what happened."""
    return getattr(event, "node", "")


def tokens(found: Evolution) -> int:
    return sum(cost.input_tokens + cost.output_tokens for cost in found.costs)


@pytest.fixture
def asked(begun) -> Mapping[str, Any]:
    """The question that a run has stopped at: whoever was asked went away."""
    questions: list[Mapping[str, Any]] = []

    def leave(question: Mapping[str, Any]) -> Any:
        questions.append(question)
        raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            evolve_scaffold(**begun, approve=leave)
    assert questions[0] == questions[1]
    return questions[0]


def test_a_person_is_asked_and_may_decline(begun, asked):
    for copy in ("declined", "declined in a word"):
        shutil.copytree("run", copy)
    answer = {"keep": False, "why": "it is\na trick"}
    found = evolve_scaffold(
        **{**begun, "run": "declined", "attempts": 1}, approve=lambda _: MappingProxyType(answer)
    )
    assert found.rows[1].why == "a person declined it: it is a trick"
    assert rows_of(found) == [("v0", True, "trial"), ("v1.1", False, "approve")]
    in_a_word = evolve_scaffold(
        **{**begun, "run": "declined in a word", "attempts": 1}, approve=lambda _: False
    )
    assert in_a_word.rows[1].why == "a person declined it"
    assert HINT in asked["diff"]
    assert asked["analysis"] == "In e01 the agent waits at every step."
    assert asked["confirmation"]["judged"]["passed"]
    no_longer = evolve_scaffold(**begun)  # nobody wants to be asked any more
    assert rows_of(no_longer) == [("v0", True, "trial"), ("v1.1", True, "confirm")]


def test_the_graph_is_drawn_with_the_inner_loop_inside_trial():
    drawn = create_scaffold_loop().get_graph(xray=True)
    assert {"measure", "review", "revise", "check", "gate", "approve", "keep", "discard"} <= {
        node.name for node in drawn.nodes.values()
    }
    assert {"trial:observe", "trial:commit", "trial:act"} <= set(drawn.nodes)
