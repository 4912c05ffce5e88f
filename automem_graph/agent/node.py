"""A graph's node: finds the episode's desk, and does there what the node is named after."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from langgraph.runtime import Runtime

from automem_graph.agent.adopt import adopt
from automem_graph.agent.context import BASELINES, Agent, PlayContext
from automem_graph.agent.desk import Desk, Desks
from automem_graph.agent.nonsense import end_nonsense
from automem_graph.agent.state import PlayState, Step, as_step, as_update
from automem_graph.models.resolve import AGENT

SomeDesk = TypeVar("SomeDesk", bound=Desk)


class WrongGraph(ValueError):
    """The agent that was asked for is played by another graph; says by which."""


def at_desk(
    desks: Desks,
    node: Callable[[SomeDesk, Step], Step],
    plays: tuple[Agent, ...],
    *,
    own: bool = False,
) -> Callable[..., PlayState]:
    """The graph's node for a function of a desk and a step; what happens there is streamed.

    `plays` are the agents that the graph is for, the default one first, and `own` says whether it
    is for agents of people's own (`agent:module:attribute`); WrongGraph for any other, before
    anything is opened.
    """
    name = node.__name__

    def run(state: PlayState, runtime: Runtime[PlayContext]) -> PlayState:
        context = runtime.context or PlayContext(agent=plays[0])
        _check_graph(context, plays, own)
        thread = runtime.execution_info.thread_id if runtime.execution_info else None
        desk = desks(context, state, thread)
        desk.stream = runtime.stream_writer
        try:
            behind = _is_behind(desk, name, state)
            update = adopt(desk, name) if behind else node(cast(SomeDesk, desk), as_step(state))
            if update.get("next") == "observe":
                end_nonsense(desk, context.max_nonsense)
        except BaseException:
            desks.leave(desk)
            raise
        if update.get("next") == "observe" and _pauses(context, update):
            update["next"] = "end"
        return as_update(state, {**update, "episode": desk.episode, "fork": ""})

    return run


def _check_graph(context: PlayContext, plays: tuple[Agent, ...], own: bool) -> None:
    if context.agent not in plays:
        other = "baseline" if context.agent in BASELINES else "inner_loop"
        raise WrongGraph(
            f"this graph plays {', '.join(plays)}; run the graph {other} for the agent "
            f"{context.agent}"
        )
    if context.gameplay.strip().startswith(AGENT) != own:
        other = "inner_loop plays models" if own else "own_agent plays agents of your own"
        raise WrongGraph(f"this graph does not play {context.gameplay}: the graph {other}")


def _is_behind(desk: Desk, node: str, state: PlayState) -> bool:
    """Whether the trace has this step already: the server died before it kept the checkpoint."""
    return node != "observe" and state["step"] < desk.recorder.position.step


def _pauses(context: PlayContext, state: Step) -> bool:
    return state["done"] or state["step"] % context.steps_per_run == 0
