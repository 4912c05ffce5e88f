"""Agents without memory files leave the same traces: rebuilt, resumed, forked and measured."""

import json
from itertools import count
from typing import Any

import pytest

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.fork import fork
from automem_graph.episodes.layout import EpisodeFolder, RunError
from automem_graph.episodes.play import play_episode
from automem_graph.episodes.trace import Moment, prompt_of, read_trace
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import files_at
from support.playing import Table, scaffold_with, table
from support.scripted import Say, by_routine, in_turn
from support.timeless import timeless

RIGHT = "<|ACTION|>Right<|END|>"
WAIT = "<|ACTION|>Wait<|END|>"
OFFLINE: dict[str, Any] = {"gameplay": "offline:player"}
"""What a table needs for `random`, which has no use for a model of the test's own."""


def chatty() -> Say:
    """Thinks aloud, differently each time, and now and then forgets to commit."""
    number = count()

    def say(messages: list[Any]) -> str:
        at = next(number)
        return f"Thought {at} is a long one, and that is why it counts. {WAIT if at % 5 else ''}"

    return say


def forked(at: Table, step: int, parent: EpisodeFolder | None = None) -> EpisodeFolder:
    parent = parent or at.folder
    return fork(parent, Moment(episode=parent.id, step=step), "b", at.desks.asked(at.context))


@pytest.mark.parametrize("agent", ["window", "window-cot"])
def test_every_prompt_is_rebuilt_as_it_was_sent(agent: str):
    with table(chatty(), agent=agent, steps=25) as at:
        at.play()
        sent = list(at.models["gameplay"].prompts)
        rows = at.rows()
    for row in rows:
        for index in range(len(row.calls)):
            given = sent.pop(0)
            rebuilt = [(message["role"], message["content"]) for message in prompt_of(row, index)]
            roles = {"system": "system", "human": "user", "ai": "assistant"}
            assert rebuilt == [(roles[message.type], message.text) for message in given]
    assert not sent


@pytest.mark.parametrize("agent", ["window", "window-cot"])
def test_rows_do_not_grow_and_repeat_nothing(agent: str):
    with table(in_turn("I wait. " * 40 + WAIT), agent=agent, steps=40) as at:
        at.play()
        lines = at.folder.trace.read_bytes().splitlines()
    sizes = [len(line) for line in lines[1:]]
    assert max(sizes[2:]) - min(sizes[2:]) < 40
    assert b"in room 0" not in b"".join(line.partition(b'"answer"')[0] for line in lines[1:])
    assert lines[-1].count(b"I wait.") == 40


@pytest.mark.parametrize("agent", ["window", "window-cot"])
@pytest.mark.parametrize("step", [0, 3, 17, 20])
def test_a_window_is_the_same_after_a_resume_and_in_a_fork(agent: str, step: int):
    say = in_turn("I wait. " + WAIT)
    with table(say, agent=agent, steps=20) as at:
        at.play()
        whole = timeless(at.folder)
        fork_folder = forked(at, step)
        play_episode(at.desks, at.context, fork_folder.id)
        assert timeless(fork_folder) == whole
    lines = at.folder.trace.read_bytes().splitlines(keepends=True)
    at.folder.result.unlink()
    at.folder.trace.write_bytes(b"".join(lines[: step + 1]) + b'{"torn')
    with table(say, agent=agent, steps=20) as at:
        at.play()
        assert timeless(at.folder) == whole


def test_chance_goes_on_where_it_was_cut():
    with table(in_turn(""), agent="random", steps=12, **OFFLINE) as at:
        at.play()
        whole = timeless(at.folder)
    lines = at.folder.trace.read_bytes().splitlines(keepends=True)
    at.folder.result.unlink()
    at.folder.trace.write_bytes(b"".join(lines[:6]))
    with table(in_turn(""), agent="random", steps=12, **OFFLINE) as at:
        assert at.play().status == "done"
        assert timeless(at.folder) == whole


def test_there_are_no_files_and_all_measures_of_memory_are_nothing():
    with table(in_turn(RIGHT), agent="window") as at:
        result = at.play()
        assert {path.name for path in at.folder.path.iterdir()} == {"trace.jsonl", "episode.json"}
        assert {path.name for path in at.folder.run.path.iterdir()} == {
            "run.json", "prompts", "episodes",
        }  # fmt: skip
    assert result.metrics is not None
    measured = result.metrics.model_dump()
    nothing = ("growth", "writes_per_search", "repeated_writes", "empty_searches", "never_read",
               "duplicate_lines", "fallbacks", "invalid_actions", "failed_calls")  # fmt: skip
    assert {name: measured[name] for name in nothing} == dict.fromkeys(nothing, 0)
    assert measured["calls"] == 1
    assert measured["prompt_chars"] > 0
    json.loads(result.model_dump_json())


@pytest.mark.parametrize(
    ("agent", "named", "sentence"),
    [
        ("window", {"scaffold": "mine"}, "plays without a scaffold: leave 'mine' out"),
        ("window-cot", {"specialist": "x:y"}, "plays without a specialist: leave 'x:y' out"),
        ("random", {"gameplay": "x:y"}, "plays without a model: leave 'x:y' out"),
        ("random", {"scaffold": "mine"}, "plays without a scaffold: leave 'mine' out"),
    ],
)
def test_naming_what_an_agent_has_no_use_for_is_a_mistake(agent, named, sentence):
    with EpisodeDesks() as desks, pytest.raises(RunError, match=f"the agent {agent} {sentence}"):
        desks.folder(PlayContext(agent=agent, **named))


def test_a_fork_may_be_played_by_an_agent_without_files():
    log = "<|APPEND|>notes.md|on I go<|END|><|DONE|>"
    with table(by_routine(log, RIGHT), steps=5) as memory:
        memory.play()
        parent = memory.folder
    with table(in_turn(WAIT), agent="window", steps=5) as at:
        folder = forked(at, 3, parent)
        assert play_episode(at.desks, at.context, folder.id).status == "done"
        rows = read_trace(folder)[1]
        assert [row.action for row in rows] == ["Right", "Right", "Right", "Wait", "Wait"]
        assert [m["content"] for m in rows[3].messages[2:8:2]] == [RIGHT] * 3
        assert not folder.memory.exists()


def test_memory_that_takes_over_from_an_agent_without_files_begins_with_its_initial_files(tmp_path):
    hooks = "def initial_files(task):\n    return {'rules.md': 'Keep right.\\n'}\n"
    scaffold = scaffold_with(tmp_path / "mine", hooks_py=hooks)
    with table(in_turn(WAIT), agent="random", steps=5, **OFFLINE) as chance:
        chance.play()
        parent = chance.folder
    with table(by_routine("<|DONE|>", RIGHT), steps=5, scaffold=scaffold) as at:
        folder = forked(at, 2, parent)
        assert play_episode(at.desks, at.context, folder.id).status == "done"
        assert files_at(read_rows(folder.journal), 3) == {"rules.md": "Keep right.\n"}
        assert "rules.md (1 line)" in read_trace(folder)[1][2].messages[1]["content"]
