"""A loop that is walked plays as its graph does: every row, every file, every end."""

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, BaseMessage
from langgraph.graph import END

from automem_graph.agent.baselines.graph import baseline_loop
from automem_graph.agent.context import BASELINES, PlayContext
from automem_graph.agent.desk import Desks
from automem_graph.agent.graph import inner_loop
from automem_graph.agent.loop import Loop, supersteps
from automem_graph.agent.nonsense import TooMuchNonsense
from automem_graph.agent.route import Route
from support.playing import Table, scaffold_with, table
from support.scripted import by_routine, calls
from support.timeless import timeless

HOOKS = """
def observe(state, seen, files):
    state["steps"] = state.get("steps", 0) + 1
    return f"Step {state['steps']} of mine.", state

def after_log(state, seen, files):
    return [("append", "hook.md", f"step {seen['step']}")], state

def review(action, state, seen, files):
    return "Not to the left." if action == "Left" else None
"""

TAGS = (
    "",
    "I do not know.",
    "<|APPEND|>notes.md|It is dark.<|END|>",
    "<|APPEND|>notes.md|A door.<|END|><|SEARCH|>notes.md|door<|END|><|DONE|>",
    "<|DONE|>",
    "<|SEARCH|>notes.md|dark<|END|>",
    "<|READ|>../secret<|END|><|APPEND|>notes.md",
    "<|ACTION|>Left<|END|>",
    "<|ACTION|>Right<|END|>",
    "<|ACTION|>Right<|END|>",
    "<|ACTION|>Fly<|END|>",
    "<|SEARCH|>notes.md|door<|END|><|ACTION|>Wait<|END|>",
)
TOOLS = (
    AIMessage(content="I do not know."),
    calls(("APPEND", {"file": "notes.md", "text": "A door."}), ("DONE", {})),
    calls(("SEARCH", {"file": "notes.md", "query": "door"})),
    calls(("ACTION", {"action": "Left"})),
    calls(("ACTION", {"action": "Right"})),
)


def erratic(replies: tuple[str | AIMessage, ...], salt: int) -> Callable[..., str | AIMessage]:
    """Says one of these, by what the conversation says: the same in the same conversation."""

    def say(messages: list[BaseMessage]) -> str | AIMessage:
        heard = "\n".join(f"{message.type}: {message.text}" for message in messages)
        return replies[zlib.crc32(f"{salt}\n{heard}".encode()) % len(replies)]

    return say


def loop_for(at: Table) -> Loop:
    made: Callable[[Desks], Loop] = baseline_loop if at.context.agent in BASELINES else inner_loop
    return made(at.desks)


def walk(at: Table) -> list[int]:
    loop, state, ends = loop_for(at), {}, []
    while not state.get("done"):
        state = loop.walk({"episode": state.get("episode", "")}, at.context)
        ends.append(state["step"])
    return ends


def run_graph(at: Table) -> list[int]:
    graph, state, ends = loop_for(at).compile(), {}, []
    config = {"recursion_limit": supersteps(at.context)}
    while not state.get("done"):
        state = graph.invoke({"episode": state.get("episode", "")}, config, context=at.context)
        ends.append(state["step"])
    return ends


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"agent": "memory-wiped"},
        {"codec": "tool_calls"},
        {"two_models": True},
        {"agent": "window"},
        {"agent": "random", "gameplay": "offline:player"},
    ],
    ids=["memory", "wiped", "tool calls", "two models", "window", "random"],
)
def test_a_walk_leaves_what_the_graph_leaves(asked: dict, tmp_path: Path):
    asked = {"steps": 9, "steps_per_run": 4, **asked}
    replies = TOOLS if asked.get("codec") else TAGS
    models = [erratic(replies, salt) for salt in range(1 + asked.pop("two_models", False))]
    if asked.get("agent") not in BASELINES:
        asked["scaffold"] = scaffold_with(tmp_path / "mine", hooks_py=HOOKS)
    left, ends = [], []
    for play in (walk, run_graph):
        with table(*models, run=str(tmp_path / play.__name__), **asked) as at:
            ends.append(play(at))
            left.append(timeless(at.folder))
    assert ends[0] == ends[1]
    assert left[0] == left[1]
    assert len(left[0][1]) == ends[0][-1] > 4


def test_what_ends_a_run_ends_a_walk():
    with table(by_routine("", "no action"), max_nonsense=3) as at:
        with pytest.raises(TooMuchNonsense):
            inner_loop(at.desks).walk({}, at.context)
        assert len(at.rows()) == 3


def test_a_loop_without_an_end_is_stopped():
    loop = Loop("round", {"one": lambda state, runtime: {"turn": {}}}, {"one": "one"})
    with pytest.raises(RuntimeError, match="round came to no end in 100 nodes"):
        loop.walk({}, PlayContext(steps_per_run=1))


def test_a_node_sees_what_others_have_left():
    seen = []

    def node(state, runtime):
        seen.append((dict(state), runtime.context.seed))
        return {"step": len(seen), "turn": {"next": "end" if len(seen) > 1 else "one"}}

    loop = Loop("two", {"one": node}, {"one": Route("one", END)})
    state = loop.walk({"episode": "s1"}, PlayContext(seed=7))
    assert seen == [
        ({"episode": "s1"}, 7),
        ({"episode": "s1", "step": 1, "turn": {"next": "one"}}, 7),
    ]
    assert state == {"episode": "s1", "step": 2, "turn": {"next": "end"}}
