"""LOG has each message once, however often the host's model is asked."""

from typing import Any

import pytest
from langchain.agents.middleware import (
    AgentMiddleware,
    HumanInTheLoopMiddleware,
    ModelFallbackMiddleware,
    ModelRetryMiddleware,
    SummarizationMiddleware,
)
from langchain_core.messages import AIMessage, HumanMessage, RemoveMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command, interrupt

from support.scripted import Scripted, Tooled, calls
from support.talking import (
    conversation,
    host,
    keeper,
    memory,
    notes,
    on,
    recalled,
    talker,
    valid,
    weather,
)

RETRY = ModelRetryMiddleware(max_retries=3, initial_delay=0, jitter=False)
RAIN = calls(("weather", {"city": "Rome"}))


def failing(times: int, reply: str | AIMessage = "Noted.") -> Tooled:
    """A model that fails so often, and then says this."""
    left = [times]

    def say(_: Any) -> str | AIMessage:
        if left[0]:
            left[0] -= 1
            raise ValueError("the server is tired")
        return reply

    return Tooled(say=say)


@pytest.mark.parametrize("outside", [True, False])
def test_a_model_that_is_tried_again_is_told_the_same(outside: bool):
    where, model, keeps = memory(), failing(2), keeper()
    ranks = {"around": [RETRY]} if outside else {"within": [RETRY]}
    agent, _ = talker(where, model, keeps=keeps, **ranks)
    agent.invoke({"messages": "I am Ann."})
    assert notes(where) == ["The user says: I am Ann."]
    assert len(keeps.prompts) == 3
    assert len(model.prompts) == 3
    assert len({recalled(prompt) for prompt in model.prompts}) == 1
    assert "I am Ann." in recalled(model.prompts[0])


@pytest.mark.parametrize("outside", [True, False])
def test_a_model_that_falls_back_is_told_the_same(outside: bool):
    where, other = memory(), host()
    fallback = ModelFallbackMiddleware(other)
    ranks = {"around": [fallback]} if outside else {"within": [fallback]}
    agent, _ = talker(where, failing(1), **ranks)
    agent.invoke({"messages": "I am Ann."})
    assert notes(where) == ["The user says: I am Ann."]
    assert "I am Ann." in recalled(other.prompts[0])


def test_a_run_that_is_resumed_after_the_model_failed_recalls_anew():
    where, model = memory(), failing(1)
    agent, _ = talker(where, model, checkpointer=InMemorySaver())
    with pytest.raises(ValueError, match="tired"):
        agent.invoke({"messages": "I am Ann."}, on("a"))
    agent.invoke({"messages": "The code is 4711."}, on("b"))
    agent.invoke(None, on("a"))
    assert notes(where) == ["The user says: I am Ann.", "The user says: The code is 4711."]
    assert "4711" in recalled(model.prompts[2])
    assert agent.get_state(on("a")).values["automem"]["step"] == 2


def test_a_person_who_goes_on_after_the_model_failed_is_heard_once():
    where = memory()
    agent, _ = talker(where, failing(1), checkpointer=InMemorySaver())
    with pytest.raises(ValueError, match="tired"):
        agent.invoke({"messages": "I am Ann."}, on("a"))
    agent.invoke({"messages": "Are you there?"}, on("a"))
    assert notes(where) == ["The user says: I am Ann.", "The user says: Are you there?"]


def test_a_call_that_a_person_has_to_approve():
    where, model = memory(), host(RAIN, "It rains.")
    asks = HumanInTheLoopMiddleware(interrupt_on={"weather": True})
    agent, _ = talker(where, model, weather, around=[asks], checkpointer=InMemorySaver())
    assert agent.invoke({"messages": "Does it rain?"}, on("a"))["__interrupt__"]
    approve = Command(resume={"decisions": [{"type": "approve"}]})
    state = agent.invoke(approve, on("a"))
    assert conversation(state)[-1] == ("ai", "It rains.")
    assert notes(where) == [
        "The user says: Does it rain?",
        "The tool weather answers: It rains in Rome.",
    ]
    assert valid(model.prompts[1])


