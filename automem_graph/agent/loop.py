"""A loop of nodes: compiled into LangGraph's graph, or walked where nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.store.base import BaseStore

from automem_graph.agent.context import PlayContext
from automem_graph.agent.route import Routes, add_routes
from automem_graph.agent.state import PlayInput, PlayState

PlayGraph = CompiledStateGraph[PlayState, PlayContext, PlayInput, PlayState]

MOST_NODES = 90
"""Nodes that a step may visit: LOG and PLAN of ten rounds, PLAN again after two rejections."""


@dataclass(frozen=True)
class Loop:
    """The nodes of a step, the first one first, and where each of them goes."""

    name: str
    nodes: Mapping[str, Callable[..., PlayState]]
    routes: Routes
    context: type[PlayContext] = PlayContext

    def compile(
        self,
        checkpointer: BaseCheckpointSaver[Any] | None = None,
        store: BaseStore | None = None,
    ) -> PlayGraph:
        """What people open, trace and fork; run it with a `recursion_limit` of `supersteps`."""
        graph: StateGraph[PlayState, PlayContext, PlayInput, PlayState]
        graph = StateGraph(PlayState, self.context, input_schema=PlayInput)
        for name, node in self.nodes.items():
            graph.add_node(name, node)
        graph.add_edge(START, next(iter(self.nodes)))
        add_routes(graph, self.routes)
        return graph.compile(checkpointer=checkpointer, store=store, name=self.name)

    def run(self, asked: PlayInput, context: PlayContext, watch: RunnableConfig) -> None:
        """One run of the graph, for whoever watches it by that configuration."""
        config: RunnableConfig = {"recursion_limit": supersteps(context), **watch}
        # Without a stream LangGraph makes no copy of the state at each node, as `invoke` does.
        for _ in self._graph.stream(asked, config, context=context, stream_mode=[]):
            pass

    @cached_property
    def _graph(self) -> PlayGraph:
        return self.compile()

    def walk(self, asked: PlayInput, context: PlayContext) -> PlayState:
        """As `run`, where nobody watches: the same nodes in the same order; its last state.

        There are no supersteps, which take as long as all of a step's nodes, and so there is no
        checkpointer, no stream and no callback (docs/performance.md).
        """
        runtime = Runtime(context=context)
        state = cast(PlayState, dict(asked))
        name = next(iter(self.nodes))
        for _ in range(supersteps(context)):
            state = cast(PlayState, {**state, **self.nodes[name](state, runtime)})
            route = self.routes[name]
            name = route if isinstance(route, str) else route.invoke(state)
            if name == END:
                return state
        raise RuntimeError(f"{self.name} came to no end in {supersteps(context)} nodes")


def supersteps(context: PlayContext) -> int:
    """A recursion limit that no run of this context can reach."""
    return MOST_NODES * context.steps_per_run + 10
