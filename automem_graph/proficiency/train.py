"""`train_specialist`: loop 2 from Python, with the words of `automem train`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.types import Command

from automem_graph.episodes.hold import held
from automem_graph.models.budget import Budget
from automem_graph.proficiency.bench import Tools, open_bench
from automem_graph.proficiency.context import TrainContext
from automem_graph.proficiency.decider import Decider
from automem_graph.proficiency.events import Listener
from automem_graph.proficiency.loop.graph import TrainingLoop, create_training_loop
from automem_graph.proficiency.result import Training, read_training
from automem_graph.proficiency.trainer import Trainer
from automem_graph.protocols import Executor
from automem_graph.structure.playing import kept

Approve = Callable[[Mapping[str, Any]], bool | Mapping[str, Any]]
"""Asked before an adapter is trained; gets the recipe, the reason for it and its data."""

SUPERSTEPS = 1_000_000
"""A recursion limit that no run reaches: the number of recipes ends it."""


def train_specialist(
    task: str = "gates",
    *,
    hear: Listener | None = None,
    budget: Budget | None = None,
    approve: Approve | None = None,
    decider: str | Decider = TrainContext.decider,
    trainer: Trainer | None = None,
    executor: Executor | None = None,
    **settings: Any,
) -> Training:
    """Train a memory specialist for a task; the result says which was promoted, if any, and why.

    `settings` are the other fields of `TrainContext`: scaffold, base, recipes, collect_seeds, ...
    The same call goes on where an earlier one was interrupted, in the same folder, and pays for
    nothing twice. With `approve`, an adapter is trained only if it says so. `decider` and `trainer`
    may be of somebody's own. `executor` plays the episodes, and is closed by whoever gave it; by
    default that is this machine.

    Raises `Unfinished` where the loop cannot go on now (a server is down, the budget is used up);
    what stands in the way from the start (UnknownTask, TaskUnavailable, UnknownModel,
    UnknownDecider, ScaffoldError, BadSeeds, Unpriced, RunError, also where another process is at
    it) at once.
    """
    own = None if isinstance(decider, str) else decider
    name = decider if isinstance(decider, str) else decider.name
    context = TrainContext(task=task, decider=name, approve=approve is not None, **settings)
    tools = Tools(own, trainer)
    bench = open_bench(context, hear or (lambda _: None), budget, tools=tools)
    folder = bench.folder
    saver = SqliteSaver.from_conn_string(str(folder.checkpoints))
    with held(folder.path), saver as checkpoints, kept(executor, context.parallel) as machine:
        loop = create_training_loop(
            hear=hear, budget=budget, tools=tools, executor=machine, checkpointer=checkpoints
        )
        _run(loop, replace(context, run=str(folder.path)), approve)
    return read_training(folder)


def _run(loop: TrainingLoop, context: TrainContext, approve: Approve | None) -> None:
    """From where the loop stands to its end, through all questions."""
    config: RunnableConfig = {
        "configurable": {"thread_id": "train"},
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
        # begins once it is on disk that the one before has ended: no decision is paid for twice.
        for _ in loop.stream(begin, config, context=context, stream_mode=[], durability="sync"):
            pass
        standing = loop.get_state(config)
        if not standing.next:
            return
        begin = None
