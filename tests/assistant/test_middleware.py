"""Memory around the model calls of LangChain's own agents."""

from pathlib import Path

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langgraph.checkpoint.memory import InMemorySaver

from automem_graph.assistant.middleware import AutoMemMiddleware
from automem_graph.scaffold.errors import ScaffoldError
from support.scripted import Scripted, Tooled, by_routine, calls
from support.talking import (
    conversation,
    host,
    keep,
    keeper,
    memory,
    notes,
    on,
    recalled,
    talker,
    valid,
    weather,
)


def ask(*cities: str) -> AIMessage:
    return calls(*(("weather", {"city": city}) for city in cities))


def test_what_a_person_says_is_logged_and_recalled_before_the_model():
    where, model = memory(), host()
    agent, _ = talker(where, model)
    agent.invoke({"messages": "My plant is a fern."})
    assert notes(where) == ["The user says: My plant is a fern."]
    state = agent.invoke({"messages": "What is my plant?"})
    assert [(m.type, m.name) for m in model.prompts[1]] == [("human", "memory"), ("human", None)]
    assert '<memory file="notes.md">' in recalled(model.prompts[1])
    assert "My plant is a fern." in recalled(model.prompts[1])
    assert conversation(state) == [("human", "What is my plant?"), ("ai", "Noted.")]
    assert state.keys() == {"messages"}


def test_what_tools_answer_is_logged_and_the_calls_stay_answered():
    where, model = memory(), host(ask("Rome", "Oslo"), ask("Bonn"), "It rains.")
    agent, _ = talker(where, model, weather)
    state = agent.invoke({"messages": "Where does it rain?"})
    assert notes(where) == [
        "The user says: Where does it rain?",
        "The tool weather answers: It rains in Rome.",
        "The tool weather answers: It rains in Oslo.",
        "The tool weather answers: It rains in Bonn.",
    ]
    kinds = [[m.type for m in prompt] for prompt in model.prompts]
    assert kinds == [
        ["human", "human"],
        ["human", "ai", "tool", "tool", "human"],
        ["human", "ai", "tool", "tool", "ai", "tool", "human"],
    ]
    assert all(map(valid, model.prompts))
    assert all(prompt[-1].name == "memory" for prompt in model.prompts[1:])
    assert [m.type for m in state["messages"]] == [
        "human",
        "ai",
        "tool",
        "tool",
        "ai",
        "tool",
        "ai",
    ]


def test_the_specialist_sees_the_new_messages_and_what_the_model_did_before():
    keeps = keeper()
    agent, _ = talker(memory(), host(ask("Rome"), "It rains."), weather, keeps=keeps)
    agent.invoke({"messages": "Where does it rain?"})
    first, later = keeps.prompts[0][1].text, keeps.prompts[3][1].text
    assert "Your last action: (none yet)" in first
    assert "The user says:\nWhere does it rain?" in first
    assert 'Your last action: weather({"city": "Rome"})' in later
    assert "What you saw before it:\nThe user says:\nWhere does it rain?" in later
    assert "What you see now:\nThe tool weather answers:\nIt rains in Rome." in later


def test_a_name_is_one_line_and_a_picture_is_no_text():
    keeps = keeper()
    agent, _ = talker(memory(), host(), keeps=keeps)
    picture = [{"type": "image", "base64": "aGk=", "mime_type": "image/png"}]
    odd = HumanMessage(picture, name="Ann says:\nI am Bob.\n\ud800")
    agent.invoke({"messages": [odd]})
    assert "The user Ann says: I am Bob. ? says:\n(no text)" in keeps.prompts[0][1].text


def test_what_log_has_read_is_recalled_as_it_is_in_the_end():
    def reads_early(messages):
        if "# PLAN" in messages[-1].text:
            return "I have seen it all."
        return "<|READ|>notes.md<|END|><|APPEND|>notes.md|and likes tea<|END|><|DONE|>"

    where, model = memory(notes="lives in Rome"), host()
    agent, _ = talker(where, model, keeps=Scripted(say=reads_early))
    agent.invoke({"messages": "I like tea."})
    assert "lives in Rome\nand likes tea" in recalled(model.prompts[0])


def test_with_nothing_recalled_the_conversation_is_as_it_was():
    model = host()
    agent, _ = talker(memory(), model, keeps=Scripted(say=lambda _: "<|DONE|>"))
    agent.invoke({"messages": [SystemMessage("Be brief."), HumanMessage("Hello.")]})
    assert [m.type for m in model.prompts[0]] == ["system", "human"]


def test_without_a_specialist_the_hosts_own_model_keeps_memory():
    def both(messages):
        return keep(messages) if "# A turn" in messages[0].text else "Noted."

    where, model = memory(), Scripted(say=both)
    agent = create_agent(model, middleware=[AutoMemMiddleware(where)])
    agent.invoke({"messages": "I am Ann."})
    assert notes(where) == ["The user says: I am Ann."]
    assert [prompt[0].type for prompt in model.prompts] == ["system"] * 3 + ["human"]


def test_a_specialist_is_opened_by_its_name_when_it_is_needed():
    where = memory()
    agent = create_agent(host(), middleware=[AutoMemMiddleware(where, "offline:player")])
    assert conversation(agent.invoke({"messages": "Hello."}))[-1] == ("ai", "Noted.")


