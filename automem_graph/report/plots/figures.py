"""The pictures of runs: how far they came, how their memory grew, how it was used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from automem_graph.episodes.layout import RunError
from automem_graph.episodes.metrics import SHARES, Metrics
from automem_graph.evaluation.statistics import Estimate, estimate
from automem_graph.proficiency.standing import measures
from automem_graph.report.groups import GATE, TRIAL, Group, read_groups
from automem_graph.report.growth import curve
from automem_graph.report.plots.picture import Panel, Picture, Point, Series, What, numbered

MEASURES: Mapping[str, tuple[str, str]] = {
    "growth": ("growth", "characters per step"),
    "writes_per_search": ("writes per search", "writes for each search"),
    "repeated_writes": ("repeated writes", "% of writes"),
    "empty_searches": ("empty searches", "% of searches"),
    "stuck_steps": ("stuck steps", "% of steps"),
    "input_tokens": ("input tokens", "tokens per step"),
}
"""The measures that the paper reports (docs/metrics.md), with a name and a unit each."""

ERRORS = "± standard error (population SD / sqrt n)"
MOST = 12
"""Series, or columns, that a picture can be read with."""


def draw_up(what: What, runs: Sequence[Path]) -> Picture:
    """What a picture of these runs shows.

    Raises RunError where a run cannot be read, where they do not go into one picture, and where
    there is nothing to draw yet.
    """
    found = [group for run in runs for group in read_groups(run)]
    kinds = sorted({group.kind for group in found})
    if len(kinds) > 1:
        raise RunError(f"these runs do not go into one picture: {' and '.join(kinds)}")
    names = [run.resolve().name for run in runs]
    if len(set(names)) < len(names):
        raise RunError("two of these runs have the same name: a picture could not tell them apart")
    picture = _PICTURES[what](found)
    if picture.empty:
        where = ", ".join(map(str, runs))
        raise RunError(f"there is no {what} to draw in {where} yet; {picture.caption}")
    most = max(len(picture.legend), *(len(panel.columns) for panel in picture.panels))
    if most > MOST:
        raise RunError(f"{most} of them are too many for one picture, which takes {MOST}")
    return picture


def progression(groups: Sequence[Group]) -> Picture:
    """Mean progression, by version or by task. A group with a failed episode has no mean."""
    loop, several = _loop(groups), _several(groups)
    columns = numbered([group.player if loop else group.worlds for group in groups])
    series: dict[str, list[Point]] = {}
    for group in groups:
        name, column = (group.worlds, group.player) if loop else (group.run, group.worlds)
        points = series.setdefault(f"{group.run}, {name}" if loop and several else name, [])
        if (earned := group.score.progression) is not None:
            points.append(_point(columns[column], earned, 100))
    panel = Panel(
        unit="progression, %", columns=tuple(columns), joined=loop == "loop 1",
        series=tuple(Series(name=name, points=tuple(points)) for name, points in series.items()),
    )  # fmt: skip
    said = f"Progression ({'; '.join(series)}): mean over episodes {ERRORS}; {_sizes(groups)}."
    return Picture(what="progression", caption=f"{said}{_missing(groups)}", panels=(panel,))


def growth(groups: Sequence[Group]) -> Picture:
    """Characters in memory at the end of each step."""
    chosen = _played(groups)
    series = tuple(
        Series(name=name, points=tuple(_step(at, found) for at, found in curve(group)))
        for name, group in zip(_names(chosen), chosen, strict=True)
    )
    panel = Panel(unit="characters in memory", along="step", series=series)
    said = (
        f"Size of all memory files at the end of a step: mean over the episodes that came so far, "
        f"{ERRORS}, while at least half of them do; {_sizes(chosen)}."
    )
    return Picture(what="growth", caption=f"{said}{_missing(chosen)}", panels=(panel,))


def behaviour(groups: Sequence[Group]) -> Picture:
    """The measures of memory behaviour, a panel each."""
    chosen = _played(groups)
    loop = _loop(groups)
    columns = numbered([group.player for group in chosen])
    found: dict[str, dict[str, list[Point]]] = {measure: {} for measure in MEASURES}
    infinite = []
    for group in chosen:
        for measure, one in measured(group).items():
            points = found[measure].setdefault(group.run if loop else "", [])
            if one.mean == float("inf"):
                infinite.append(f"{MEASURES[measure][0]} of {group.player}")
            else:
                unit = 100 if measure in SHARES else 1
                points.append(_point(columns[group.player], one, unit))
    panels = tuple(
        Panel(
            name=name, unit=unit, columns=tuple(columns),
            series=tuple(Series(name=of, points=tuple(at)) for of, at in found[measure].items()),
        )
        for measure, (name, unit) in MEASURES.items()
    )  # fmt: skip
    said = f"Memory behaviour: mean over episodes {ERRORS}; {_sizes(chosen)}."
    if infinite:
        said += f" Infinite, so not drawn: {', '.join(infinite)}."
    return Picture(what="behaviour", caption=f"{said}{_missing(chosen)}", panels=panels)


_PICTURES: Mapping[What, Callable[[Sequence[Group]], Picture]] = {
    "progression": progression,
    "growth": growth,
    "behaviour": behaviour,
}


def measured(group: Group) -> dict[str, Estimate]:
    """The measures of a group's done episodes, with standard errors; empty where there are none."""
    found: list[Metrics] = [one.metrics for one in group.done if one.metrics is not None]
    if not found:
        return {}
    ratios = measures(found)
    return {
        name: ratios[name] if name in ratios else estimate([getattr(one, name) for one in found])
        for name in MEASURES
    }


def _played(groups: Sequence[Group]) -> tuple[Group, ...]:
    """One group for each player: on the worlds that chose it, or on all tasks."""
    if _loop(groups):
        return tuple(group for group in groups if group.worlds in (GATE, TRIAL))
    whole = {group.run: group for group in groups}  # of a run's groups the last is that of all
    return tuple(whole.values())


def _loop(groups: Iterable[Group]) -> str:
    """Which loop they are of; empty for evaluations."""
    return next((group.kind for group in groups if group.kind != "evaluation"), "")


def _several(groups: Iterable[Group]) -> bool:
    return len({group.run for group in groups}) > 1


def _names(groups: Sequence[Group]) -> list[str]:
    if not _several(groups) or not _loop(groups):
        return [group.player for group in groups]
    return [f"{group.run}, {group.player}" for group in groups]


def _point(column: int, found: Estimate, unit: int) -> Point:
    return Point(x=column, mean=unit * found.mean, error=unit * found.error, n=found.n)


def _step(at: int, found: Estimate) -> Point:
    return Point(x=at, mean=found.mean, error=found.error, n=found.n)


def _sizes(groups: Sequence[Group]) -> str:
    sizes = sorted({group.asked for group in groups}) or [0]
    return f"n {sizes[0]}" if len(sizes) == 1 else f"n {sizes[0]} to {sizes[-1]}"


def _missing(groups: Sequence[Group]) -> str:
    """What is not there, in a sentence; empty where nothing is missing."""
    said = [
        f"{group.run}, {group.player if _loop(groups) else group.worlds}"
        f"{f', {group.worlds}' if _loop(groups) else ''}: {group.score.incomplete}"
        for group in groups
        if group.score.incomplete
    ]
    return f" Incomplete: {'; '.join(said)}." if said else ""
