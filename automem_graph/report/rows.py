"""The figures behind a report, as plain rows: what its charts show, and a table's lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import ConfigDict

from automem_graph.episodes.layout import EpisodeFolder, RunError
from automem_graph.episodes.metrics import Metrics
from automem_graph.episodes.play import EpisodeResult
from automem_graph.evaluation.results import Key
from automem_graph.evaluation.statistics import interval
from automem_graph.models.budget import Price, price_of
from automem_graph.proficiency.standing import Measured, mean_of, measures
from automem_graph.protocols import Frozen
from automem_graph.report.groups import Group
from automem_graph.report.growth import curve_of
from automem_graph.report.standing import Standing, standing

Status = Literal["done", "failed", "stopped", "running", "damaged", "missing"]
"""Running: begun, and without a result; it may have been interrupted."""


class Row(Frozen):
    """Who has played, and where."""

    model_config = ConfigDict(ser_json_inf_nan="strings")

    run: str
    player: str
    worlds: str


class Earned(Row):
    """What a player has earned on a set of worlds, in [0, 1]; nothing unless all are done."""

    asked: int
    done: int
    mean: float | None = None
    error: float | None = None
    """Standard error: population SD / sqrt n."""
    low: float | None = None
    high: float | None = None
    """The mean's 95 % interval, by the bootstrap; None for a single episode."""
    incomplete: str = ""


class Played(Row):
    """One episode."""

    task: str
    seed: int
    episode: str
    path: str
    """Its folder."""
    status: Status
    why: str = ""
    """What stopped one that is not done."""
    steps: int = 0
    progression: float | None = None
    """In [0, 1]: of one that is not done, how far it has come, which is no score."""


class Habit(Row):
    """A measure of memory behaviour (docs/metrics.md): the mean over the done episodes."""

    measure: str
    mean: float
    error: float
    n: int


class Usage(Row):
    """What a role's calls take per step: the mean over the done episodes."""

    role: Literal["gameplay", "specialist"]
    model: str
    input: float
    output: float
    """Tokens per step."""
    usd: float | None = None
    """US dollars per step; None for a model without a price."""


class Size(Row):
    """Characters in memory after a step: the mean over the episodes that took it."""

    step: int
    mean: float
    error: float
    n: int


def earned(groups: Iterable[Group]) -> tuple[Earned, ...]:
    """A row for each group."""
    return tuple(_earned(group) for group in groups)


def played(groups: Iterable[Group]) -> tuple[Played, ...]:
    """A row for each episode: an evaluation's task by task, and not once more for all of them."""
    rows: dict[str, Played] = {}
    for group in groups:
        results = group.by_world
        for key, folder in group.episodes.items():
            if f"{folder.path}" not in rows:
                row = _played(group, key, folder, results.get(key))
                rows[f"{folder.path}"] = row
    return tuple(rows.values())


def habits(groups: Iterable[Group]) -> tuple[Habit, ...]:
    """The measures of each group that has a done episode."""
    return tuple(
        Habit(**_who(group), measure=name, mean=found.mean, error=found.error, n=found.n)
        for group in groups
        if (measured := _metrics(group))
        for name, found in {**_means(measured), **measures(measured)}.items()
    )


def usage(groups: Iterable[Group], prices: Mapping[str, Price]) -> tuple[Usage, ...]:
    """What the roles of each group take; a group with one model has one role."""
    return tuple(
        row for group in groups if (measured := _metrics(group))
        for row in _usage(group, measured, prices)
    )  # fmt: skip


def sizes(groups: Iterable[Group]) -> tuple[Size, ...]:
    """How memory grew. Where no episode of a group is done, as far as those begun have come.

    Raises RunError for a damaged journal.
    """
    return tuple(
        Size(**_who(group), step=step, mean=found.mean, error=found.error, n=found.n)
        for group in groups
        for step, found in curve_of(_stretches(group))
    )


def begun(group: Group) -> dict[Key, Standing]:
    """Where the episodes without a result stand that were begun."""
    done = group.by_world
    return {
        key: standing(folder)
        for key, folder in group.episodes.items()
        if key not in done and key not in group.damaged and folder.trace.exists()
    }


def _who(group: Group) -> dict[str, str]:
    return {"run": group.run, "player": group.player, "worlds": group.worlds}


def _earned(group: Group) -> Earned:
    found = group.score
    if found.progression is None:
        return Earned(
            **_who(group), asked=group.asked, done=found.done, incomplete=found.incomplete
        )
    values = [one.progression for one in group.done if one.progression is not None]
    low, high = interval(values) if len(values) > 1 else (None, None)
    return Earned(
        **_who(group), asked=group.asked, done=found.done, mean=found.progression.mean,
        error=found.progression.error, low=low, high=high,
    )  # fmt: skip


def _played(group: Group, key: Key, folder: EpisodeFolder, result: EpisodeResult | None) -> Played:
    task, seed = key
    who = {
        **_who(group),
        "task": task,
        "seed": seed,
        "episode": folder.id,
        "path": str(folder.path),
    }
    if result is not None:
        return Played(
            **who, status=result.status, why=result.error or "", steps=result.steps,
            progression=result.progression,
        )  # fmt: skip
    if why := group.damaged.get(key):
        return Played(**who, status="damaged", why=why)
    if not folder.trace.exists():
        return Played(**who, status="missing")
    try:
        stands = standing(folder)
    except RunError as error:
        return Played(**who, status="damaged", why=str(error))
    return Played(**who, status="running", steps=stands.steps, progression=stands.progression)


def _metrics(group: Group) -> list[Metrics]:
    return [one.metrics for one in group.done if one.metrics is not None]


def _means(measured: Sequence[Metrics]) -> dict[str, Measured]:
    rows = [one.model_dump(mode="python") for one in measured]
    return {name: mean_of([row[name] for row in rows]) for name in rows[0]}


def _usage(
    group: Group, measured: Sequence[Metrics], prices: Mapping[str, Price]
) -> Iterable[Usage]:
    mean = {name: found.mean for name, found in _means(measured).items()}
    inner = mean["specialist_input_tokens"], mean["specialist_output_tokens"]
    outer = mean["input_tokens"] - inner[0], mean["output_tokens"] - inner[1]
    for role, (name, _) in group.done[0].asked.models.items():
        if role == "meta":
            continue
        tokens = inner if role == "specialist" else outer
        price = price_of(name, prices)
        usd = price.of(*tokens) if price else None
        yield Usage(
            **_who(group), role=role, model=name, input=tokens[0], output=tokens[1], usd=usd
        )


def _stretches(group: Group) -> list[tuple[EpisodeFolder, int]]:
    if group.done:
        return [(group.episode(one), one.steps) for one in group.done]
    unfinished = [(group.episode(one), one.steps) for one in group.results]
    stands = begun(group)
    return unfinished + [(group.episodes[key], one.steps) for key, one in stands.items()]
