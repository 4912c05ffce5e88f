"""A deep agent with a memory: kept for it beside its model calls, and a folder of its own files.

Needs the extra `agent`: pip install "automem-graph[agent]". Run it as chat_agent.py.
"""

import os

from deepagents import create_deep_agent
from deepagents.backends import CompositeBackend, StateBackend
from langgraph.checkpoint.memory import InMemorySaver

from automem_graph import AutoMemMiddleware, open_memory, resolve_model
from automem_graph.assistant.mount import MemoryBackend

MODEL = os.environ.get("AUTOMEM_EXAMPLE_MODEL", "offline:companion")
KEEPER = "offline:player" if MODEL == "offline:companion" else None  # None: the agent's own model

memory = open_memory("memories", read_only=["house-rules.md"])
memory.write("house-rules.md", "Our quiet hours are from 22:00 to 7:00.\n")

files = CompositeBackend(default=StateBackend(), routes={"/memories/": MemoryBackend(memory)})
agent = create_deep_agent(
    resolve_model(MODEL),
    middleware=[AutoMemMiddleware(memory, specialist=KEEPER)],
    backend=files,  # read_file, edit_file and the others reach memory at /memories/
    checkpointer=InMemorySaver(),
)


def say(session: str, text: str) -> None:
    config = {"configurable": {"thread_id": session}}
    answer = agent.invoke({"messages": [("human", text)]}, config)["messages"][-1]
    print(f"{session:8} you    {text}\n{'':8} agent  {answer.text}")


say("Monday", "My landlady is Mrs. Novak.")
say("Monday", "My rent is 640 a month.")
say("Friday", "Who is my landlady?")
say("Friday", "When are our quiet hours?")

print("\nIts file tools see:")  # what they answer the model: the offline one calls no tools
for file in files.ls("/memories/").entries or []:
    print(f"  {file['path']}")
edit = files.edit("/memories/notes.md", "640 a month", "655 a month")
print("It edits notes.md:", edit.error or f"{edit.occurrences} place changed")
print("It edits the house rules:", files.write("/memories/house-rules.md", "Party!").error)
say("Sunday", "What is my rent?")
