"""Run folders with results in them, without anybody having played."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automem_graph.episodes.identity import Asked, RunAsked, episode_id
from automem_graph.episodes.keep import extend_run, keep_run
from automem_graph.episodes.layout import RunFolder, write_json
from automem_graph.episodes.play import EpisodeResult

WHO = {"agent": "memory", "scaffold": "v0-abc", "gameplay": "a", "specialist": "a", "engine": "e"}

Earned = Mapping[tuple[str, int], float | None]
"""Progression by task and seed; None for a failed episode."""


def result(asked: Asked, seed: int, progression: float | None) -> EpisodeResult:
    failed = progression is None
    return EpisodeResult(
        episode=episode_id(asked, seed), seed=seed, asked=asked,
        status="failed" if failed else "done", error="it broke" if failed else None,
        steps=3 if failed else 10, progression=progression, seconds=1.0, finished="now",
    )  # fmt: skip


def suite_run(name: str, seeds: tuple[int, ...], **tasks: int) -> RunFolder:
    """A suite that nobody has played yet, or more tasks and seeds of one."""
    run = RunFolder(Path(name))
    extend_run(run, RunAsked(tasks=tasks, seeds=seeds, **WHO))
    return run


def played(name: str, earned: Earned, *, left_out: tuple[str, ...] = (), **who: Any) -> RunFolder:
    """A suite of tasks of ten steps each; `who` are fields of `Asked`."""
    seeds = tuple(sorted({seed for _, seed in earned}))
    tasks, run = {task: 10 for task, _ in earned}, RunFolder(Path(name))
    who = {**WHO, **who}
    extend_run(run, RunAsked(tasks=tasks, seeds=seeds, left_out=left_out, **who))
    for (task, seed), progression in earned.items():
        _end(run, Asked(task=task, steps=10, **who), seed, progression)
    return run


def played_alone(name: str, task: str, earned: Mapping[int, float]) -> RunFolder:
    """Single plays of one task, by seed."""
    run, asked = RunFolder(Path(name)), Asked(task=task, steps=10, **WHO)
    keep_run(run, asked)
    for seed, progression in earned.items():
        _end(run, asked, seed, progression)
    return run


def _end(run: RunFolder, asked: Asked, seed: int, progression: float | None) -> None:
    folder = run.episode(episode_id(asked, seed))
    write_json(folder.result, result(asked, seed, progression).model_dump(mode="json"))
