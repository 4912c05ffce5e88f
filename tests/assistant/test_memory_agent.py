"""The memory agent as a graph: alone, on a thread, in a graph of one's own, as a sub-agent."""

import asyncio
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from deepagents import create_deep_agent
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.store.memory import InMemoryStore

from automem_graph.agent.graph import ROUTES as PLAYING
from automem_graph.assistant.create import create_memory_agent
from automem_graph.assistant.graph import MOST_SUPERSTEPS
from automem_graph.assistant.middleware import AutoMemMiddleware
from automem_graph.assistant.recalled import Recalled, as_message, put_before
from automem_graph.memory.shared import SharedMemory
from support.scripted import Scripted, calls
from support.talking import conversation, host, keep, keeper, memory, notes, on, recalled, talker


def edges(agent: Any) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in agent.get_graph().edges}


def with_files(tmp_path: Path, hooks: str = "") -> Path:
    """v0 with an initial file for conversations, and these hooks."""
    folder = tmp_path / "own"
    shutil.copytree(str(files("automem_graph.tools") / "v0"), folder)
    (folder / "files/chat").mkdir(parents=True)
    (folder / "files/chat/rules.md").write_text("One fact a line.\n")
    if hooks:
        (folder / "hooks.py").write_text(hooks)
    toml = folder / "scaffold.toml"
    toml.write_text(toml.read_text().replace("plan = []", 'plan = ["rules.md"]'))
    return folder


def test_it_is_drawn_with_the_routines_of_the_inner_loop():
    drawn = edges(create_memory_agent(keeper(), memory()))
    assert {
        ("log", "remember"),
        ("remember", "plan"),
        ("plan", "recall"),
        ("recall", "reply"),
    } < drawn
    assert ("recall", "plan") in drawn
    assert "commit" in PLAYING["recall"].ends


def test_alone_it_says_what_it_recalls_and_gives_it_in_pieces():
    agent = create_memory_agent(keeper(), memory(notes="lives in Rome"))
    state = agent.invoke({"messages": "I like tea."})
    assert state["messages"][-1].type == "ai"
    assert "lives in Rome" in state["messages"][-1].text
    (piece,) = state["recalled"]
    assert piece == {
        "file": "notes.md",
        "asked": "<|READ|>notes.md<|END|>",
        "text": "lives in Rome\nThe user says: I like tea.",
    }
    assert state["kept"]["step"] == 1


def test_where_it_knows_nothing_it_says_so():
    agent = create_memory_agent(Scripted(say=lambda _: "<|DONE|>"), memory())
    state = agent.invoke({"messages": "Hello."})
    assert (state["messages"][-1].text, state["recalled"]) == ("Memory has nothing on this.", [])


def test_a_search_that_finds_nothing_is_nothing_recalled():
    search = "<|SEARCH|>notes.md|tea<|END|>"
    replies = iter([f"{search}<|DONE|>", search, "enough"])
    agent = create_memory_agent(
        Scripted(say=lambda _: next(replies)), memory(notes="lives in Rome")
    )
    state = agent.invoke({"messages": "Do I like tea?"})
    assert (state["messages"][-1].text, state["recalled"]) == ("Memory has nothing on this.", [])


def test_on_a_thread_it_hears_what_is_new_and_reads_anew():
    where = memory()
    agent = create_memory_agent(keeper(), where, checkpointer=InMemorySaver())
    agent.invoke({"messages": "I am Ann."}, on("a"))
    where.write("notes.md", "lives in Rome")
    state = agent.invoke({"messages": "I like tea."}, on("a"))
    assert notes(where) == ["lives in Rome", "The user says: I like tea."]
    assert state["kept"]["step"] == 2
    assert len(state["recalled"]) == 1


def test_what_a_run_gives_back_can_begin_the_next():
    where, keeps = memory(), keeper()
    agent = create_memory_agent(keeps, where)
    first = agent.invoke({"messages": "I am Ann."})
    said = [*first["messages"], HumanMessage("I like tea.")]
    assert agent.invoke({"messages": said, "kept": first["kept"]})["kept"]["step"] == 2
    assert "What you saw before it:\nThe user says:\nI am Ann." in keeps.prompts[-1][1].text


