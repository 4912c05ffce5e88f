"""The documents tell the truth about the code."""

import re
from pathlib import Path

import typer

from automem_graph.agent.graph import create_inner_loop
from automem_graph.cli.app import app
from automem_graph.cli.config import read_config
from automem_graph.cli.settings import TABLE_OF
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.metrics import MEANINGS
from automem_graph.proficiency.loop.graph import create_training_loop
from automem_graph.structure.loop.graph import create_scaffold_loop
from support.playing import table
from support.scripted import by_routine

RIGHT = "<|ACTION|>Right<|END|>"
CHECKOUT = Path(__file__).parents[2]


def drawn(page: str) -> set[tuple[str, str]]:
    """The edges of a page's only picture."""
    (picture,) = re.findall(r"```mermaid\n(.*?)```", (CHECKOUT / page).read_text(), re.DOTALL)
    ends = {"start([start])": "__start__", "stop([end])": "__end__", "stop": "__end__"}
    edges = re.findall(r"^\s+(\S+) --> (.+?);$", picture, re.MULTILINE)
    return {(ends.get(source, source), ends.get(target, target)) for source, target in edges}


def test_the_readme_draws_the_loop_that_runs():
    graph = create_scaffold_loop().get_graph()
    assert drawn("README.md") == {(edge.source, edge.target) for edge in graph.edges}


def test_the_page_of_episodes_draws_the_graph_that_runs():
    graph = create_inner_loop(EpisodeDesks()).get_graph()
    assert drawn("docs/episodes.md") == {(edge.source, edge.target) for edge in graph.edges}


def test_the_page_of_loop_2_draws_the_loop_that_runs():
    graph = create_training_loop().get_graph()
    assert drawn("docs/train.md") == {(edge.source, edge.target) for edge in graph.edges}


def test_links_lead_somewhere():
    for page in [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), (page.name, target)


def test_the_commands_for_the_papers_model_have_these_options():
    commands = typer.main.get_command(app).commands
    page = (CHECKOUT / "docs/qwen32b.md").read_text()
    lines = re.findall(r"^\$ automem (\w+) (.+)$", page, re.MULTILINE)
    assert {name for name, _ in lines} == {"serve", "evolve", "train", "evaluate"}
    for name, words in lines:
        known = {option for one in commands[name].params for option in one.opts}
        own = words.partition(" -- ")[0]  # what follows is vLLM's
        assert set(re.findall(r"--[a-z-]+", own)) <= known, words


def test_every_measure_is_defined():
    page = (CHECKOUT / "docs/metrics.md").read_text()
    for name in MEANINGS:
        assert f"`{name}`" in page, name


def test_the_paper_index_names_code_and_tests_that_exist():
    rows = (CHECKOUT / "docs/paper_index.md").read_text().splitlines()
    cells = [row.split("|") for row in rows if row.startswith("| ") and "`" in row]
    assert len(cells) >= 12
    for _, _, code, test, _ in cells:
        for path in re.findall(r"`([^`]+)`", code):
            assert (CHECKOUT / path).exists(), path
        for path in re.findall(r"`([^`]+)`", test):
            file, _, name = path.partition("::")
            assert f"def {name}" in (CHECKOUT / file).read_text(), path


def test_the_python_of_the_pages_runs(capsys):
    with table(
        by_routine("<|APPEND|>a.md|x<|END|><|DONE|>", RIGHT), steps=12, run="runs/my-run"
    ) as at:
        at.play()
    code, many = re.findall(
        r"```python\n(.*?)```", (CHECKOUT / "docs/episodes.md").read_text(), re.DOTALL
    )
    exec(code.replace("10]", "3]").replace("11))", "4))"), {})
    exec(many, {})
    said = capsys.readouterr().out
    assert "# LOG, step 3" in said
    assert "{'a.md': 'x\\nx\\nx\\n'}" in said
    assert sorted(said.splitlines()[-3:]) == ["42 done 20", "43 done 20", "44 done 20"]


def test_the_complete_example_of_settings_is_one():
    page = (CHECKOUT / "docs/configuration.md").read_text()
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    Path("automem.toml").write_text(example)
    assert read_config({}).settings.keys() == TABLE_OF.keys()
    variables = {f"AUTOMEM_{key.upper()}" for key in TABLE_OF}
    assert variables | {"AUTOMEM_CONFIG"} == set(re.findall(r"`(AUTOMEM_[A-Z_]+)`", page))
