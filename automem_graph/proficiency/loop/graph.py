"""Loop 2 as a graph: collect -> decide -> select -> verify -> train -> trial -> record -> promote.

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
from automem_graph.episodes.layout import RunError
from automem_graph.episodes.many import JobEvent
from automem_graph.models.budget import Budget
from automem_graph.proficiency.bench import NO_TOOLS, Bench, Tools, open_bench
from automem_graph.proficiency.context import TrainContext, context_of
from automem_graph.proficiency.events import Began, Listener
from automem_graph.proficiency.events import Event as Told
from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.proficiency.ledger import BASE, read_ledger
from automem_graph.proficiency.loop.approve import approve
from automem_graph.proficiency.loop.collect import collect
from automem_graph.proficiency.loop.decide import decide
from automem_graph.proficiency.loop.promote import promote
from automem_graph.proficiency.loop.record import record
from automem_graph.proficiency.loop.select import select
from automem_graph.proficiency.loop.state import LoopInput, LoopState, name_of
from automem_graph.proficiency.loop.train import train
from automem_graph.proficiency.loop.trial import trial
from automem_graph.proficiency.loop.verify import verify
from automem_graph.protocols import Executor
from automem_graph.structure.fork import fork_run
from automem_graph.structure.playing import kept
from automem_graph.structure.purse import Unfinished

TrainingLoop = CompiledStateGraph[LoopState, TrainContext, LoopInput, LoopState]

NODES = (collect, decide, select, verify, approve, train, trial, record, promote)

OF_TRIAL = (decide, select, verify, approve, train, trial)
"""The nodes that come before a trial has its row."""

ROUTES = {
    "decide": ("select", "decide", "record", "promote"),
    "select": ("verify", "decide", "record"),
    "verify": ("approve", "train", "record"),
    "approve": ("train", "record"),
    "train": ("trial", "record"),
    "record": ("decide", "promote"),
}
EDGES = (
    *((START, "collect"), ("collect", "decide")),
    *(("trial", "record"), ("promote", END)),
)


def create_training_loop(
    *,
    hear: Listener | None = None,
    budget: Budget | None = None,
    tools: Tools = NO_TOOLS,
    executor: Executor | None = None,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
    store: BaseStore | None = None,
) -> TrainingLoop:
    """Compile loop 2. Its context is a `TrainContext`; it needs no input.

    `hear` is told what happens, from the thread in which the node runs; so is the graph's custom
    stream. `budget` limits what all players and the decider cost together. `tools` are a decider
    and a trainer of somebody's own. `executor` plays, and is closed by whoever gave it; without one
    each node has this machine for itself. A run that cannot go on (a server that is down, a budget
    that is used up) raises `Unfinished` and, with a checkpointer, goes on from that node when it is
    run again with None.
    """
    since = time.monotonic()
    graph = StateGraph(LoopState, TrainContext, input_schema=LoopInput)
    for node in NODES:
        graph.add_node(node.__name__, _at_bench(node, hear, budget, tools, executor, since))
    for start, end in EDGES:
        graph.add_edge(start, end)
    for name, ends in ROUTES.items():
        graph.add_conditional_edges(name, _next, list(ends))
    loop = graph.compile(checkpointer=checkpointer, store=store, name="training_loop")
    inner: Any = create_inner_loop(EpisodeDesks())
    loop.nodes["trial"].subgraphs = [inner]
    return loop


def _next(state: LoopState) -> str:
    """Where the node that has just run wants to go."""
    return state["next"]


def _forked(state: LoopState) -> LoopState:
    """What a fork changes in the state; nothing where none is asked for.

    RunError where an adapter has played: its episodes are named by its folder, which a copy is not.
    """
    if not state.get("fork"):
        return {}
    run = TrainingFolder(Path(state["run"]))
    rows = read_ledger(run.ledger)
    if any(row.fitted is not None for row in rows):
        raise RunError(
            f"{run.path} cannot be forked any more, since adapters of it have played: begin "
            "another run"
        )
    fork = str(fork_run(run.path, state["fork"], name_of(state), rows, run.ledger.name))
    return {"run": fork, "fork": "", "forked": fork}


def _at_bench(
    node: Callable[[Bench, LoopState], LoopState],
    hear: Listener | None,
    budget: Budget | None,
    tools: Tools,
    executor: Executor | None,
    since: float,
) -> Runnable[LoopState, LoopState]:
    """The graph's node for a function of a bench and a state; what happens there is streamed.

    A server runs it in a thread that nobody can stop from outside: where the server cancels the
    run, or ends, the node finds that out at the next thing that it has to tell.
    """

    def run(state: LoopState, cancelled: Event | None = None) -> LoopState:
        runtime = get_runtime(TrainContext)

        def tell(event: Told | JobEvent) -> None:
            if cancelled is not None and cancelled.is_set():
                raise Unfinished("the run was cancelled; running it again goes on")
            runtime.stream_writer(event.model_dump(mode="json"))
            if hear is not None:
                hear(event)

        info = runtime.execution_info
        context = context_of(runtime.context, info.thread_id if info else None)
        moved: LoopState = {} if node is collect else _forked(state)
        fork = moved.get("forked") or state.get("forked", "")
        if fork and node is not collect:
            context = replace(context, run=fork)
        with kept(executor, context.parallel) as machine:
            bench = open_bench(context, tell, budget, since, tools, machine)
            name = name_of(state) if "trial" in state else BASE
            tell(Began(node=node.__name__, trial=name))
            if node in OF_TRIAL and bench.row(name) is not None:
                return {**moved, "next": "record"}  # the checkpoint is behind the row, which holds
            return {**node(bench, state), **moved}

    async def run_in_thread(state: LoopState) -> LoopState:
        cancelled = Event()
        try:
            return await asyncio.to_thread(run, state, cancelled)
        finally:
            cancelled.set()

    return RunnableLambda(run, run_in_thread, name=node.__name__)
