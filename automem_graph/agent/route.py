"""Where the graph goes after a node: the node has decided, a conditional edge only reads it."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
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
            continue
        graph.add_conditional_edges(name, route, route.ends)
        edges = getattr(graph, "branches", {}).get(name, {})
        if (edge := edges.get(route.name)) is not None:
            edges[route.name] = decided(edge)


def decided(edge: Any) -> Any:
    """The conditional edge, reading the node's own update, which says where to go.

    LangGraph reads the state for an edge by copying all channels, a seventh of the superstep. That
    is left for updates from outside (Studio, `update_state`), which need not say anything. How an
    edge reads is no public interface: where it is not as it was in LangGraph 1.2, the edge stays as
    it is.
    """
    kind = type(edge)
    if not all(_reads(getattr(kind, name, None)) for name in ("_route", "_aroute")):
        return edge

    def route(self: Any, input: Any, config: RunnableConfig, *, reader: Any, writer: Any) -> Any:
        reader = None if _says(input) else reader
        return kind._route(self, input, config, reader=reader, writer=writer)

    async def aroute(
        self: Any, input: Any, config: RunnableConfig, *, reader: Any, writer: Any
    ) -> Any:
        reader = None if _says(input) else reader
        return await kind._aroute(self, input, config, reader=reader, writer=writer)

    return type("Decided", (kind,), {"_route": route, "_aroute": aroute})(*edge)


def _reads(function: Any) -> bool:
    """Whether it takes what LangGraph's edges take to find their way."""
    known = ["self", "input", "config", "reader", "writer"]
    return callable(function) and list(signature(function).parameters) == known


def _says(update: Any) -> bool:
    """Whether an update of the state says where to go."""
    return isinstance(update, Mapping) and "next" in (update.get("turn") or ())
