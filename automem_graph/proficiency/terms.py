"""What a run of loop 2 was asked, as its folder keeps it, and the seeds that it plays."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

from pydantic import ValidationError

from automem_graph.episodes.desks import RUNS
from automem_graph.episodes.identity import Cast, words_for
from automem_graph.episodes.layout import RunError, write_json
from automem_graph.evaluation.results import Key
from automem_graph.evaluation.seeds import BadSeeds, check_seeds, parse_seeds
from automem_graph.evaluation.suite import asked_of, choose
from automem_graph.models.local.contents import contents
from automem_graph.proficiency.context import TrainContext
from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.scaffold.load import Scaffold
from automem_graph.worlds.registry import TaskUnavailable, missing, suite, worlds_of

SETS: Mapping[str, tuple[int, int]] = {
    "collect": (20_042, 64),
    "trial": (30_042, 48),
    "held_out": (40_042, 48),
}
"""The first seed of each set, and how many it has by default. Loop 1 plays none of these."""

_NAMES = {"collect": "trained on", "trial": "a trial's", "held_out": "held out"}


class Terms(Cast):
    """What a run was asked: `scaffold` is an id, `gameplay` and `specialist` are the base model.

    `weights` are the base's, also where a server plays it.
    """

    suite: str
    tasks: Mapping[str, int]
    """Each task's name with the world actions that its episodes may take."""
    left_out: tuple[str, ...] = ()
    collect: tuple[int, ...]
    trial: tuple[int, ...]
    held_out: tuple[int, ...]
    decider: str
    meta: str = ""
    margin: float
    folder: str = ""
    """`local:FOLDER` with the base's weights, where a server plays it; else it is `gameplay`."""

    @property
    def base(self) -> str:
        """The base model that is trained: `local:FOLDER`."""
        return self.folder or self.gameplay

    def keys(self, seeds: Sequence[int]) -> tuple[Key, ...]:
        """The worlds of these seeds, seed by seed."""
        return tuple((task, seed) for seed in seeds for task in self.tasks)


def terms_of(context: TrainContext, base: str, scaffold: Scaffold) -> tuple[Terms, dict[str, str]]:
    """The terms that a context amounts to, and the tasks that cannot be played here, with why.

    Raises UnknownTask, TaskUnavailable where none can be played, UnknownModel, BadSeeds.
    """
    chosen = choose(suite(context.task), context.tasks)
    absent = {task: why for task in chosen if (why := missing(task)) is not None}
    playable = [task for task in chosen if task not in absent]
    if not playable:
        raise TaskUnavailable(" ".join(dict.fromkeys(absent.values())))
    played = context.served.strip() or base
    given = {**context.playing(), "gameplay": played, "scaffold": str(scaffold.path)}
    each = asked_of(set(playable), given)
    cast = each[playable[0]].cast()
    if played != base:
        weights = contents(base)
        cast |= {"weights": weights, "specialist_weights": weights, "folder": base}
    terms = Terms(
        suite=context.task,
        tasks={task: each[task].steps for task in playable},
        left_out=tuple(absent),
        **_seeds(context, playable[0]),
        decider=context.decider,
        meta=context.meta,
        margin=context.margin,
        **cast,
    )
    return terms, absent


def _seeds(context: TrainContext, task: str) -> dict[str, tuple[int, ...]]:
    """The three sets, which share no seed; BadSeeds where they do, or a task has not so many."""
    said = {
        "collect": context.collect_seeds,
        "trial": context.trial_seeds,
        "held_out": context.held_out_seeds,
    }
    seeds = {name: parse_seeds(text) for name, text in said.items() if text}
    worlds = worlds_of(task)
    for name, (first, most) in SETS.items():
        if name not in seeds and worlds is None:
            seeds[name] = tuple(range(first, first + most))
    if worlds is not None:
        seeds = part(task, worlds, seeds)
    for one, other in combinations(SETS, 2):
        if both := sorted({*seeds[one]} & {*seeds[other]}):
            raise BadSeeds(
                f"seed {both[0]} cannot be {_NAMES[one]} and {_NAMES[other]}: choose other seeds"
            )
    for found in seeds.values():
        check_seeds(task, found)
    if len(seeds["trial"]) < 2:
        raise BadSeeds("one seed tells no spread: give the trials two or more")
    return seeds


def part(
    task: str, worlds: int, given: Mapping[str, tuple[int, ...]]
) -> dict[str, tuple[int, ...]]:
    """Of a task with only so many worlds: half of those that are left, and a quarter each."""
    used = {seed for seeds in given.values() for seed in seeds}
    order = random.Random(0).sample(range(worlds), worlds)
    left = [seed for seed in order if seed not in used]
    parts = {"collect": 2, "trial": 1, "held_out": 1}
    open_sets = {name: share for name, share in parts.items() if name not in given}
    seeds, whole, spare = dict(given), sum(open_sets.values()), len(left)
    for name, share in open_sets.items():
        most = min(SETS[name][1], spare * share // whole)
        if not most:
            raise BadSeeds(
                f"{task} has {worlds:,} worlds, of which too few are left to be {_NAMES[name]}: "
                "give the task more worlds, or name fewer seeds"
            )
        seeds[name], left = tuple(sorted(left[:most])), left[most:]
    return seeds


def folder_of(context: TrainContext, terms: Terms) -> TrainingFolder:
    """The run's folder: the context's, else one named by the terms.

    Held-out seeds do not bear on the name, because they bear on nothing that was played before.
    """
    if context.run:
        return TrainingFolder(Path(context.run))
    named = terms.model_dump(mode="json", exclude=_FREE)
    return TrainingFolder(RUNS / f"train-{terms.suite}-{words_for(named)}")


_FREE = {"held_out"}


def keep_terms(folder: TrainingFolder, terms: Terms) -> None:
    """Write the terms into the run's folder; RunError where it holds a run of other ones."""
    if folder.asked.exists():
        kept = read_terms(folder)
        was, wanted = kept.model_dump(exclude=_FREE), terms.model_dump(exclude=_FREE)
        other = [name for name, value in wanted.items() if was[name] != value]
        if other:
            raise RunError(
                f"{folder.path} holds a run with another {', '.join(other)}: choose another folder "
                "with --out"
            )
        if kept == terms:
            return
    write_json(folder.asked, {"format": 1, "asked": terms.model_dump(mode="json")})


def read_terms(folder: TrainingFolder) -> Terms:
    """What a run of loop 2 was asked; RunError where there is none, or it is damaged."""
    try:
        kept = json.loads(folder.asked.read_text(encoding="utf-8"))
        return Terms.model_validate(kept["asked"])
    except FileNotFoundError:
        raise RunError(
            f"there is no run of loop 2 in {folder.path}: it has no train.json"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise RunError(f"{folder.asked}: {where} is damaged: {first['msg']}") from error
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise RunError(f"{folder.asked} cannot be read: {error}") from error
