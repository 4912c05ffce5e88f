"""Every episode of the runs: how it went, and where its replay is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from automem_graph.evaluation.suite import short_name
from automem_graph.protocols import Frozen
from automem_graph.report.rows import Played
from automem_graph.report.sections.section import Cell, Links, Table, command

MOST = 2000
"""Episodes that a page lists: more would make it slow to open."""


class Line(Frozen):
    """An episode's row, and the id that points lead to."""

    id: str
    cells: tuple[Cell, ...]


class Listing(Frozen):
    """The episodes of one player on one set of worlds."""

    id: str
    title: str
    table: Table
    lines: tuple[Line, ...]


class Episodes(Frozen):
    """All listings; `left_out` of the episodes have no row."""

    listings: tuple[Listing, ...]
    left_out: int


def episodes(rows: Sequence[Played], links: Links) -> Episodes:
    """The first `MOST` of them, a list for each player and set of worlds."""
    listings = []
    for (run, player, worlds), each in _by_player(rows[:MOST]):
        done = sum(row.status == "done" for row in each)
        title = f"{run}: {player}, {worlds}" if player != run else f"{run}: {worlds}"
        count = f"{len(each)} episodes" if len(each) > 1 else "1 episode"
        listing = Listing(
            id=links.player(run, player, worlds),
            title=f"{title}, {count}" + ("" if done == len(each) else f", {done} done"),
            table=Table(
                caption=title,
                head=("world", "seed", "progression, %", "steps", "ended", "replay"), rows=(),
            ),
            lines=tuple(_line(row, links) for row in each),
        )  # fmt: skip
        listings.append(listing)
    return Episodes(listings=tuple(listings), left_out=max(0, len(rows) - MOST))


def _by_player(
    rows: Sequence[Played],
) -> Iterator[tuple[tuple[str, str, str], list[Played]]]:
    found: dict[tuple[str, str, str], list[Played]] = {}
    for row in rows:
        found.setdefault((row.run, row.player, row.worlds), []).append(row)
    yield from found.items()


def _line(row: Played, links: Links) -> Line:
    replay = links.replay(row.path)
    watch = Cell(text="watch", href=replay, kind="left")
    if not replay:
        shown = "" if row.status == "missing" else command(row.path)
        watch = Cell(text="", command=shown, kind="left")
    cells = (
        Cell(text=short_name(row.task)),
        Cell(text=str(row.seed)),
        Cell(text=_earned(row)),
        Cell(text=f"{row.steps:,}"),
        Cell(text=_ended(row), kind="left" if row.status == "done" else "bad words"),
        watch,
    )
    return Line(id=links.anchor(row.path), cells=cells)


def _earned(row: Played) -> str:
    if row.progression is None:
        return "-"
    said = f"{100 * row.progression:.2f}"
    return said if row.status == "done" else f"{said} so far"


def _ended(row: Played) -> str:
    if row.status == "running":
        return "not ended: it runs, or was interrupted"
    return f"{row.status}: {row.why[:300]}" if row.why else row.status
