"""One agent, many users: each has a memory of their own in a LangGraph store. As chat_agent.py.

Whose memory it is comes from the context of the run, which no message can change. Beside it stands
what all share, which people write and no conversation can.
"""

import os
from dataclasses import dataclass

from langchain.agents import create_agent
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore

from automem_graph import AutoMemMiddleware, in_store, resolve_model, store_memory
from automem_graph.memory.scopes import with_shared

MODEL = os.environ.get("AUTOMEM_EXAMPLE_MODEL", "offline:companion")
KEEPER = "offline:player" if MODEL == "offline:companion" else None  # None: the agent's own model


@dataclass
class Context:
    user: str


store = InMemoryStore()  # or PostgresStore, or the server's own
shop = store_memory(store, ("memories", "shop"))
shop.write("hours.md", "Our opening hours are from 9:00 to 18:00.\n")
own = in_store(lambda runtime: ("memories", "users", runtime.context.user))
memory = AutoMemMiddleware(
    lambda runtime: with_shared(own(runtime), shop, at="shop"),  # nobody here writes to shop/
    specialist=KEEPER,
)

agent = create_agent(
    resolve_model(MODEL),
    middleware=[memory],
    context_schema=Context,
    store=store,
    checkpointer=InMemorySaver(),
)


def say(user: str, session: str, text: str) -> None:
    config = {"configurable": {"thread_id": f"{user}-{session}"}}
    said = agent.invoke({"messages": [("human", text)]}, config, context=Context(user))
    print(f"{user:5} {text}\n{'':5} {said['messages'][-1].text}")


say("Anna", "first", "My size is 38.")
say("Ben", "first", "My size is 44.")
say("Anna", "second", "What is my size?")
say("Ben", "second", "What is my size?")
say("Carla", "first", "What is my size?")
say("Carla", "first", "When are our opening hours?")
