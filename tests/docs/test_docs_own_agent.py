"""The page on agents of one's own: the whole circle, with its files and commands as they stand."""

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from automem_graph.cli.app import app
from automem_graph.episodes.layout import EpisodeFolder, RunFolder
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.checks.audit import audit
from automem_graph.structure.checks.conduct import behaves
from automem_graph.structure.desk.episode_view import write_view
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.result import Evolution, read_evolution

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs/own_agent.md").read_text()
AGENT, TASK, DEPLOYED = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
TOLD = ("My dentist is Dr. Weber.", "I call Dr. Wu for my teeth these days.")


@dataclass
class Circle:
    """Where the page's commands were run, and what they printed."""

    folder: Path
    said: list[str]

    @property
    def run(self) -> EvolutionFolder:
        return EvolutionFolder(self.folder / "runs/support")

    @property
    def found(self) -> Evolution:
        return read_evolution(self.run)

    @property
    def played(self) -> RunFolder:
        """What the kept scaffold played."""
        return self.run.play(self.found.best.row.scaffold)

    @property
    def episodes(self) -> list[EpisodeFolder]:
        return [EpisodeFolder(path.parent) for path in self.played.path.glob("*/*/trace.jsonl")]


@pytest.fixture(scope="module")
def circle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Circle]:
    folder = tmp_path_factory.mktemp("circle")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "path", list(sys.path))
        shutil.copy(CHECKOUT / "examples/evolve_own_dataset.jsonl", "people.jsonl")
        Path("my_app.py").write_text(AGENT)
        Path("my_tasks.py").write_text(TASK)
        patch.delitem(sys.modules, "my_tasks", raising=False)  # another page's
        patch.delitem(sys.modules, "my_app", raising=False)
        said = []
        for line in re.findall(r"^\$ automem (.*)$", PAGE, re.MULTILINE):
            result = CliRunner().invoke(app, line.split(), env={"COLUMNS": "120"})
            assert result.exit_code == 0, result.output
            said.append(result.stdout)
        yield Circle(folder, said)
        for name in ("my_tasks", "my_app"):
            sys.modules.pop(name, None)


def test_the_commands_say_what_memory_is_worth(circle: Circle):
    play, with_memory, wiped, evolve = circle.said
    assert "progression" in play
    assert " 0.00 ± 0.00" in wiped
    assert " 0.00 ± 0.00" not in with_memory
    assert "v1.1 kept as v1" in evolve


def test_evolving_improves_the_agent_by_its_files(circle: Circle):
    held = circle.found.held_out
    assert held is not None
    assert held.first.progression.mean < held.last.progression.mean == 1.0
    assert held.last_wiped.progression.mean == 0.0


@pytest.mark.parametrize(
    ("scaffold", "card", "answer"),
    [
        ("found.scaffold", 'find_task("my_tasks:support").card', "Dr. Wu"),
        ("found.scaffold", "AutoMemMiddleware.__init__.__kwdefaults__['card']", "Dr. Wu"),
        ("'v0'", 'find_task("my_tasks:support").card', "Dr. Weber"),
    ],
)
def test_the_scaffold_in_the_middleware_answers_what_v0_does_not(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, scaffold: str, card: str, answer: str
):
    monkeypatch.chdir(circle.folder)
    monkeypatch.syspath_prepend(circle.folder)
    shutil.rmtree("memories", ignore_errors=True)
    source = DEPLOYED.replace("=found.scaffold", f"={scaffold}")
    source = source.replace('find_task("my_tasks:support").card', card)
    names: dict[str, Any] = {}
    exec(source, names)
    with names["memory"]:
        for text in (*TOLD, "Who is my dentist?"):  # each in a conversation of its own
            said = names["agent"].invoke({"messages": [("human", text)]})["messages"][-1]
    assert said.text == answer


def test_a_proposer_reads_what_memory_did_and_what_the_agent_said(circle: Circle, tmp_path: Path):
    for number, episode in enumerate(circle.episodes):
        into = tmp_path / str(number)
        assert write_view(episode, into).progression == 1.0
        page = (into / "steps-0000.md").read_text()
        assert "<|FACT|>" in page
        assert '"heard"' not in page


def test_the_checks_after_a_trial_pass_what_is_honest(circle: Circle):
    episodes = [episode.id for episode in circle.episodes]
    behaves(circle.played, load_scaffold(circle.found.scaffold).manifest, episodes)
    audit(circle.played, circle.found.scaffold, episodes)
