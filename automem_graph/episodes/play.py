"""Play one episode to its end, in runs of its agent's graph; its result is written last."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal

from pydantic import Field, ValidationError

from automem_graph.agent.baselines.graph import baseline_loop
from automem_graph.agent.context import BASELINES, PlayContext
from automem_graph.agent.desk import Desks
from automem_graph.agent.graph import inner_loop
from automem_graph.agent.loop import Loop
from automem_graph.agent.state import PlayInput
from automem_graph.assistant.own.factory import is_agent
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.identity import Asked
from automem_graph.episodes.layout import EpisodeFolder, RunError, write_json
from automem_graph.episodes.metrics import Metrics, measure
from automem_graph.episodes.trace import steps_kept
from automem_graph.episodes.tracing import flush, watched
from automem_graph.models.budget import OutOfBudget
from automem_graph.protocols import Frozen

Status = Literal["done", "failed", "stopped"]
"""Stopped: by a budget, through no fault of the episode."""


class EpisodeResult(Frozen):
    """How an episode went. One that failed or was stopped has no score, and can be gone on with."""

    episode: str
    seed: int
    asked: Asked
    status: Status
    error: str | None = None
    """What stopped an episode that is not done: never a model's or an agent's poor play."""
    steps: int
    progression: float | None = Field(default=None, ge=0, le=1)
    """The score in [0, 1]; None for an episode that is not done."""
    ended: Literal["world", "limit"] | None = None
    """Whether the world ended the episode (death, a win) or the step limit did."""
    metrics: Metrics | None = None
    seconds: float
    """Wall time of this sitting, which need not have been the only one."""
    finished: str


def play_episode(
    desks: EpisodeDesks,
    context: PlayContext,
    episode: str | None = None,
    *,
    passing: tuple[type[Exception], ...] = (),
) -> EpisodeResult:
    """Play the episode that the context describes, or go on with it, or return its kept result.

    `episode` names another one of the same run, such as a fork.

    A budget that is used up, by the meter of `desks`, leaves the episode stopped, without a score.
    Errors of models, worlds and scaffolds end it as failed and are written down; those of the
    classes in `passing` are for the caller to deal with. KeyboardInterrupt passes through as well.
    Every complete step is kept. RunError, UnknownTask, UnknownModel and ScaffoldError are for
    what cannot be begun at all.
    """
    folder = desks.folder(context)
    folder = folder.run.episode(episode or folder.id)
    kept = read_result(folder)
    if kept is not None and kept.status == "done":
        return kept
    if desks.meter is not None and (refusal := desks.meter.refusal):
        return keep_unplayed(folder, desks.asked(context), context.seed, "stopped", refusal)
    started = time.perf_counter()
    status: Status = "done"
    desk = desks(context, {"episode": folder.id}, None)
    try:
        play_on(desks, context, folder.id)
        error = None
    except passing:
        raise
    except OutOfBudget as stop:
        status, error = "stopped", str(stop)
    except Exception as problem:  # a boundary: what went wrong becomes a row that someone can read
        status, error = "failed", f"{type(problem).__name__}: {problem}"
    finally:
        desks.leave(desk)
    result = _result(folder, status, error, time.perf_counter() - started)
    write_json(folder.result, result.model_dump(mode="json"))
    return result


def keep_unplayed(
    folder: EpisodeFolder, asked: Asked, seed: int, status: Status, error: str
) -> EpisodeResult:
    """Write down how an episode ended that is not open here: its trace is left as it is."""
    result = EpisodeResult(
        episode=folder.id,
        seed=seed,
        asked=asked,
        status=status,
        error=error,
        steps=steps_kept(folder),
        seconds=0.0,
        finished=_now(),
    )
    with suppress(OSError):  # the caller gets its row also where the disk takes none
        write_json(folder.result, result.model_dump(mode="json"))
    return result


def read_result(folder: EpisodeFolder) -> EpisodeResult | None:
    """The kept result of an episode; None where it has not ended yet."""
    try:
        return EpisodeResult.model_validate(json.loads(folder.result.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, ValidationError) as error:
        raise RunError(
            f"{folder.result} cannot be read ({error}): delete it to go on with the episode"
        ) from error


def play_on(desks: EpisodeDesks, context: PlayContext, episode: str) -> None:
    """Runs of `steps_per_run` steps until the world or the limit ends the episode."""
    loop = _loop(context)(desks)
    again: PlayInput = {"episode": episode}
    while not (desk := desks(context, {"episode": episode}, None)).finished:
        watch = watched(desks, context, desk)
        if not watch:
            loop.walk(again, context)
            continue
        try:
            loop.run(again, context, watch)
        finally:
            flush()


def _loop(context: PlayContext) -> Callable[[Desks], Loop]:
    """What makes the loop that plays this context's agent."""
    if context.agent in BASELINES:
        return baseline_loop
    if is_agent(context.gameplay):
        from automem_graph.assistant.own.graph import own_loop  # brings LangChain's agents

        return own_loop
    return inner_loop


def _result(
    folder: EpisodeFolder, status: Status, error: str | None, seconds: float
) -> EpisodeResult:
    measured = measure(folder)
    header, last = measured.header, measured.answer
    done = status == "done"
    return EpisodeResult(
        episode=header.episode,
        seed=header.seed,
        asked=header.asked,
        status=status,
        error=error,
        steps=measured.steps,
        progression=last.progression if done else None,
        ended=None if not done else "world" if last.done else "limit",
        metrics=measured.metrics,
        seconds=round(seconds, 3),
        finished=_now(),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