def test_a_call_that_a_person_declines_is_answered_all_the_same():
    where, model = memory(), host(RAIN, "As you like.")
    asks = HumanInTheLoopMiddleware(interrupt_on={"weather": True})
    agent, _ = talker(where, model, weather, within=[asks], checkpointer=InMemorySaver())
    agent.invoke({"messages": "Does it rain?"}, on("a"))
    no = {"type": "reject", "message": "Look out of the window."}
    agent.invoke(Command(resume={"decisions": [no]}), on("a"))
    assert len(notes(where)) == 2
    assert "Look out of the window." in notes(where)[1]
    assert valid(model.prompts[1])


def test_a_tool_that_asks_a_person():
    @tool
    def confirm(what: str) -> str:
        """Ask."""
        return str(interrupt(what))

    where, model = memory(), host(calls(("confirm", {"what": "Really?"})), "Done.")
    agent, _ = talker(where, model, confirm, checkpointer=InMemorySaver())
    agent.invoke({"messages": "Delete it."}, on("a"))
    agent.invoke(Command(resume="yes"), on("a"))
    assert notes(where) == ["The user says: Delete it.", "The tool confirm answers: yes"]


def test_an_interrupt_inside_of_the_model_call_passes_through():
    class Asks(AgentMiddleware):
        def wrap_model_call(self, request: Any, handler: Any) -> Any:
            interrupt("May I?")
            return handler(request)

    where, model, keeps = memory(), host(), keeper()
    agent, _ = talker(where, model, keeps=keeps, within=[Asks()], checkpointer=InMemorySaver())
    assert agent.invoke({"messages": "I am Ann."}, on("a"))["__interrupt__"]
    agent.invoke(Command(resume="yes"), on("a"))
    assert notes(where) == ["The user says: I am Ann."]
    assert "I am Ann." in recalled(model.prompts[0])


def test_an_answer_that_is_taken_back_and_asked_for_again():
    class Strict(AgentMiddleware):
        def after_model(self, state: Any, runtime: Any) -> Any:
            last = state["messages"][-1]
            if last.text == "Grr.":
                return {"messages": [RemoveMessage(last.id)], "jump_to": "model"}
            return None

    Strict.after_model.__can_jump_to__ = ["model"]
    where, model = memory(), host("Grr.", "Hello.")
    agent, _ = talker(where, model, within=[Strict()])
    assert conversation(agent.invoke({"messages": "I am Ann."}))[-1] == ("ai", "Hello.")
    assert notes(where) == ["The user says: I am Ann."]
    assert all("I am Ann." in recalled(prompt) for prompt in model.prompts)


def test_summaries_are_nobodys_word():
    where, model = memory(), host()
    sums = SummarizationMiddleware(
        Scripted(say=lambda _: "They talked."), trigger=("messages", 4), keep=("messages", 1)
    )
    agent, _ = talker(where, model, around=[sums], checkpointer=InMemorySaver())
    for said in ("One.", "Two.", "Three."):
        agent.invoke({"messages": said}, on("a"))
    assert [m.type for m in model.prompts[2]] == ["human", "human", "human"]
    assert "They talked." in model.prompts[2][0].text
    assert notes(where) == ["The user says: One.", "The user says: Two.", "The user says: Three."]


def test_a_conversation_that_is_trimmed_for_the_model_stays_valid():
    class Trims(AgentMiddleware):
        def wrap_model_call(self, request: Any, handler: Any) -> Any:
            return handler(request.override(messages=request.messages[-2:]))

    model = host(RAIN, "It rains.", "Bye.")
    agent, _ = talker(memory(), model, weather, around=[Trims()], checkpointer=InMemorySaver())
    agent.invoke({"messages": "Does it rain?"}, on("a"))
    agent.invoke({"messages": "Thanks."}, on("a"))
    assert all(map(valid, model.prompts))


def test_a_fork_is_a_conversation_of_its_own():
    where, model = memory(), host("One.", "Two.", "Other.")
    agent, _ = talker(where, model, checkpointer=InMemorySaver())
    agent.invoke({"messages": "I am Ann."}, on("a"))
    first = agent.get_state(on("a")).config
    agent.invoke({"messages": "I like tea."}, on("a"))
    agent.invoke({"messages": [HumanMessage("I like milk.")]}, first)
    assert len(notes(where)) == 3
    assert agent.get_state(on("a")).values["automem"]["step"] == 2
