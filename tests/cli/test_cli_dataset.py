"""`automem dataset`: from a run's folder to examples, and what stands in the way."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from automem_graph.episodes.layout import RunFolder
from automem_graph.proficiency.recipe import Recipe
from automem_graph.proficiency.verify import verify_file
from support.habits import play


def automem(*words: object) -> Result:
    return CliRunner().invoke(app, ["dataset", *map(str, words)], env={"COLUMNS": "80"})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return play(tmp_path_factory.mktemp("cli") / "run", (1, 2)).path


def test_a_run_becomes_examples_by_default_of_turns_that_look_first(run):
    result = automem(run, "--out", "data")
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["12", "8", "4", "2", "8", "22"] in rows
    assert "seeds 1-2" in result.stdout
    assert max(map(len, result.stdout.splitlines()[:8])) <= 80
    assert verify_file(Path("data/data/examples.jsonl"), [RunFolder(run)]) == ()
    assert Recipe.model_validate_json(Path("data/recipe.json").read_text()).selection.consults


def test_the_folder_is_in_the_run_by_default(run):
    assert automem(run).exit_code == 0
    assert (run / "dataset/data/card.html").is_file()


def test_the_card_as_json_and_a_selector_of_ones_own(run):
    Path("mine.py").write_text("def select(turns):\n    return [turns[0], 'x']\n")
    result = automem(run, "--recipe", "mine.py", "--out", "data", "--json")
    card = json.loads(result.stdout)
    assert card["data"] == {
        "examples": 2, "log": 0, "plan": 2, "episodes": 2, "rejected": {"no such turn": 2},
    }  # fmt: skip


def test_too_few_examples_are_shown_and_are_a_failure(run):
    Path("wants.json").write_text('{"selection": {"kind": "filters"}, "least": 99}')
    result = automem(run, "--recipe", "wants.json", "--out", "data")
    assert result.exit_code == 1
    assert "no memory action in the reply" in result.stdout
    assert "the recipe wants 99" in result.stderr
    assert Path("data/recipe.json").is_file()


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.json", "{", "a.json is no recipe: Invalid JSON"),
        ("a.json", '{"selection": {"kind": "magic"}}', "a.json is no recipe: selection: "),
        (
            *("a.json", '{"selection": {"kind": "filters"}, "lora": {"rank": 0}}'),
            "lora.rank: Input should be greater than or equal to 1",
        ),
        ("a.py", "def select(turns): return turns[99]", "selector.py:1 in select: IndexError"),
        ("a.py", "", "a.py is no recipe: source: "),
        ("b.json", None, "b.json cannot be read"),
    ],
)
def test_a_bad_recipe_is_one_sentence(run, name, text, sentence):
    if text is not None:
        Path(name).write_text(text)
    result = automem(run, "--recipe", name, "--out", "data")
    assert result.exit_code == 2
    assert sentence in " ".join(result.stderr.split())
    assert result.stderr.count("\n") == 1
    assert not Path("data/recipe.json").exists()


def test_a_folder_without_episodes_is_left_as_it_is():
    result = automem("nowhere")
    assert result.exit_code == 2
    assert "there is no run in nowhere" in result.stderr
    assert not Path("nowhere").exists()
