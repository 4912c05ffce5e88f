"""Where the graph goes after a node: the node has decided, a conditional edge only reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.graph import END, StateGraph

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


Routes = Mapping[str, Route | str]
"""Where a graph goes from each node, by the nodes' names; a name where there is no choice."""


def add_routes(graph: StateGraph[Any, Any, Any, Any], routes: Routes) -> None:
    """The edges that leave the graph's nodes, conditional where there is a choice."""
    for name, route in routes.items():
        if isinstance(route, str):
            graph.add_edge(name, route)
        else:
            graph.add_conditional_edges(name, route, route.ends)
