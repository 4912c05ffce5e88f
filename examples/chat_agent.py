"""A chat agent that knows on Tuesday what it was told on Monday. The lines marked # + do it.

python chat_agent.py                                         offline, with rule-based models
AUTOMEM_EXAMPLE_MODEL=openai:gpt-5.5 python chat_agent.py    with a model of yours
"""

import os
from pathlib import Path

from langchain.agents import create_agent
from langgraph.checkpoint.memory import InMemorySaver

from automem_graph import AutoMemMiddleware  # +
from automem_graph.models.resolve import resolve_model

MODEL = os.environ.get("AUTOMEM_EXAMPLE_MODEL", "offline:companion")
# Who keeps memory: None is the agent's own model. The offline one cannot, so a second one does.
KEEPER = "offline:player" if MODEL == "offline:companion" else None

memory = AutoMemMiddleware("memories", specialist=KEEPER)  # +

agent = create_agent(
    resolve_model(MODEL),
    middleware=[memory],  # +
    checkpointer=InMemorySaver(),
)


def say(session: str, text: str) -> None:
    """One message of a session; each session is a thread of its own."""
    config = {"configurable": {"thread_id": session}}
    answer = agent.invoke({"messages": [("human", text)]}, config)["messages"][-1]
    print(f"{session:8} you    {text}\n{'':8} agent  {answer.text}")


say("Monday", "My dentist is Dr. Weber.")
say("Monday", "My gym is in Elm Street.")
say("Tuesday", "My dentist is now Dr. Wu.")
say("Friday", "Who is my dentist?")
say("Friday", "Where is my gym?")

print("\nWhat it keeps is text:")
for file in sorted(Path("memories").glob("*.md")):
    print(f"--- {file}\n{file.read_text()}", end="")
