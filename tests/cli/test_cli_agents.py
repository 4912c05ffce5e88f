"""Agents without memory files at the command line: play, read, branch off, what is refused."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from automem_graph.episodes.layout import find_episode
from automem_graph.episodes.trace import read_trace
from support import toy
from support.playing import table
from support.scripted import by_routine, calls


def automem(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize("agent", ["window", "window-cot", "random"])
def test_every_agent_plays_and_its_episode_can_be_read(agent: str):
    played = automem("play", toy.NAME, "--agent", agent, "--steps", "3", "--out", "run")
    assert played.exit_code == 0, played.output
    assert "in 3 steps" in played.stdout
    overview = automem("trace", "run")
    assert overview.exit_code == 0
    assert overview.stdout.startswith(f"{toy.NAME}, seed 42, {agent}")
    step = automem("trace", "run", "--step", "2")
    assert ("# PLAN, step 2" in step.stdout) == (agent != "random")
    assert "You stand in room" in step.stdout
    assert automem("memory", "run").stdout == "no files\n"


def test_a_step_of_a_window_tells_past_turns_from_this_ones_call():
    automem("play", toy.NAME, "--agent", "window", "--steps", "3", "--out", "run")
    said = automem("trace", "run", "--step", "2").stdout
    assert said.count("gameplay (offline:player)") == 1
    assert said.count("assistant, an earlier step") == 2


def test_branching_off_may_change_the_agent():
    automem("play", toy.NAME, "--agent", "random", "--steps", "4", "--out", "run")
    parent = find_episode(Path("run"))
    for agent in ("memory", "window"):
        words = ["play", "--from", str(parent.path), "--at", "2", "--agent", agent, "--json"]
        branched = automem(*words)
        assert branched.exit_code == 0, branched.output
        result = json.loads(branched.stdout)
        assert result["asked"]["agent"] == agent
        assert bool(result["asked"]["scaffold"]) == (agent == "memory")
        rows = read_trace(parent.run.episode(result["episode"]))[1]
        assert rows[:2] == read_trace(parent)[1][:2]
        assert len(rows) == 4


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--agent", "window", "--scaffold", "mine"], "plays without a scaffold"),
        (["--agent", "window-cot", "--specialist", "offline:player"], "without a specialist"),
        (["--agent", "random", "--model", "openai:x"], "plays without a model"),
        (["--agent", "oracle"], "--agent"),
    ],
)
def test_what_an_agent_has_no_use_for_is_one_sentence_and_exit_code_2(words, sentence):
    result = automem("play", toy.NAME, *words)
    assert result.exit_code == 2
    assert sentence in result.output.replace("\n", " ")
    assert "Traceback" not in result.output


def test_sampling_is_asked_for_by_role_and_inherited_by_a_branch():
    names = ("--temperature", "0", "--reply-tokens", "99", "--specialist-temperature", "0.5")
    automem("play", toy.NAME, "--gameplay", "offline:player", *names, "--steps", "2", "--out", "a")
    automem("play", "--from", "a", "--at", "1", "--specialist-reply-tokens", "50")
    asked = sorted(
        (read_trace(find_episode(folder))[0].asked for folder in Path("a/episodes").iterdir()),
        key=lambda asked: asked.specialist_sampling.max_tokens,
        reverse=True,
    )
    assert [one.sampling.model_dump() for one in asked] == [
        {"temperature": 0.0, "max_tokens": 99}
    ] * 2
    assert [one.specialist_sampling.model_dump() for one in asked] == [
        {"temperature": 0.5, "max_tokens": 99},
        {"temperature": 0.5, "max_tokens": 50},
    ]


def test_sampling_that_an_agent_has_no_use_for_is_refused():
    for words in (("random", "--temperature", "0"), ("window", "--specialist-temperature", "0")):
        refused = automem("play", toy.NAME, "--agent", *words)
        assert refused.exit_code == 2
        assert "plays without a" in refused.stderr


def test_a_codec_needs_a_model_that_knows_it_and_an_agent_that_has_one():
    no_tools = automem("play", toy.NAME, "--codec", "tool_calls")
    assert no_tools.exit_code == 2
    assert "the model offline:player makes no tool calls" in no_tools.stderr
    window = automem("play", toy.NAME, "--codec", "tool_calls", "--agent", "window")
    assert window.exit_code == 2
    assert "the agent window plays without a codec" in window.stderr
    many = automem("evaluate", toy.NAME, "--seeds", "1", "--codec", "tool_calls")
    assert many.exit_code == 2
    assert "makes no tool calls" in many.stderr


def test_a_step_of_tool_calls_shows_calls_answers_and_thoughts():
    note = calls(
        ("APPEND", {"file": "a.md", "text": "Kühe"}), ("DONE", {}), text="<think>hm</think>"
    )
    right = calls(("ACTION", {"action": "Right"}))
    with table(by_routine(note, right), codec="tool_calls", steps=2) as at:
        at.play()
    said = automem("trace", "run", "--step", "1").stdout
    assert 'APPEND {"file": "a.md", "text": "Kühe"}' in said
    assert "Added to a.md." in said
    assert "hm" in said.splitlines()
    assert 'ACTION {"action": "Right"}' in said
