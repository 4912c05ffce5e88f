"""An evaluation before it is played: the tasks and seeds of a suite, its folder, its episodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import RUNS, EpisodeDesks
from automem_graph.episodes.identity import Asked, RunAsked, suite_run_name
from automem_graph.episodes.layout import RunFolder
from automem_graph.episodes.opening import check_player
from automem_graph.evaluation.seeds import check_seeds, parse_seeds
from automem_graph.worlds.registry import TaskUnavailable, UnknownTask, missing, suite, worlds_of

SEEDS = {"crafter": "42-51"}
OTHER_SEEDS = "42-46"
"""The paper's seeds: ten for Crafter, five for NetHack and for each of MiniHack's tasks."""


@dataclass(frozen=True)
class Plan:
    """What an evaluation will play, and where it will lie."""

    suite: str
    run: RunFolder
    asked: RunAsked
    """Without the tasks that are left out."""
    left_out: Mapping[str, str]
    """Tasks that cannot be played here, each with the sentence that says why."""
    jobs: tuple[PlayContext, ...]
    """Seed by seed, so that what is there early says something about every task."""


def plan(
    name: str, seeds: tuple[int, ...], *, tasks: str = "", out: Path | None = None,
    given: Mapping[str, Any],
) -> Plan:  # fmt: skip
    """Plan the evaluation of a suite, or of those of its `tasks` that are named.

    `given` are the fields of PlayContext that the user has set. Raises UnknownTask for names of
    neither suite nor task, TaskUnavailable where none of the tasks can be played here, BadSeeds
    where one has not all of these seeds.
    """
    everything = suite(name)
    chosen = choose(everything, tasks)
    absent = {task: why for task in chosen if (why := missing(task)) is not None}
    if len(absent) == len(chosen):
        raise TaskUnavailable(" ".join(dict.fromkeys(absent.values())))
    playable = [task for task in chosen if task not in absent]
    for task in playable:
        check_seeds(task, seeds)
    each = asked_of({*everything, *chosen}, given)
    folder = out or RUNS / suite_run_name(name, [each[task] for task in everything])
    return Plan(
        suite=name,
        run=RunFolder(folder),
        asked=RunAsked(
            tasks={task: each[task].steps for task in playable},
            seeds=seeds, left_out=tuple(absent), **each[playable[0]].cast(),
        ),
        left_out=absent,
        jobs=tuple(
            PlayContext(task=task, seed=seed, run=str(folder), steps_per_run=50, **given)
            for seed in seeds
            for task in playable
        ),
    )  # fmt: skip


def default_seeds(name: str) -> tuple[int, ...]:
    """The seeds that a suite is evaluated on by default: the paper's, or all that a dataset has.

    Raises UnknownTask, and BadSeeds for a task of more worlds than can be named at once.
    """
    worlds = worlds_of(suite(name)[0])
    return parse_seeds(SEEDS.get(name, OTHER_SEEDS) if worlds is None else f"0-{worlds - 1}")


def choose(tasks: Sequence[str], named: str) -> tuple[str, ...]:
    """Those tasks that a comma-separated text names; all of them where it names none.

    A name is a task's own or, for the tasks of a suite, what follows its first dash: `quest-easy`
    for `minihack-quest-easy`. Raises UnknownTask.
    """
    known = {name: task for task in tasks for name in (task, short_name(task))}
    said = [part.strip() for part in named.split(",") if part.strip()]
    for part in said:
        if part not in known:
            names = ", ".join(map(short_name, tasks))
            raise UnknownTask(f"there is no task '{part}' to choose; there are: {names}")
    return tuple(dict.fromkeys(known[part] for part in said)) or tuple(tasks)


def asked_of(tasks: set[str], given: Mapping[str, Any]) -> dict[str, Asked]:
    """What is asked of the episodes of each task. Raises UnknownModel before anything is begun."""
    with EpisodeDesks() as plain:
        asked = {task: plain.asked(PlayContext(task=task, **given)) for task in sorted(tasks)}
    for name, sampling in {named for one in asked.values() for named in one.models.values()}:
        check_player(name, sampling)
    return asked


def short_name(task: str) -> str:
    """A task's name within its suite."""
    return task.partition("-")[2] or task
