"""Settings: the command line over AUTOMEM_* over automem.toml over the defaults."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from automem_graph.cli.config import ConfigError, read_config
from automem_graph.cli.settings import TABLE_OF
from support import toy


def automem(*words: str, **variables: str) -> Result:
    return CliRunner().invoke(app, list(words), env=variables)


def asked(*words: str, **variables: str) -> dict[str, Any]:
    """What an episode of the toy world was asked to be."""
    result = automem("play", toy.NAME, "--steps", "1", "--json", *words, **variables)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)["asked"]
    return found


def settle(text: str, name: str = "automem.toml") -> None:
    Path(name).write_text(text, encoding="utf-8")


def test_the_command_line_is_over_the_environment_over_the_file_over_the_defaults():
    assert asked()["sampling"] == {"temperature": 1.0, "max_tokens": 4096}
    settle("[sampling]\ntemperature = 0.5\nreply_tokens = 100\nspecialist_temperature = 0")
    found = asked("--reply-tokens", "300", AUTOMEM_TEMPERATURE="0.7", AUTOMEM_REPLY_TOKENS="200")
    assert found["sampling"] == {"temperature": 0.7, "max_tokens": 300}
    assert found["specialist_sampling"] == {"temperature": 0.0, "max_tokens": 300}


def test_a_variable_may_name_another_file_and_an_empty_one_is_not_set():
    settle("[sampling]\ntemperature = 0.5")
    settle("[sampling]\ntemperature = 0.25", "other.toml")
    assert asked(AUTOMEM_CONFIG="other.toml")["sampling"]["temperature"] == 0.25
    assert asked(AUTOMEM_CONFIG="", AUTOMEM_TEMPERATURE="")["sampling"]["temperature"] == 0.5


def test_every_setting_is_an_option_of_play_or_evaluate():
    commands = get_command(app).commands  # type: ignore[attr-defined]
    options = {one.name for name in ("play", "evaluate") for one in commands[name].params}
    assert TABLE_OF.keys() - options == {"boxoban"}


def test_settings_that_an_agent_has_no_use_for_are_for_other_agents():
    settle('[models]\ngameplay = "openai:gpt-5.5"\n[agent]\nscaffold = "v1"\ncodec = "tool_calls"')
    assert asked("--agent", "random")["gameplay"] == ""
    told = automem("play", toy.NAME, "--agent", "random", "--model", "offline:ghost")
    assert told.exit_code == 2
    assert "plays without a model" in told.output


def test_an_evaluation_takes_them_too():
    settle("[sampling]\ntemperature = 0.5\n[evaluate]\nparallel = 1\ntime_limit = 0.5")
    words = ["evaluate", toy.NAME, "--seeds", "1", "--steps", "1", "--json", "--out", "run"]
    result = automem(*words)
    assert result.exit_code == 0, result.output
    (episode,) = json.loads(result.stdout)["episodes"]
    assert episode["asked"]["sampling"]["temperature"] == 0.5


def test_a_branch_inherits_from_its_episode_and_not_from_settings():
    asked("--temperature", "0.5", "--out", "run")
    settle("[sampling]\ntemperature = 0.25")
    result = automem("play", "--from", "run", "--at", "0", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["asked"]["sampling"]["temperature"] == 0.5


def test_boxoban_levels_lie_where_the_file_says(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOMEM_BOXOBAN", "")  # what a command sets in this process is undone
    settle(f'[worlds]\nboxoban = "{tmp_path / "levels"}"')
    said = automem("boxoban").stdout.replace("\n", "")
    assert f"looked for in {tmp_path / 'levels'} (from {tmp_path / 'automem.toml'})" in said


def test_doctor_says_what_is_in_effect(tmp_path):
    none = automem("doctor").stdout
    assert "Settings: none; there is no automem.toml here" in none
    settle("")
    found = automem("doctor", "--json", AUTOMEM_CODEC="tags").stdout
    assert json.loads(found)["settings"] == {
        "file": str(tmp_path / "automem.toml"),
        "variables": ["AUTOMEM_CODEC"],
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[models", "is no TOML: Expected ']' at the end of a table declaration (at end"),
        ("[models]\nx = 1\n= 2", "line 3"),
        ("[models]\ngamplay = 'x'", "[models] has no key 'gamplay'; it has gameplay, specialist"),
        ("[model]\ngameplay = 'x'", "there is no table or key 'model'; the tables are models,"),
        ("gameplay = 'x'", "'gameplay' belongs into the table [models]"),
        ("[sampling]\nscaffold = 'v0'", "[sampling] has no key 'scaffold'"),
        ("models = 3", "models: Input should be an object"),
        ("[sampling]\ntemperature = '1'", "sampling.temperature: Input should be a valid number"),
        ("[sampling]\ntemperature = true", "sampling.temperature: Input should be a valid number"),
        ("[sampling]\ntemperature = nan", "sampling.temperature: Input should be a finite number"),
        ("[sampling]\ntemperature = 2000-01-01", "sampling.temperature: Input should be a valid"),
        ("[sampling]\nreply_tokens = 0", "sampling.reply_tokens: Input should be greater than"),
        ("[agent]\ncodec = 'xml'", "agent.codec: Input should be 'tags' or 'tool_calls'"),
        ("[models]\ngameplay = ''", "models.gameplay: String should have at least 1 character"),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence(text: str, sentence: str):
    settle(text)
    result = automem("play", toy.NAME)
    said = result.output.replace("\n", "")
    assert result.exit_code == 2
    assert "automem.toml" in said
    assert sentence in said
    assert "Traceback" not in said
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    "text",
    [
        'OPENAI_API_KEY = "{}"',
        '[models]\napi_key = "{}"',
        '[keys]\nopenai = "{}"',
        '[models]\ngameplay = {{ name = "x", token = "{}" }}',
    ],
)
def test_a_key_is_refused_and_not_repeated(text: str):
    settle(text.format("hush-hush"))
    with pytest.raises(ConfigError, match="keys belong into the environment") as caught:
        read_config({})
    assert "hush" not in str(caught.value)


def test_a_value_is_never_repeated():
    settle('[evaluate]\nparallel = "hush-hush"')
    with pytest.raises(ConfigError, match=r"evaluate\.parallel") as caught:
        read_config({})
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"AUTOMEM_GAMPLAY": "x"}, "no variable of automem. Did you mean AUTOMEM_GAMEPLAY?"),
        ({"AUTOMEM_TEMPERATURE": "warm"}, "AUTOMEM_TEMPERATURE: Input should be a valid number"),
        ({"AUTOMEM_PARALLEL": "0"}, "AUTOMEM_PARALLEL: Input should be greater than"),
        ({"AUTOMEM_CONFIG": "nowhere.toml"}, "AUTOMEM_CONFIG names nowhere.toml, and there is no"),
    ],
)
def test_a_mistake_in_the_environment_is_one_sentence(variables: dict[str, str], sentence: str):
    result = automem("play", toy.NAME, **variables)
    assert result.exit_code == 2
    assert sentence in result.output.replace("\n", "")
