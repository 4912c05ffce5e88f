"""`automem report`: where the page lies, and what is said of it."""

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from support.evolutions import evolved
from support.runs import played


def automem(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_the_page_of_one_run_lies_in_it_and_that_of_several_here():
    evolved()
    played("one", {("corridor", 1): 0.5})
    result = automem("report", "run")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "run/report.html"
    assert "run: It kept 1 of 3 attempts" in result.stdout
    result = automem("report", "run", "one")
    assert result.stdout.splitlines()[-1] == "report.html"
    assert "<h1>run, one</h1>" in Path("report.html").read_text()
    assert automem("report", "one", "--out", "pages/one.html").exit_code == 0
    assert Path("pages/one.html").exists()


def test_the_figures_are_json():
    played("one", {("corridor", 1): 0.5})
    result = automem("report", "one", "--json")
    data = json.loads(result.stdout)
    assert data["progression"][0]["mean"] == 0.5
    assert data["episodes"][0]["seed"] == 1
    assert not Path("one/report.html").exists()


def test_a_mistake_is_one_sentence():
    result = automem("report", "nowhere")
    assert result.exit_code == 2
    assert result.stderr.startswith("automem: there is no run in nowhere: ")
    assert len(result.stderr.splitlines()) == 1
    played("one", {("corridor", 1): 0.5})
    result = automem("report", "one", "--out", "one")
    assert (result.exit_code, result.stderr) == (
        2,
        "automem: one cannot be written: Is a directory.\n",
    )
