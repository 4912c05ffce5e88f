"""`--max-nonsense`: on the command line, among the settings, and across drivers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from support import toy
from support.openai_server import OpenAIServer

RUN = ["--agent", "window", "--out", "run"]
RIGHT = "<|ACTION|>Right<|END|>"


class Model:
    """Says one thing, until it is told another."""

    says = "I like it here."

    def script(self, _: object) -> str:
        return self.says


@pytest.fixture
def model() -> Iterator[tuple[Model, list[str]]]:
    """A model behind a server, and the words that name it."""
    one = Model()
    with OpenAIServer(one.script) as server:
        yield one, ["--gameplay", f"vllm:act@{server.url}"]


def automem(*words: str, **variables: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "300", **variables})


def test_an_evaluation_fails_its_episodes_and_goes_on(model):
    one, named = model
    words = ["evaluate", toy.NAME, "--seeds", "1-4", "--parallel", "4", *RUN, *named]
    failed = automem(*words, "--max-nonsense", "3")
    assert failed.exit_code == 1, failed.output
    assert "incomplete: 4 of 4 failed" in failed.stdout
    assert "committed no action for 3 steps in a row (steps 0-2)" in failed.stdout
    one.says = RIGHT
    whole = automem(*words)
    assert whole.exit_code == 0, whole.output
    assert "100.00" in whole.stdout


def test_a_play_fails_and_says_that_it_can_be_gone_on_with(model):
    one, named = model
    words = ["play", toy.NAME, *RUN, *named, "--max-nonsense", "2"]
    for steps in ("0-1", "2-3"):
        failed = automem(*words)
        assert failed.exit_code == 1, failed.output
        said = f"2 steps in a row (steps {steps}): read in the trace what it said there"
        assert said in failed.stderr
        assert "The same command goes on there." in failed.stderr
    one.says = RIGHT
    assert automem(*words).exit_code == 0


def test_it_is_a_setting_that_a_branch_keeps_too(model):
    one, named = model
    one.says = RIGHT
    assert automem("play", toy.NAME, *RUN, *named).exit_code == 0
    one.says = "Well."
    Path("automem.toml").write_text("[budget]\nmax_nonsense = 2")
    (parent,) = Path("run/episodes").iterdir()
    branch = ["play", "--from", str(parent), "--at", "3"]
    assert "(steps 3-4)" in automem(*branch).stderr
    assert "(steps 5-7)" in automem(*branch, AUTOMEM_MAX_NONSENSE="3").stderr
    assert "for step 8:" in automem(*branch, "--max-nonsense", "1").stderr
    refused = automem(*branch, "--max-nonsense", "0")
    assert refused.exit_code == 2, refused.output
