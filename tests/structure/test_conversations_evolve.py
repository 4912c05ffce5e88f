"""Loop 1 on a dataset of conversations, from its file to what the files carry."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from automem_graph.cli.app import app
from automem_graph.episodes.layout import RunFolder
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.checks.conduct import behaves
from automem_graph.structure.checks.contract import Unfit
from automem_graph.structure.evolve import evolve_scaffold
from automem_graph.structure.result import Evolution
from support import words
from support.evolving import command
from support.openai_server import OpenAIServer
from support.playing import scaffold_with, table
from support.scripted import by_routine


@pytest.fixture(scope="module")
def talker() -> Iterator[OpenAIServer]:
    with OpenAIServer(words.answer) as server:
        yield server


@pytest.fixture(scope="module")
def finished(talker: OpenAIServer, tmp_path_factory: pytest.TempPathFactory) -> Evolution:
    """A run on ten examples, in which the first attempt was a true improvement."""
    folder = tmp_path_factory.mktemp("evolved")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        words.dataset(10)
        settings: dict[str, Any] = {
            "gameplay": f"vllm:talker@{talker.url}",
            "proposer": command(folder, words.HINTING),
            "parallel": 1,
            "run": str(folder / "run"),
        }
        return evolve_scaffold(words.NAME, **settings)


def test_what_makes_the_agent_remember_is_kept(finished: Evolution):
    assert [(row.name, row.kept, row.stage) for row in finished.rows] == [
        ("v0", True, "trial"),
        ("v1.1", True, "confirm"),
    ]
    assert words.HINT in (finished.scaffold / "prompts" / "system.md").read_text()
    held = finished.held_out
    assert held is not None
    assert (held.first.progression.mean, held.last.progression.mean) == (0.0, 1.0)
    assert held.last_wiped.progression.mean == 0.0  # the files carry all of it


def test_nobody_plays_the_same_example_twice_and_then_it_ends(finished: Evolution):
    asked, (_, row) = finished.asked, finished.rows
    assert row.confirmation is not None
    fresh = [pair.seed for pair in row.confirmation.pairs]
    assert (len(asked.gate), len(asked.held_out), len(fresh)) == (4, 3, 3)
    assert sorted([*asked.gate, *asked.held_out, *fresh]) == list(range(10))
    assert finished.stop == (
        "no fresh worlds are left for another confirmation: support.words:TASK has 10"
    )


def automem(*given: str) -> str:
    result = CliRunner().invoke(app, list(given), env={"COLUMNS": "120"})
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_scaffold_is_evaluated_on_the_whole_dataset(finished: Evolution, talker: OpenAIServer):
    words.dataset(10)
    model = ("--model", f"vllm:talker@{talker.url}", "--parallel", "1")
    said = automem("evaluate", words.NAME, *model, "--scaffold", str(finished.scaffold))
    assert "100.00" in said
    assert len([*Path("runs").glob("*/episodes/*/episode.json")]) == 10


def test_the_other_agents_answer_too(talker: OpenAIServer):
    words.dataset(10)
    for agent in ("window", "random"):
        model = () if agent == "random" else ("--model", f"vllm:talker@{talker.url}")
        said = automem("play", words.NAME, "--agent", agent, *model)
        assert "seed 0: progression 0.00% in 3 steps (the world ended it)" in said


@pytest.mark.parametrize("honest", [True, False])
def test_no_hook_puts_words_into_the_agents_mouth(tmp_path: Path, honest: bool):
    words.dataset(10)
    hook = f"def canonicalise(action, seen):\n    return action if {honest} else 'apple'\n"
    scaffold = scaffold_with(tmp_path / "mine", hooks_py=hook)
    said = by_routine("<|DONE|>", "<|ACTION|> Some word. <|END|>")
    with table(said, task=words.NAME, seed=0, scaffold=scaffold) as at:
        assert at.play().progression == (not honest)
        manifest, episode = load_scaffold(scaffold).manifest, at.folder.id
    unfit = pytest.raises(Unfit, match="made 'apple' of 'Some word")
    with nullcontext() if honest else unfit:
        behaves(RunFolder(Path("run")), manifest, [episode])
