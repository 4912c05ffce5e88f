"""Where the graph goes after a node: the node has decided, a conditional edge only reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.graph import END, StateGraph
from langgraph.graph._branch import BranchSpec

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


class Decided(BranchSpec):
    """A conditional edge that reads the node's own update, which says where to go.

    LangGraph reads the state for an edge by copying all channels, a seventh of the superstep. That
    is left for updates from outside (Studio, `update_state`), which need not say anything.
    """

    def _route(self, input: Any, config: RunnableConfig, *, reader: Any, writer: Any) -> Any:
        reader = None if _says(input) else reader
        return super()._route(input, config, reader=reader, writer=writer)

    async def _aroute(self, input: Any, config: RunnableConfig, *, reader: Any, writer: Any) -> Any:
        reader = None if _says(input) else reader
        return await super()._aroute(input, config, reader=reader, writer=writer)


def add_routes(graph: StateGraph[Any, Any, Any, Any], routes: Mapping[str, Route]) -> None:
    """Conditional edges, by the names of the nodes that they leave."""
    for name, route in routes.items():
        graph.add_conditional_edges(name, route, route.ends)
        edges = graph.branches[name]
        edges[route.name] = Decided(*edges[route.name])


def _says(update: Any) -> bool:
    """Whether an update of the state says where to go."""
    return isinstance(update, Mapping) and "next" in (update.get("turn") or ())
