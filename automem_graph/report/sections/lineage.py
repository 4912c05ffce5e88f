"""The lineage of a run of loop 1: a tree of attempts, and what each of them was."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from automem_graph.evaluation.suite import short_name
from automem_graph.protocols import Frozen
from automem_graph.report import figures
from automem_graph.report.patch import Line, lines_of
from automem_graph.report.sections.section import Cell, Links, Table
from automem_graph.report.sources import Source
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import Match, Row
from automem_graph.structure.result import Evolution

MOST_LINES, MOST_BYTES = 600, 100_000
"""Of a diff or an analysis: the rest is in the attempt's folder."""


class Excerpt(Frozen):
    """The beginning of a file of an attempt."""

    path: str
    lines: tuple[Line, ...]
    cut: bool


class Attempt(Frozen):
    """One row of the lineage, and what its proposer wrote."""

    id: str
    name: str
    kept: bool
    verdict: str
    in_short: str
    reason: str
    why: str
    changed: str
    scores: tuple[Table, ...]
    diff: Excerpt
    analysis: Excerpt


class Node(Frozen):
    """An attempt in the tree, above those that were made from it."""

    id: str
    name: str
    kept: bool
    front: str
    """Of a population's possible parents: in how many worlds it is the best."""
    said: str
    figure: str
    children: tuple[Node, ...] = ()


class Lineage(Frozen):
    """All attempts of a run."""

    run: str
    several: bool
    """Whether it is a population's."""
    tree: tuple[Node, ...]
    attempts: tuple[Attempt, ...]


def lineage(source: Source, links: Links) -> Lineage | None:
    """None for a run of another kind, and for one that has no version yet."""
    if source.evolution is None:
        return None
    found, folder = source.evolution, EvolutionFolder(source.path)
    attempts = tuple(_attempt(source, found, folder, row, links) for row in found.rows)
    roots = [row for row in found.rows if not row.parent]
    tree = tuple(_node(source.name, found, row, links) for row in roots)
    several = found.asked.is_population
    return Lineage(run=source.name, several=several, tree=tree, attempts=attempts)


def _node(run: str, found: Evolution, row: Row, links: Links) -> Node:
    after = found.rows[found.rows.index(row) + 1 :] if row.scaffold else ()
    below = [one for one in after if one.parent == row.scaffold]
    mean = figures.gate_mean(found, row)
    gain = figures.gain(row.trial)
    return Node(
        id=links.attempt(run, row.name), name=row.version if row.kept else row.name,
        kept=row.kept, front=figures.share(found, row).removeprefix(figures.NONE),
        said=row.why if row.parent else "the first",
        figure="" if mean == figures.NONE else f"{mean} %" + ("" if gain == "-" else f" ({gain})"),
        children=tuple(_node(run, found, one, links) for one in below),
    )  # fmt: skip


def _attempt(
    source: Source, found: Evolution, folder: EvolutionFolder, row: Row, links: Links
) -> Attempt:
    matches = (("on the gate's worlds", row.trial), ("on fresh worlds", row.confirmation))
    place = folder.attempt(row.name)
    return Attempt(
        id=links.attempt(source.name, row.name), name=row.name, kept=row.kept,
        verdict=figures.verdict(row), in_short=figures.in_short(found, row), reason=row.reason,
        why=row.why, changed=figures.changed(row.diff),
        scores=tuple(
            _scores(source, row, what, match, links)
            for what, match in matches
            if match is not None and match.pairs
        ),
        diff=_excerpt(folder, place / "diff.patch"),
        analysis=_excerpt(folder, place / "analysis.md"),
    )  # fmt: skip


def _scores(source: Source, row: Row, what: str, match: Match, links: Links) -> Table:
    paths = {
        key: str(group.episode(one).path)
        for group in (*source.rejected, *source.groups)
        if group.player in (row.name, row.version) and "wiped" not in group.worlds
        for key, one in group.by_world.items()
    }
    spared = f", {match.spared} spared" if match.spared else ""
    lines = tuple(
        (
            Cell(text=short_name(pair.task)),
            Cell(text=str(pair.seed)),
            Cell(text=f"{100 * pair.before:.2f}"),
            Cell(text=f"{100 * pair.after:.2f}", href=links.episode(paths.get(pair.key, ""))),
            Cell(text=figures.points(pair.gap)),
        )
        for pair in match.pairs
    )
    return Table(
        caption=f"{len(match.pairs)} scores {what}{spared}",
        head=("world", "seed", "incumbent, %", f"{row.name}, %", "gap"), rows=lines,
    )  # fmt: skip


def _excerpt(folder: EvolutionFolder, path: Path) -> Excerpt:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError:
        data = b""
    lines = tuple(lines_of(data[:MOST_BYTES].decode("utf-8", "replace")))
    return Excerpt(
        path=str(path.relative_to(folder.path)),
        lines=lines[:MOST_LINES],
        cut=len(lines) > MOST_LINES or len(data) > MOST_BYTES,
    )


def lineages(sources: Sequence[Source], links: Links) -> tuple[Lineage, ...]:
    """Those of all runs of loop 1."""
    return tuple(one for source in sources if (one := lineage(source, links)) is not None)
