"""An episode that somebody's own agent plays: with the real middleware, on the episode's memory."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langgraph.checkpoint.memory import InMemorySaver

from automem_graph.agent.tracing import TAG
from automem_graph.assistant.own.graph import create_own_loop
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import RunError, find_episode
from automem_graph.episodes.processes import Processes
from automem_graph.episodes.trace import prompt_of
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import files_at
from support import talks
from support.playing import Table
from support.scripted import Scripted
from support.timeless import timeless

FIRST_QUESTION = len(talks.THINGS)


@pytest.fixture(scope="module")
def shared() -> Iterator[Processes]:
    """The processes of worlds and scaffolds."""
    with Processes() as processes:
        yield processes


def playing(shared: Processes, agent: str = talks.AGENT, **context: Any) -> Table:
    """A table whose specialist, if one is named, is the scripted `keeper`."""
    at = Table({"keeper": Scripted(say=talks.keep)})
    at.desks = EpisodeDesks(resolve=lambda name, _: at.models[name], processes=shared)
    at.context = replace(
        at.context, task=talks.NAME, gameplay=agent, run="run", specialist="", **context
    )
    return at


@pytest.fixture(scope="module")
def played(shared: Processes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    """An episode that is over."""
    at = playing(shared)
    at.context = replace(at.context, run=str(tmp_path_factory.mktemp("own") / "run"))
    at.play()
    yield at
    at.desks.close()


def test_what_was_told_in_one_session_is_known_in_the_next(played: Table):
    result = played.play()
    assert (result.status, result.progression, result.steps) == ("done", 1.0, 8)
    assert result.ended == "world"


def test_a_new_session_begins_with_an_empty_conversation(played: Table):
    row = played.rows()[FIRST_QUESTION]
    spoken = [m["content"] for m in prompt_of(row, len(row.calls) - 1) if m["role"] == "user"]
    assert spoken[-1] == "What is my car?"
    assert [text for text in spoken if text.startswith("My ")] == []
    assert "My car is shade 42-0." in spoken[0]  # what memory recalled
    assert row.hook_state["step"] == 1


def test_within_a_session_the_conversation_goes_on(played: Table):
    row = played.rows()[2]
    spoken = [(m["role"], m["content"]) for m in prompt_of(row, len(row.calls) - 1)]
    assert spoken == [
        ("user", "My car is shade 42-0."),
        ("assistant", "Noted."),
        ("user", "My desk is shade 42-1."),
        ("assistant", "Noted."),
        ("user", "My door is shade 42-2."),
    ]


def test_the_row_has_the_keep_and_the_agents_own_call(played: Table):
    row = played.rows()[FIRST_QUESTION]
    assert [(call.role, call.routine) for call in row.calls] == [
        ("specialist", "log"),
        ("specialist", "plan"),
        ("specialist", "plan"),
        ("gameplay", "plan"),
    ]
    assert {call.model for call in row.calls} == {talks.AGENT}
    last = row.calls[-1]
    assert (last.reply, row.said, row.action) == ("shade 42-0",) * 3
    assert row.messages[last.prompt] == {"role": "assistant", "content": "shade 42-0"}
    assert not last.usage.approximate
    (action,) = row.actions
    assert row.calls[action.turn].reply == action.call
    assert prompt_of(row, 0)[0]["role"] == "system"
    assert all(prompt_of(row, call)[-1]["role"] == "user" for call in range(4))


def test_the_journal_rebuilds_the_files_at_any_step(played: Table):
    rows = list(read_rows(played.folder.journal))
    for step in range(1, FIRST_QUESTION + 1):
        assert files_at(rows, step)["facts.md"].count("\n") == step
    kept = (played.folder.memory / "facts.md").read_text()
    assert kept == files_at(rows)["facts.md"]


def test_a_row_does_not_grow_with_the_conversation(played: Table):
    sizes = [len(line) for line in played.folder.trace.read_bytes().split(b"\n")[1:-1]]
    assert max(sizes[1:FIRST_QUESTION]) - min(sizes[1:FIRST_QUESTION]) < 120


def test_metrics_tell_the_agents_tokens_from_memorys(played: Table):
    metrics = played.play().metrics
    assert metrics is not None
    assert metrics.calls == pytest.approx((4 * 3 + 4 * 4) / 8)
    assert 0 < metrics.specialist_input_tokens < metrics.input_tokens
    assert metrics.failed_calls == 0
    assert metrics.never_read == 0


def test_the_wiped_control_forgets_files_and_state(shared: Processes):
    at = playing(shared)
    at.context = replace(at.context, agent="memory-wiped")
    with at.desks:
        result = at.play()
        assert result.progression == 0.0
        assert all(row.hook_state == {} for row in at.rows())
        assert not list(at.folder.memory.iterdir())


def test_a_specialist_of_ones_own_keeps_memory(shared: Processes):
    at = playing(shared)
    at.context = replace(at.context, specialist="keeper")
    with at.desks:
        assert at.play().progression == 1.0
        names = {(call.role, call.model) for row in at.rows() for call in row.calls}
    assert names == {("specialist", "keeper"), ("gameplay", talks.AGENT)}


def test_an_episode_that_is_reopened_at_every_step_is_the_same_episode(
    shared: Processes, played: Table
):
    at = playing(shared, steps_per_run=1)
    for _ in played.rows():
        with EpisodeDesks(processes=shared) as desks:
            desk = desks(at.context, {}, None)
            create_own_loop(desks).invoke({"episode": desk.episode}, context=at.context)
    assert timeless(at.folder) == timeless(played.folder)


def test_watching_an_episode_changes_nothing(shared: Processes, played: Table):
    heard: list[str] = []

    class Watching(BaseCallbackHandler):
        def on_chat_model_start(self, *_: Any, name: str = "", **__: Any) -> None:
            heard.append(name)

    at = playing(shared, steps_per_run=2)
    with at.desks:
        config = {"tags": [TAG], "callbacks": [Watching()], "configurable": {"thread_id": "1"}}
        loop = create_own_loop(at.desks, checkpointer=InMemorySaver())
        loop.invoke({"episode": at.folder.id}, config, context=at.context)
        assert at.rows()[0].calls[-1].usage == played.rows()[0].calls[-1].usage
        assert [len(row.calls) for row in at.rows()] == [3, 3]
    assert len(heard) == 6
    assert heard.count("specialist") == 4


def test_an_episode_that_dies_in_the_middle_of_a_step_is_the_same_episode(shared: Processes):
    at = playing(shared, "agent:support.agents:mortal", steps=3)
    with at.desks:
        at.play()
    command = [sys.executable, "-c", "from automem_graph.cli import main; main()", "play"]
    command += [talks.NAME, "--model", at.context.gameplay, "--steps", "3", "--out", "killed"]
    Path("dies").write_text("# PLAN, step 1")  # LOG has written already
    died = subprocess.run(command, check=False, capture_output=True, timeout=120)
    assert died.returncode == -signal.SIGKILL
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert timeless(find_episode(Path("killed"))) == timeless(at.folder)


@pytest.mark.parametrize(
    "name", ["asynchronous", "remembers_threads", "in_a_graph", "deep", "retries"]
)
def test_agents_of_all_kinds_play(shared: Processes, name: str, played: Table):
    if name == "deep":
        pytest.importorskip("deepagents")
    at = playing(shared, f"agent:support.agents:{name}")
    with at.desks:
        result = at.play()
        assert (result.error, result.progression) == (None, 1.0)
        said = [row.said for row in at.rows()]
    assert said == [row.said for row in played.rows()]


def test_a_tool_loop_keeps_memory_before_each_call(shared: Processes):
    at = playing(shared, "agent:support.agents:with_tool", steps=1)
    with at.desks:
        at.play()
        (row,) = at.rows()
        kept = (at.folder.memory / "facts.md").read_text()
    roles = [(call.role, call.routine) for call in row.calls]
    keep = [("specialist", "log"), ("specialist", "plan")]
    assert roles == [*keep, ("gameplay", "plan"), *keep, ("gameplay", "plan")]
    assert row.calls[2].tools[0].name == "colours"
    assert "The tool colours answers" in prompt_of(row, 3)[1]["content"]
    assert [m["role"] for m in prompt_of(row, 5)] == ["user", "assistant", "tool"]
    assert [action.turn for action in row.actions] == [0, 3]
    assert kept == "My car is shade 42-0.\nMy hat is shade 42-9.\n"
    assert row.said == "My hat is shade 42-9."


@pytest.mark.parametrize(
    ("context", "says"),
    [
        ({"agent": "window"}, "plays with memory: leave the agent window out"),
        ({"task": "drill"}, "takes actions"),
        ({"temperature": 0.5}, "samples its own model"),
    ],
)
def test_what_an_agent_cannot_play_is_refused(
    shared: Processes, context: dict[str, Any], says: str
):
    at = playing(shared)
    with at.desks, pytest.raises(RunError, match=says):
        at.desks.asked(replace(at.context, **context))


def test_changed_code_is_another_episode(shared: Processes, monkeypatch: pytest.MonkeyPatch):
    at = playing(shared)
    with at.desks:
        before = at.folder.id
        monkeypatch.setattr("automem_graph.episodes.desks.agent_contents", lambda name: "changed")
        assert at.folder.id != before
