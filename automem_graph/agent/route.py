"""Where the graph goes after a node: the node has decided, a conditional edge only reads it."""

from __future__ import annotations

from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.graph import END

from automem_graph.agent.state import PlayState


class Route(Runnable[PlayState, str]):
    """Goes to the node that `turn.next` names, or to the first of `ends` if it names none of them.

    A Runnable, not a function: LangGraph runs a function as a traced run of its own, which at
    every node costs a tenth of the superstep.
    """

    name = "next"

    def __init__(self, *ends: str) -> None:
        self.ends = list(ends)

    def invoke(self, input: PlayState, config: RunnableConfig | None = None, **_: Any) -> str:
        """One of `ends`."""
        chosen = input["turn"]["next"]
        wanted = END if chosen == "end" else chosen
        return wanted if wanted in self.ends else self.ends[0]

    async def ainvoke(
        self, input: PlayState, config: RunnableConfig | None = None, **_: Any
    ) -> str:
        """The same, without the thread that a Runnable takes by default."""
        return self.invoke(input)
