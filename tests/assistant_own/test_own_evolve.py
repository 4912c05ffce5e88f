"""The whole circle: a dataset, an agent, a better scaffold, and the same agent that deploys it."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent

from automem_graph.assistant.middleware import AutoMemMiddleware
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.checks.audit import audit
from automem_graph.structure.checks.conduct import behaves
from automem_graph.structure.desk.episode_view import write_view
from automem_graph.structure.evolve import evolve_scaffold
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.result import Evolution
from support import talks
from support.evolving import HINT, HINTING, command

TASK = """
from automem_graph.worlds.conversations.task import conversations
SUPPORT = conversations("people.jsonl", name="support")
"""
PEOPLE = 15


def person(number: int) -> dict[str, Any]:
    """A fact in one session, and the question in the next."""
    asked = {"text": "What is my car?", "expected": f"shade {number}"}
    told = f"My car is shade {number}."
    return {"id": f"p{number}", "sessions": [{"messages": [told]}, {"messages": ["Hello.", asked]}]}


@dataclass
class Found:
    """A run that is over, and where it lies."""

    result: Evolution
    folder: EvolutionFolder

    @property
    def episodes(self) -> list[EpisodeFolder]:
        """What the kept scaffold played."""
        played = self.folder.play(self.result.best.row.scaffold)
        return [EpisodeFolder(path.parent) for path in played.path.glob("episodes/*/trace.jsonl")]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("circle")
        patch.chdir(folder)
        patch.setattr(sys, "path", list(sys.path))
        lines = [json.dumps(person(number)) for number in range(PEOPLE)]
        Path("people.jsonl").write_text("\n".join(lines))
        Path("own_tasks.py").write_text(TASK)
        result = evolve_scaffold(
            "own_tasks:SUPPORT",
            gameplay=talks.HINTED,
            proposer=command(folder, HINTING),
            gate_seeds="0-4",
            held_out_seeds="10-12",
            attempts=1,
            revisions=1,
            parallel=1,
            run=str(folder / "run"),
        )
        yield Found(result, EvolutionFolder(folder / "run"))


def test_evolving_improves_the_agent(found: Found):
    held = found.result.held_out
    assert held is not None
    assert (held.first.progression.mean, held.last.progression.mean) == (0.0, 1.0)
    assert held.last_wiped.progression.mean == 0.0
    assert HINT in (found.result.scaffold / "prompts" / "system.md").read_text()


@pytest.mark.parametrize(("evolved", "answer"), [(False, "I do not know."), (True, "red")])
def test_the_scaffold_goes_straight_into_the_middleware(
    found: Found, evolved: bool, answer: str, tmp_path: Path
):
    scaffold = found.result.scaffold if evolved else "v0"
    with AutoMemMiddleware(tmp_path / "memories", scaffold=scaffold) as memory:
        agent = create_agent(talks.Both(hint=HINT), middleware=[memory])
        for said in ("My coat is red.", "What is my coat?"):
            last = agent.invoke({"messages": [("user", said)]})["messages"][-1]
    assert last.text == answer


def test_a_proposer_reads_what_memory_did_and_what_the_agent_said(found: Found, tmp_path: Path):
    for number, episode in enumerate(found.episodes):
        into = tmp_path / str(number)
        summary = write_view(episode, into)
        page = (into / "steps-0000.md").read_text()
        assert "<|SEARCH|>facts.md|car<|END|>" in page
        assert "My car is shade" in page
        assert summary.steps == 3


def test_the_checks_after_a_trial_pass_what_is_honest(found: Found):
    run = found.folder.play(found.result.best.row.scaffold)
    episodes = [episode.id for episode in found.episodes]
    behaves(run, load_scaffold(found.result.scaffold).manifest, episodes)
    audit(run, found.result.scaffold, episodes)
