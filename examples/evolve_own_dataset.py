"""A memory that gets better at your conversations, with your own agent. Run it as chat_agent.py.

The dataset beside this file holds 18 people with a few sessions each, and what would be right to
answer. Loop 1 reads how your agent has played a third of them, rewrites the scaffold (how memory is
kept), and keeps what wins there and again on fresh ones. The last third measures what that gave.
"""

import os
from pathlib import Path

from langchain.agents import create_agent

from automem_graph import AutoMemMiddleware, evolve_scaffold, resolve_model
from automem_graph.worlds.conversations import conversations

MODEL = os.environ.get("AUTOMEM_EXAMPLE_MODEL", "offline:companion")
OFFLINE = MODEL == "offline:companion"
KEEPER = "offline:player" if OFFLINE else MODEL  # who keeps memory, here and afterwards
REWRITER = {} if OFFLINE else {"proposer": "agent", "meta": MODEL}  # offline, rules rewrite

task = conversations(
    Path(__file__).with_suffix(".jsonl"),
    name="evolve_own_dataset:task",
    title="the errands of a person who forgets",
)


def make_agent(middleware: AutoMemMiddleware):
    """Your agent, made around the middleware that it is given: what is measured is what you use."""
    return create_agent(resolve_model(MODEL), middleware=[middleware])


def main() -> None:
    found = evolve_scaffold(
        "evolve_own_dataset:task",
        gameplay="agent:evolve_own_dataset:make_agent",
        specialist=KEEPER,
        revisions=1,
        **REWRITER,
    )
    for row in found.rows[1:]:
        print(f"{row.name} {'was kept' if row.kept else row.why}: {row.reason}")
    first, last = found.held_out.first.progression, found.held_out.last.progression
    print(f"Right on {first.n} people held out: v0 {first.mean:.0%}, best {last.mean:.0%}")
    for name, scaffold in {"v0": "v0", found.best.name: found.scaffold}.items():
        agent = make_agent(AutoMemMiddleware(f"memories/{name}", KEEPER, scaffold))
        for text in ("My dentist is Dr. Weber.", "I call Dr. Wu for my teeth these days."):
            agent.invoke({"messages": [("human", text)]})  # each is a conversation of its own
        said = agent.invoke({"messages": [("human", "Who is my dentist?")]})["messages"][-1]
        print(f"Who is my dentist? With {name}: {said.text}")


if __name__ == "__main__":
    main()
