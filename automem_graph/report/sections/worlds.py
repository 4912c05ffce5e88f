"""World by world: how each seed fared from one version to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from automem_graph.evaluation.scores import ALL
from automem_graph.evaluation.statistics import difference
from automem_graph.evaluation.suite import short_name
from automem_graph.report.charts import Path, slopes
from automem_graph.report.figures import interval, p_value, points
from automem_graph.report.groups import WIPED, Group
from automem_graph.report.sections.section import Cell, Figure, Links, Section, Table
from automem_graph.report.sources import Source

MOST = 200
"""Worlds of a chart: a line more would only blacken it."""
LEAD = (
    "Each line is one world, played by every version that its ends stand above; a point leads to "
    "the episode."
)


def worlds(sources: Sequence[Source], links: Links) -> Section | None:
    """None where no two players have played the same worlds."""
    found = [
        figure
        for title, groups in _sets(sources)
        if (figure := _figure(title, groups, links)) is not None
    ]
    if not found:
        return None
    return Section(id="worlds", title="World by world", lead=LEAD, figures=tuple(found))


def _sets(sources: Sequence[Source]) -> Iterator[tuple[str, list[Group]]]:
    """Groups that have played the same worlds: of one loop, or of several evaluations."""
    several = len(sources) > 1
    for source in sources:
        kinds = dict.fromkeys(group.worlds for group in source.groups if group.worlds != WIPED)
        for kind in kinds:
            groups = [group for group in source.groups if group.worlds == kind]
            if len(groups) > 1:
                yield (f"{source.name}: {kind}" if several else f"Worlds {kind}"), groups
    alone = [one for one in sources if one.kind == "evaluation" and _is_alone(one)]
    tasks = dict.fromkeys(group.worlds for one in alone for group in one.groups)
    for task in tasks if len(alone) > 1 else ():
        groups = [group for one in alone for group in one.groups if group.worlds == task]
        if len(groups) > 1 and task != ALL:
            yield task, groups


def _is_alone(source: Source) -> bool:
    """Whether all that a run has played was played by one player."""
    return len({group.player for group in source.groups}) == 1


def _figure(title: str, groups: Sequence[Group], links: Links) -> Figure | None:
    earned = [
        {key: one for key, one in group.by_world.items() if one.progression is not None}
        for group in groups
    ]
    keys = list(dict.fromkeys(key for one in earned for key in one))[:MOST]
    paths = []
    for key in keys:
        results = [one.get(key) for one in earned]
        hrefs = [
            links.episode(str(group.episode(one).path)) if one else ""
            for group, one in zip(groups, results, strict=True)
        ]
        values = [None if one is None else 100 * (one.progression or 0.0) for one in results]
        world = f"{short_name(key[0])}, seed {key[1]}"
        labels = [
            f"{world}, {group.player}: {value or 0:.2f} %"
            for group, value in zip(groups, values, strict=True)
        ]
        paths.append(Path(values=tuple(values), labels=tuple(labels), hrefs=tuple(hrefs)))
    chart = slopes([group.player for group in groups], paths, "%")
    if chart is None:
        return None
    rows = tuple(
        (Cell(text=short_name(task)), Cell(text=str(seed)), *_cells(path))
        for (task, seed), path in zip(keys, paths, strict=True)
    )
    head = ("world", "seed", *(f"{group.player}, %" for group in groups))
    table = Table(caption=f"{title}: progression of each world", head=head, rows=rows)
    return Figure(chart=chart, title=title, said=_said(groups, paths), table=table)


def _cells(path: Path) -> list[Cell]:
    return [
        Cell(text="-" if value is None else f"{value:.2f}", href=href)
        for value, href in zip(path.values, path.hrefs, strict=True)
    ]


def _said(groups: Sequence[Group], paths: Sequence[Path]) -> str:
    """What the last player gained over the first, where both have played."""
    first, last = groups[0].player, groups[-1].player
    gaps = [
        (path.values[-1] - path.values[0]) / 100
        for path in paths
        if path.values[0] is not None and path.values[-1] is not None
    ]
    if not gaps:
        return "No world was played by both the first and the last."
    found = difference(gaps)
    better, worse = sum(gap > 1e-9 for gap in gaps), sum(gap < -1e-9 for gap in gaps)
    between = "" if found.low is None else f" (95 % interval {interval(found)})"
    return (
        f"{last} minus {first}: {points(found.mean)} points{between}, two-sided p "
        f"{p_value(found.p)}, {found.n} worlds: {better} better, {worse} worse, "
        f"{found.n - better - worse} the same."
    )
