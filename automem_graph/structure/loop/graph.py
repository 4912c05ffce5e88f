"""Loop 1 as a graph: measure -> review -> revise -> check -> trial -> gate -> keep | discard.

Every node can be left and entered again: what it has done is in the run's folder, under the names
of what it was done to, and is not done twice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import get_runtime
from langgraph.store.base import BaseStore

from automem_graph.agent.graph import create_inner_loop
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.many import JobEvent
from automem_graph.models.budget import Budget
from automem_graph.protocols import Executor
from automem_graph.structure.bench import Bench, open_bench
from automem_graph.structure.context import EvolveContext, context_of
from automem_graph.structure.events import Began, Listener
from automem_graph.structure.events import Event as Told
from automem_graph.structure.fork import fork_run
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import read_rows
from automem_graph.structure.loop.approve import approve
from automem_graph.structure.loop.check import check
from automem_graph.structure.loop.conclude import conclude
from automem_graph.structure.loop.decide import decided
from automem_graph.structure.loop.discard import discard
from automem_graph.structure.loop.gate import gate
from automem_graph.structure.loop.generation import first_of, names_of
from automem_graph.structure.loop.keep import keep
from automem_graph.structure.loop.measure import measure
from automem_graph.structure.loop.review import review
from automem_graph.structure.loop.revise import revise
from automem_graph.structure.loop.state import LoopInput, LoopState, name_of
from automem_graph.structure.loop.trial import trial
from automem_graph.structure.playing import kept
from automem_graph.structure.purse import Unfinished

ScaffoldLoop = CompiledStateGraph[LoopState, EvolveContext, LoopInput, LoopState]

NODES = (measure, review, revise, check, trial, gate, approve, keep, discard, conclude)

OF_ATTEMPT = (revise, check, trial, gate, approve)
"""The nodes that come before an attempt has its row."""

ROUTES = {
    # review again: the next one of a generation; from there to its trial where ideas have run out
    "review": ("revise", "trial", "discard", "conclude"),
    "revise": ("check", "revise", "review", "trial", "discard", "conclude"),
    "check": ("trial", "revise", "review", "discard"),
    "gate": ("trial", "approve", "keep", "discard"),  # trial again: confirmation
    "approve": ("keep", "discard"),
}
EDGES = (
    *((START, "measure"), ("measure", "review"), ("trial", "gate")),
    *(("keep", "review"), ("discard", "review"), ("conclude", END)),
)


def create_scaffold_loop(
    *,
    hear: Listener | None = None,
    budget: Budget | None = None,
    executor: Executor | None = None,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
    store: BaseStore | None = None,
) -> ScaffoldLoop:
    """Compile loop 1. Its context is an `EvolveContext`; it needs no input.

    `hear` is told what happens, from the thread in which the node runs; so is the graph's custom
    stream. `budget` limits what all players and the proposer cost together. `executor` plays, and
    is closed by whoever gave it; without one each node has this machine for itself. A run that
    cannot go on (a server that is down, a budget that is used up) raises `Unfinished` and, with a
    checkpointer, goes on from that node when it is run again with None.
    """
    since = time.monotonic()
    graph = StateGraph(LoopState, EvolveContext, input_schema=LoopInput)
    for node in NODES:
        graph.add_node(node.__name__, _at_bench(node, hear, budget, executor, since))
    for start, end in EDGES:
        graph.add_edge(start, end)
    for name, ends in ROUTES.items():
        graph.add_conditional_edges(name, _next, list(ends))
    loop = graph.compile(checkpointer=checkpointer, store=store, name="scaffold_loop")
    inner: Any = create_inner_loop(EpisodeDesks())
    loop.nodes["trial"].subgraphs = [inner]
    return loop


def _next(state: LoopState) -> str:
    """Where the node that has just run wants to go."""
    return state["next"]


def _forked(state: LoopState) -> LoopState:
    """What a fork changes in the state; nothing where none is asked for."""
    if not state.get("fork"):
        return {}
    run = EvolutionFolder(Path(state["run"]))
    rows = read_rows(run.lineage)
    before = names_of(state, first_of(state))[0]
    fork = str(fork_run(run.path, state["fork"], before, rows, run.lineage.name))
    return {"run": fork, "fork": "", "forked": fork}


def _at_bench(
    node: Callable[[Bench, LoopState], LoopState],
    hear: Listener | None,
    budget: Budget | None,
    executor: Executor | None,
    since: float,
) -> Runnable[LoopState, LoopState]:
    """The graph's node for a function of a bench and a state; what happens there is streamed.

    A server runs it in a thread that nobody can stop from outside: where the server cancels the
    run, or ends, the node finds that out at the next thing that it has to tell.
    """

    def run(state: LoopState, cancelled: Event | None = None) -> LoopState:
        runtime = get_runtime(EvolveContext)

        def tell(event: Told | JobEvent) -> None:
            if cancelled is not None and cancelled.is_set():
                raise Unfinished("the run was cancelled; running it again goes on")
            runtime.stream_writer(event.model_dump(mode="json"))
            if hear is not None:
                hear(event)

        info = runtime.execution_info
        context = context_of(runtime.context, info.thread_id if info else None)
        moved: LoopState = {} if node is measure else _forked(state)
        fork = moved.get("forked") or state.get("forked", "")
        if fork and node is not measure:
            context = replace(context, run=fork)
        with kept(executor, context.parallel) as machine:
            bench = open_bench(context, tell, budget, since, machine)
            attempt = name_of(state) if "version" in state else "v0"
            tell(Began(node=node.__name__, attempt=attempt))
            if node in OF_ATTEMPT and decided(bench, attempt):
                return {**moved, "next": "discard"}  # the checkpoint is behind the row, which holds
            return {**node(bench, state), **moved}

    async def run_in_thread(state: LoopState) -> LoopState:
        cancelled = Event()
        try:
            return await asyncio.to_thread(run, state, cancelled)
        finally:
            cancelled.set()

    return RunnableLambda(run, run_in_thread, name=node.__name__)
