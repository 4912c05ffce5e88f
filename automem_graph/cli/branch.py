"""`--from EPISODE --at STEP`: what a branch inherits from its episode, and what is given anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automem_graph.agent.context import UNUSED, Agent, PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.fork import fork
from automem_graph.episodes.layout import RunError, find_episode
from automem_graph.episodes.trace import Moment, read_trace


def branch(where: Path, at: int | None, given: Mapping[str, Any]) -> tuple[PlayContext, str]:
    """The context and the id of the episode that branches off; its folder is made.

    Raises RunError where there is no such episode or step.
    """
    parent = find_episode(where)
    header, rows = read_trace(parent)
    if at is None:
        raise RunError(f"--from needs --at: {parent.path} has steps 0 to {len(rows)}")
    asked = header.asked
    inherited: dict[str, Any] = {"seed": header.seed, "steps": asked.steps, "agent": asked.agent}
    played_by = {
        "gameplay": asked.gameplay,
        "specialist": asked.specialist if asked.specialist != asked.gameplay else "",
        "scaffold": asked.scaffold and str(parent.run.scaffold(asked.scaffold)),
        "codec": asked.codec,
        "temperature": asked.sampling.temperature,
        "reply_tokens": asked.sampling.max_tokens,
    }
    if asked.specialist_sampling != asked.sampling:
        played_by["specialist_temperature"] = asked.specialist_sampling.temperature
        played_by["specialist_reply_tokens"] = asked.specialist_sampling.max_tokens
    agent: Agent = given.get("agent", asked.agent)
    used = played_by.keys() - UNUSED[agent].keys()
    inherited |= {field: played_by[field] for field in used if played_by[field] != ""}
    context = PlayContext(
        task=asked.task, run=str(parent.run.path), steps_per_run=50, **{**inherited, **given}
    )
    with EpisodeDesks() as desks:
        moment = Moment(episode=parent.id, step=at)
        folder = fork(parent, moment, "play", desks.asked(context))
    return context, folder.id