def test_async_and_many_at_once():
    where = memory()
    agent = create_memory_agent(keeper(), where)

    async def talk() -> None:
        await asyncio.gather(*(agent.ainvoke({"messages": f"{at}"}) for at in range(8)))

    asyncio.run(talk())
    assert sorted(notes(where)) == [f"The user says: {at}" for at in range(8)]


def test_the_function_that_opens_memory_gets_the_runs_store_and_context():
    opened: dict[str, SharedMemory] = {"ann": memory(notes="is Ann"), "bob": memory(notes="is Bob")}

    class Who(TypedDict):
        user: str

    def of_user(runtime: Any) -> SharedMemory:
        assert runtime.store is not None
        return opened[runtime.context["user"]]

    model = host()
    agent, _ = talker(of_user, model, context_schema=Who, store=InMemoryStore())
    for user in ("ann", "bob"):
        agent.invoke({"messages": "Who am I?"}, context={"user": user})
    assert "is Ann" in recalled(model.prompts[0])
    assert "is Bob" not in recalled(model.prompts[0])
    assert "is Bob" in recalled(model.prompts[1])
    assert "is Ann" not in recalled(model.prompts[1])


def test_initial_files_are_laid_out_once_and_shown(tmp_path):
    where, model = memory(), host()
    agent, _ = talker(where, model, options={"scaffold": with_files(tmp_path)})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda at: agent.invoke({"messages": f"I am {at}."}), range(4)))
    assert where.text("rules.md") == "One fact a line.\n"
    assert {line.source.role for line in where.lines("rules.md") if line.source} == {"scaffold"}
    assert len(notes(where)) == 4
    assert all("One fact a line." in recalled(prompt) for prompt in model.prompts)
    where.write("rules.md", "Mine now.")
    agent.invoke({"messages": "Hello."})
    assert where.text("rules.md") == "Mine now.\n"
    assert "Mine now." in recalled(model.prompts[-1])


def test_the_scaffolds_notes_are_recalled_and_its_state_is_kept(tmp_path):
    hooks = (
        "def observe(state, seen, files):\n"
        "    turns = state.get('turns', 0) + 1\n"
        "    return f'This is turn {turns}.', {'turns': turns}\n"
    )
    where, model = memory(), host()
    scaffold = with_files(tmp_path, hooks)
    agent, _ = talker(where, model, options={"scaffold": scaffold}, checkpointer=InMemorySaver())
    for _ in range(2):
        agent.invoke({"messages": "Hello."}, on("a"))
    assert "<memory>\nThis is turn 2.\n</memory>" in recalled(model.prompts[1])
    assert agent.get_state(on("a")).values["automem"]["hook_state"] == {"turns": 2}


def test_a_state_that_grows_too_large_is_the_scaffolds_fault(tmp_path):
    hooks = "def observe(state, seen, files):\n    return '', {'x': 'y' * 9000}\n"
    scaffold = with_files(tmp_path, hooks)
    agent, _ = talker(
        memory(), host(), options={"scaffold": scaffold}, checkpointer=InMemorySaver()
    )
    agent.invoke({"messages": "Hello."}, on("a"))
    assert "ScaffoldFault" in agent.get_state(on("a")).values["automem"]["trouble"]


def test_no_run_reaches_the_limit_of_supersteps():
    def never_ends(messages: Any) -> str:
        return f"<|READ|>notes.md|{len(messages)}<|END|>"

    agent = create_memory_agent(Scripted(say=never_ends), memory(notes="x"))
    told = agent.stream({"messages": "Hello."}, {"recursion_limit": MOST_SUPERSTEPS})
    assert len(list(told)) == 42


