"""Thirty sessions with an agent of LangChain's own: wrong without the added lines, right with them.

The same agent, the same model, the same words each time. What was said in the same session it knows
by itself; all else only memory can tell it.
"""

import shutil
from pathlib import Path

import pytest
from langchain.agents import create_agent
from langgraph.checkpoint.memory import InMemorySaver

from automem_graph import AutoMemMiddleware
from automem_graph.models.resolve import resolve_model
from support.sessions import CHANGED, EARLY, SAME, questions, right_answers

MEMORY = Path("memories")


def talk_with(*middleware):
    """Somebody who talks with an agent, each session on a checkpointed thread of its own."""
    agent = create_agent(
        resolve_model("offline:companion"), middleware=middleware, checkpointer=InMemorySaver()
    )

    def talk(session, turn):
        config = {"configurable": {"thread_id": f"session-{session}"}}
        return agent.invoke({"messages": [("human", turn.said)]}, config)["messages"][-1].text

    return talk


def empty():
    """The control: what the files carry cannot be carried."""
    shutil.rmtree(MEMORY, ignore_errors=True)


@pytest.fixture
def memory():
    with AutoMemMiddleware(MEMORY, specialist="offline:player") as memory:
        yield memory


def test_there_are_questions_of_every_kind():
    assert questions() == {SAME: 6, CHANGED: 14, EARLY: 6}


def test_without_memory_it_knows_the_session_and_nothing_else():
    assert right_answers(talk_with()) == {SAME: 6, CHANGED: 0, EARLY: 0}


def test_with_memory_it_knows_all_that_was_said(memory):
    assert right_answers(talk_with(memory)) == {SAME: 6, CHANGED: 14, EARLY: 6}


def test_it_is_the_files_that_carry_it(memory):
    assert right_answers(talk_with(memory), before=empty) == {SAME: 6, CHANGED: 0, EARLY: 0}
