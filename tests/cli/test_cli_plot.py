"""`automem plot`: a picture and its figures, or a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from support.evolutions import evolved


def automem(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "120"})


def test_it_writes_what_it_is_asked_for_and_says_what_is_in_it():
    evolved()
    result = automem("plot", "run", "--out", "figures/a.svg", "--csv", "figures/a.csv")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Progression (gate; held out; held out, wiped): mean over")
    assert result.stdout.endswith("figures/a.svg\nfigures/a.csv\n")
    assert Path("figures/a.svg").read_text().startswith("<?xml")
    assert Path("figures/a.csv").read_text().startswith("measure,unit,series,x,mean,")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["run"], "there is nothing to write"),
        (["run", "--out", "a.jpg"], "take one of .svg, .png, .pdf"),
        (["nowhere", "--out", "a.svg"], "there is no run in nowhere"),
        (["run", "run", "--out", "a.svg"], "the same name"),
        (["run", "--out", "evolve.svg/a.svg"], "cannot be written"),
    ],
)
def test_what_cannot_be_drawn_is_a_sentence(words: list[str], why: str):
    evolved()
    Path("evolve.svg").touch()
    result = automem("plot", *words)
    assert result.exit_code == 2, result.output
    assert why in result.stderr
    assert "Traceback" not in result.output


def test_without_matplotlib_the_figures_are_still_there():
    evolved()
    Path("matplotlib.py").write_text("raise ModuleNotFoundError(name='matplotlib')")
    command = "from automem_graph.cli import main; main()"
    words = ["plot", "run", "--out", "a.svg", "--csv", "a.csv"]
    where = os.pathsep.join([str(Path.cwd()), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", command, *words], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": where},
    )  # fmt: skip
    assert done.returncode == 2
    assert 'pip install "automem-graph[plot]"' in done.stderr
    assert Path("a.csv").exists()
    assert not Path("a.svg").exists()
