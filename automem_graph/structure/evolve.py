"""`evolve_scaffold`: loop 1 from Python, with the words of `automem evolve`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.types import Command

from automem_graph.episodes.hold import held
from automem_graph.models.budget import Budget
from automem_graph.protocols import Executor
from automem_graph.structure.bench import open_bench
from automem_graph.structure.context import EvolveContext
from automem_graph.structure.events import Listener
from automem_graph.structure.loop.graph import ScaffoldLoop, create_scaffold_loop
from automem_graph.structure.playing import kept
from automem_graph.structure.result import Evolution, read_evolution

Approve = Callable[[Mapping[str, Any]], bool | Mapping[str, Any]]
"""Asked about a scaffold that has won; gets the analysis, the diff and the evidence."""

SUPERSTEPS = 1_000_000
"""A recursion limit that no run reaches: revisions, attempts and patience end it."""


def evolve_scaffold(
    suite: str = "crafter",
    *,
    hear: Listener | None = None,
    budget: Budget | None = None,
    approve: Approve | None = None,
    executor: Executor | None = None,
    **settings: Any,
) -> Evolution:
    """Improve a scaffold on a suite or a task; the result says what was kept, and why.

    `settings` are the other fields of `EvolveContext`: scaffold, proposer, meta, gameplay,
    gate_seeds, ... The same call goes on where an earlier one was interrupted, in the same folder,
    and pays for nothing twice. With `approve`, what has won is kept only if it says so. `executor`
    plays the episodes, and is closed by whoever gave it; by default that is this machine.

    Raises `Unfinished` where the loop cannot go on now (a server is down, the budget is used up);
    what stands in the way from the start (UnknownTask, TaskUnavailable, UnknownModel,
    ScaffoldError, BadSeeds, Unpriced, RunError, also where another process is at it) at once.
    """
    context = EvolveContext(suite=suite, approve=approve is not None, **settings)
    bench = open_bench(context, hear or (lambda _: None), budget)
    folder = bench.folder
    saver = SqliteSaver.from_conn_string(str(folder.checkpoints))
    with held(folder.path), saver as checkpoints, kept(executor, context.parallel) as machine:
        loop = create_scaffold_loop(
            hear=hear, budget=budget, executor=machine, checkpointer=checkpoints
        )
        _run(loop, replace(context, run=str(folder.path)), approve)
    return read_evolution(folder)


def _run(loop: ScaffoldLoop, context: EvolveContext, approve: Approve | None) -> None:
    """From where the loop stands to its end, through all questions."""
    config: RunnableConfig = {
        "configurable": {"thread_id": "evolve"},
        "recursion_limit": SUPERSTEPS,
    }
    standing = loop.get_state(config)
    begin: Any = None if standing.next else {}
    while True:
        asked = [one.value for task in standing.tasks for one in task.interrupts]
        if asked and approve is not None:
            answer = approve(asked[0])
            begin = Command(resume=answer if isinstance(answer, bool) else dict(answer))
        # Without a stream LangGraph runs nodes in this thread, where Ctrl-C reaches them. A node
        # begins once it is on disk that the one before has ended: no proposal is paid for twice.
        for _ in loop.stream(begin, config, context=context, stream_mode=[], durability="sync"):
            pass
        standing = loop.get_state(config)
        if not standing.next:
            return
        begin = None
