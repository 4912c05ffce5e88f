"""Budgets and estimates on the command line."""

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from support import toy

TOY = ["evaluate", toy.NAME, "--steps", "4", "--parallel", "1", "--seeds", "1-3"]
SERVED = ["--gameplay", "vllm:any@http://127.0.0.1:9"]


def automem(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "120"})


def test_a_stopped_evaluation_is_incomplete_and_goes_on():
    stopped = automem(*TOY, "--max-tokens", "1")
    assert stopped.exit_code == 1, stopped.output
    assert "incomplete: 3 of 3 stopped" in stopped.stdout
    assert "The same command with a larger budget" in stopped.output
    assert "±" not in stopped.stdout
    assert f"stopped: {toy.NAME}, seeds 1-3: the budget of 1 tokens has no room" in stopped.stdout
    whole = automem(*TOY, "--json")
    assert whole.exit_code == 0, whole.output
    assert json.loads(whole.stdout)["all"]["stopped"] == 0


def test_a_stopped_play_goes_on():
    words = ["play", toy.NAME, "--steps", "4"]
    stopped = automem(*words, "--max-tokens", "1")
    assert stopped.exit_code == 1, stopped.output
    assert "larger budget" in stopped.output
    assert automem(*words).exit_code == 0


def test_an_unpriced_model_cannot_be_limited_by_cost():
    for words in (TOY, ["play", toy.NAME]):
        refused = automem(*words, *SERVED, "--max-cost", "5")
        assert refused.exit_code == 2, refused.output
        assert "--prices" in refused.output


def test_a_file_of_prices_that_cannot_be_read_is_said_so():
    Path("prices.json").write_text('{"openai:m": {"input": -1, "output": 2}}')
    refused = automem(*TOY, "--prices", "prices.json")
    assert refused.exit_code == 2, refused.output
    assert "openai:m.input" in refused.output


def test_an_estimate_plays_nothing_and_says_what_it_rests_on():
    Path("prices.json").write_text(json.dumps({SERVED[1]: {"input": 1, "output": 2}}))
    guess = automem(*TOY, *SERVED, "--dry-run", "--prices", "prices.json", "--json")
    assert guess.exit_code == 0, guess.output
    assert not Path("runs").exists()
    found = json.loads(guess.stdout)
    assert (found["episodes"], found["done"], found["calls"]) == (3, 0, 36)
    assert found["usd"] == (found["input_tokens"] + 2 * found["output_tokens"]) / 1e6
    assert "assumed" in found["basis"][toy.NAME]


def test_an_estimate_learns_from_what_was_played():
    automem(*TOY)
    more = automem(*TOY[:-1], "1-5", "--dry-run")
    assert more.exit_code == 0, more.output
    assert "2 episodes; 3 are done already" in more.stdout
    assert "the mean of 3 finished episodes" in more.stdout