def test_in_a_graph_of_ones_own_what_it_recalls_stands_before_the_model():
    class State(TypedDict):
        messages: Annotated[list[AnyMessage], add_messages]

    where, model = memory(notes="lives in Rome"), host("In Rome.")
    remembers = create_memory_agent(keeper(), where, checkpointer=False)

    def answer(state: State) -> dict[str, Any]:
        told = remembers.invoke({"messages": state["messages"]})["recalled"]
        message = as_message(Recalled(**piece) for piece in told)
        prompt = put_before(state["messages"], message) if message else state["messages"]
        return {"messages": [model.invoke(prompt)]}

    graph = StateGraph(State)
    graph.add_node("answer", answer)
    graph.add_edge(START, "answer")
    graph.add_edge("answer", END)
    saver = InMemorySaver()
    agent = graph.compile(checkpointer=saver)
    state = agent.invoke({"messages": [HumanMessage("Where do I live?")]}, on("a"))
    assert conversation(state) == [("human", "Where do I live?"), ("ai", "In Rome.")]
    assert "lives in Rome" in recalled(model.prompts[0])
    agent.invoke({"messages": [HumanMessage("Thanks.")]}, on("a"))
    assert set(saver.storage["a"]) == {""}
    assert notes(where)[1:] == ["The user says: Where do I live?", "The user says: Thanks."]


def test_as_a_node_it_takes_and_gives_the_states_messages():
    class State(TypedDict):
        messages: Annotated[list[AnyMessage], add_messages]
        recalled: list[dict[str, str]]

    graph = StateGraph(State)
    graph.add_node("memory", create_memory_agent(keeper(), memory(notes="lives in Rome")))
    graph.add_edge(START, "memory")
    graph.add_edge("memory", END)
    agent = graph.compile(checkpointer=InMemorySaver())
    state = agent.invoke({"messages": [HumanMessage("Where do I live?")]}, on("a"))
    assert state["messages"][-1].name == "memory"
    assert "lives in Rome" in state["recalled"][0]["text"]
    assert state.keys() == {"messages", "recalled"}


def test_a_deep_agent_asks_it_as_a_sub_agent():
    where = memory(notes="lives in Rome")
    ask = calls(("task", {"description": "Where does Ann live?", "subagent_type": "memory"}))
    model = host(ask, "In Rome.")
    remembers = {
        "name": "memory",
        "description": "Knows what was said in earlier conversations.",
        "runnable": create_memory_agent(keeper(), where),
    }
    agent = create_deep_agent(model, subagents=[remembers], checkpointer=InMemorySaver())
    state = agent.invoke({"messages": "Where do I live?"}, on("a"))
    assert conversation(state)[-1] == ("ai", "In Rome.")
    answered = [message for message in state["messages"] if message.type == "tool"]
    assert "lives in Rome" in answered[0].text
    assert notes(where)[-1] == "The user says: Where does Ann live?"


@pytest.mark.parametrize("deep", ["agent", "sub-agent"])
def test_a_deep_agent_has_memory_by_the_middleware(deep: str):
    where = memory(notes="lives in Rome")
    ask = calls(("task", {"description": "Look it up.", "subagent_type": "helper"}))
    own, helping = host(ask, "In Rome."), host("Rome.")
    remembers = AutoMemMiddleware(where, Scripted(say=keep))
    helper: Any = {
        "name": "helper", "description": "Helps.", "system_prompt": "Help.", "model": helping,
        "middleware": [remembers] if deep == "sub-agent" else [],
    }  # fmt: skip
    agent = create_deep_agent(
        own,
        subagents=[helper],
        middleware=[remembers] if deep == "agent" else [],
        checkpointer=InMemorySaver(),
    )
    state = agent.invoke({"messages": "Where do I live?"}, on("a"))
    assert conversation(state)[-1] == ("ai", "In Rome.")
    told = (own if deep == "agent" else helping).prompts[0]
    other = (helping if deep == "agent" else own).prompts[0]
    assert "lives in Rome" in recalled(told)
    assert recalled(other) == ""
    said = {"agent": ["Where do I live?", "Rome."], "sub-agent": ["Look it up."]}[deep]
    assert [line.split(": ")[1] for line in notes(where)[1:]] == said
    assert isinstance(state["messages"][-1], AIMessage)


def test_the_package_is_light_until_something_of_it_is_used():
    code = (
        "import sys, automem_graph; heavy = ('langgraph', 'langchain_core', 'pydantic')"
        "; assert not set(heavy) & set(sys.modules), sys.modules.keys()"
        "; assert 'AutoMemMiddleware' in dir(automem_graph)"
        "; [getattr(automem_graph, name) for name in automem_graph.__all__]"
        "; assert not hasattr(automem_graph, 'nothing')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
