"""Memory as a node of your own graph, and a stream of what happens in it. As chat_agent.py."""

import os
from typing import Any

from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph

from automem_graph import create_memory_agent, resolve_model

MODEL = os.environ.get("AUTOMEM_EXAMPLE_MODEL", "offline:companion")
KEEPER = "offline:player" if MODEL == "offline:companion" else MODEL

model = resolve_model(MODEL)
memory_agent = create_memory_agent(KEEPER, "memories")


class State(MessagesState):
    recalled: str
    kept: dict[str, Any]


def remember(state: State) -> dict[str, Any]:
    """The memory agent writes down what is new, and looks up what bears on it."""
    found = memory_agent.invoke({"messages": state["messages"], "kept": state.get("kept", {})})
    return {"recalled": found["messages"][-1].text, "kept": found["kept"]}


def answer(state: State) -> dict[str, Any]:
    """Your model, with what was recalled before the person's message, and never in the state."""
    recalled = HumanMessage(state["recalled"], name="memory")
    *before, last = state["messages"]
    return {"messages": [model.invoke([*before, recalled, last])]}


graph = StateGraph(State)
graph.add_node(remember)
graph.add_node(answer)
graph.add_edge(START, "remember")
graph.add_edge("remember", "answer")
graph.add_edge("answer", END)
app = graph.compile(checkpointer=InMemorySaver())

for session, text in [
    ("Monday", "My spare key is under the blue pot."),
    ("Friday", "Where is my spare key?"),
]:
    print(f"{session} you: {text}")
    inputs = {"messages": [("human", text)]}
    config = {"configurable": {"thread_id": session}}
    for where, update in app.stream(inputs, config, stream_mode="updates", subgraphs=True):
        for node, gave in update.items():
            said = f": {gave['messages'][-1].text}" if node == "answer" else ""
            print(f"  {'  ' * len(where)}{node}{said}")
