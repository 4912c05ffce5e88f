"""What a section is made of: charts with words, and tables. The templates get nothing else."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from automem_graph.protocols import Frozen
from automem_graph.report.charts import Chart
from automem_graph.report.rows import Played
from automem_graph.report.sources import Source


class Cell(Frozen):
    """A cell of a table, or a name that leads somewhere."""

    text: str
    href: str = ""
    command: str = ""
    """A command to copy, shown in the text's place."""
    kind: str = ""
    """`words` for prose, `good` for what was kept, `bad` for what went wrong."""


class Table(Frozen):
    """A table; the first cell of each row is its head."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    texts: int = 1
    """Columns of words, which begin at the left; figures end at the right."""


class Figure(Frozen):
    """A chart, what it shows, and what tells the same in words: the table is its alternative."""

    chart: Chart
    title: str
    said: str
    table: Table | None = None


class Section(Frozen):
    """A part of the page."""

    id: str
    title: str
    lead: str = ""
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    """What is missing here, and why."""


class Links:
    """Where things are on the page, or beside it."""

    def __init__(
        self, played: Sequence[Played], sources: Sequence[Source], beside: Path | None = None
    ) -> None:
        self._beside = beside
        self._episodes = {one.path: (f"e{at}", one.episode) for at, one in enumerate(played)}
        who = dict.fromkeys((one.run, one.player, one.worlds) for one in played)
        self._players = {key: f"p{at}" for at, key in enumerate(who)}
        self._attempts: dict[tuple[str, str], str] = {}
        for source in sources:
            for name, also in _attempts(source):
                anchor = f"a{len(self._attempts)}"
                self._attempts[source.name, name] = anchor
                self._attempts.setdefault((source.name, also), anchor)

    def anchor(self, path: str) -> str:
        """The id of an episode's row; empty for one that is not listed."""
        return self._episodes.get(path, ("", ""))[0]

    def replay(self, path: str) -> str:
        """The replay that was exported beside the report; empty where there is none."""
        name = self._episodes.get(path, ("", ""))[1]
        if not name or self._beside is None or not (self._beside / f"{name}.html").is_file():
            return ""
        return f"{self._beside.name}/{name}.html"

    def episode(self, path: str) -> str:
        """Where a point of an episode leads: its replay, else its row with the command for it."""
        anchor = self.anchor(path)
        return self.replay(path) or (f"#{anchor}" if anchor else "")

    def attempt(self, run: str, name: str) -> str:
        """The id of an attempt's part, or of a trial's; empty where there is none."""
        return self._attempts.get((run, name), "")

    def player(self, run: str, player: str, worlds: str) -> str:
        """The id of the list of a player's episodes; empty where there is none."""
        return self._players.get((run, player, worlds), "")

    def mean(self, run: str, player: str, worlds: str) -> str:
        """Where a player's mean leads: its attempt or trial, else the list of its episodes."""
        anchor = self.attempt(run, player) or self.player(run, player, worlds)
        return f"#{anchor}" if anchor else ""


def _attempts(source: Source) -> list[tuple[str, str]]:
    """The names of attempts and trials, each with the version that it became."""
    if source.evolution is not None:
        rows = source.evolution.rows
        return [(row.name, row.version if row.kept else row.name) for row in rows]
    return [(row.name, row.name) for row in source.training.rows] if source.training else []


def command(path: str) -> str:
    """What opens an episode's replay, for a shell."""
    return f"automem replay {shlex.quote(path)}"


def label(source: Source, sources: Sequence[Source], name: str) -> str:
    """A player's name, with its run's where there are several; an evaluation is its run."""
    return f"{source.name} {name}" if len(sources) > 1 and name != source.name else name