def test_the_hosts_model_may_act_on_memory_itself():
    where = memory(notes="lives in Rome")
    reads = calls(("memory_read", {"file": "notes.md"}), ("weather", {"city": "Rome"}))
    model = host(reads, "It rains.")
    agent, remembers = talker(where, model, weather, options={"tools": True})
    state = agent.invoke({"messages": "Does it rain?"})
    assert {"memory_read", "memory_append"} <= {tool.name for tool in remembers.tools}
    answers = [m.text for m in state["messages"] if m.type == "tool"]
    assert "lives in Rome" in answers[0]
    assert notes(where)[-1] == "The tool weather answers: It rains in Rome."
    assert len(notes(where)) == 3
    assert AutoMemMiddleware(where).tools == []


def test_a_folder_is_made_on_the_first_write_and_nothing_before():
    model = host()
    agent, _ = talker("memories", model)
    assert not Path("memories").exists()
    agent.invoke({"messages": "I am Ann."})
    assert "I am Ann." in Path("memories/notes.md").read_text()


def test_a_scaffold_that_is_none_is_refused_at_once():
    with pytest.raises(ScaffoldError, match="nowhere"):
        AutoMemMiddleware(memory(), scaffold="nowhere")


def test_tool_calls_can_be_the_form_that_actions_are_written_in():
    def keeps(messages):
        if any(m.type == "human" and "# PLAN" in m.text for m in messages[-1:]):
            return calls(("READ", {"file": "notes.md"}))
        if "# LOG" in messages[-1].text:
            return calls(("APPEND", {"file": "notes.md", "text": "is Ann"}), ("DONE", {}))
        return "That is all."

    where, model, specialist = memory(), host(), Tooled(say=keeps)
    agent, _ = talker(where, model, keeps=specialist, options={"codec": "tool_calls"})
    agent.invoke({"messages": "I am Ann."})
    assert "APPEND" in {made["function"]["name"] for made in specialist.tools}
    assert notes(where) == ["is Ann"]
    assert "is Ann" in recalled(model.prompts[0])


def test_a_client_that_sends_the_whole_history_each_time_is_heard_once():
    where, model = memory(), host("Hello Ann.", "Tea, then.")
    agent, _ = talker(where, model)
    first = agent.invoke({"messages": "I am Ann."})["messages"]
    history = [
        {"role": "user", "content": "I am Ann."},
        {"role": "assistant", "content": first[-1].text},
    ]
    agent.invoke({"messages": [*history, {"role": "user", "content": "I like tea."}]})
    assert notes(where) == ["The user says: I am Ann.", "The user says: I like tea."]


def test_a_thread_reads_what_another_has_written_meanwhile():
    where, model = memory(), host()
    agent, _ = talker(where, model, checkpointer=InMemorySaver())
    agent.invoke({"messages": "Hello."}, on("a"))
    agent.invoke({"messages": "The code is 4711."}, on("b"))
    agent.invoke({"messages": "What is the code?"}, on("a"))
    assert "The code is 4711." in recalled(model.prompts[2])
    assert sum("4711" in message.text for message in model.prompts[2]) == 1


def test_state_keeps_a_little_and_nothing_that_was_recalled():
    where, model = memory(notes="secret " * 500), host()
    agent, _ = talker(where, model, checkpointer=InMemorySaver())
    for _ in range(3):
        agent.invoke({"messages": "word " * 5000}, on("a"))
    values = agent.get_state(on("a")).values
    assert values.keys() == {"messages", "automem"}
    assert values["automem"]["step"] == 3
    assert len(values["automem"]["heard"]) == 3
    assert len(str(values["automem"])) < 3000
    assert "secret" not in str(values["automem"])


def test_a_turn_costs_as_many_calls_as_the_page_says():
    keeps, model = keeper(), host(ask("Rome"), "It rains.")
    agent, _ = talker(memory(), model, weather, keeps=keeps)
    agent.invoke({"messages": "Where does it rain?"})
    assert len(model.prompts) == 2
    assert len(keeps.prompts) == 2 * 3  # LOG; PLAN, and PLAN again once it has read

    brief = Scripted(say=by_routine("<|DONE|>", "Nothing to look up."))
    agent, _ = talker(memory(), host(), keeps=brief)
    agent.invoke({"messages": "Hello."})
    assert len(brief.prompts) == 2


def test_threads_are_told_apart_as_sources():
    where = memory()
    heard = []
    visit = where.visit
    where.visit = lambda source, looked=None: heard.append(source) or visit(source, looked)
    agent, _ = talker(where, host(ask("Rome"), "It rains."), weather, checkpointer=InMemorySaver())
    state = agent.invoke({"messages": "Where does it rain?"}, on("a"))
    assert {source.thread for source in heard} == {"a"}
    assert {source.role for source in heard} == {"specialist"}
    said, _, answered, _ = state["messages"]
    assert {(h.kind, h.id, h.name) for source in heard for h in source.heard} == {
        ("human", said.id, ""), ("tool", answered.id, "weather"),
    }  # fmt: skip
    assert [source.step for source in heard] == sorted(source.step for source in heard)


def test_the_scaffolds_process_ends_and_starts_again():
    where, model = memory(), host()
    with AutoMemMiddleware(where, keeper()) as remembers:
        agent = create_agent(model, middleware=[remembers])
        agent.invoke({"messages": "I am Ann."})
    remembers.close()
    agent.invoke({"messages": "I like tea."})
    assert len(notes(where)) == 2
    remembers.close()
