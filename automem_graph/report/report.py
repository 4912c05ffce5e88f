"""One page for any runs: what was asked and found, and everything that leads there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ConfigDict

from automem_graph.episodes.layout import write_whole
from automem_graph.evaluation.outcome import NO_PRICES
from automem_graph.models.budget import Price
from automem_graph.protocols import Frozen
from automem_graph.report import rows, said
from automem_graph.report.pages import render
from automem_graph.report.sections.behaviour import behaviour
from automem_graph.report.sections.episodes import Episodes, episodes
from automem_graph.report.sections.growth import grown, growth, shown
from automem_graph.report.sections.lineage import Lineage, lineages
from automem_graph.report.sections.progression import progression
from automem_graph.report.sections.section import Links, Section
from automem_graph.report.sections.tokens import tokens
from automem_graph.report.sections.trials import Trials, all_trials
from automem_graph.report.sections.worlds import worlds
from automem_graph.report.sections.worth import worth
from automem_graph.report.sources import Source, read_sources

REPLAYS = "replay"
"""Beside the report: the folder of exported replays."""


class Told(Frozen):
    """A run at the top of the page."""

    name: str
    kind: str
    asked: str
    found: str
    open: bool
    notes: tuple[str, ...]
    stop: str
    """Why it ended."""
    terms: Mapping[str, str]


class Data(Frozen):
    """All that a report is made of, as plain rows."""

    model_config = ConfigDict(ser_json_inf_nan="strings")

    runs: tuple[Told, ...]
    progression: tuple[rows.Earned, ...]
    episodes: tuple[rows.Played, ...]
    behaviour: tuple[rows.Habit, ...]
    tokens: tuple[rows.Usage, ...]
    growth: Mapping[str, tuple[rows.Size, ...]]
    """By the players' names, of those that are drawn."""


class Report(Frozen):
    """The page, part by part."""

    title: str
    runs: tuple[Told, ...]
    sections: tuple[Section, ...]
    lineages: tuple[Lineage, ...]
    trials: tuple[Trials, ...]
    episodes: Episodes
    data: Data


def read_report(
    paths: Sequence[Path], beside: Path | None = None, prices: Mapping[str, Price] = NO_PRICES
) -> Report:
    """Read the runs in these folders for a report that will lie in the folder `beside`.

    Raises RunError where nothing can be read.
    """
    sources = read_sources(paths, prices)
    groups = [group for source in sources for group in source.groups]
    rejected = [group for source in sources for group in source.rejected]
    compared = [group for source in sources for group in shown(source)]
    curves, unread = grown(sources)
    data = Data(
        runs=tuple(_told(source) for source in sources),
        progression=rows.earned(groups),
        episodes=rows.played([*groups, *rejected]),
        behaviour=rows.habits(compared),
        tokens=rows.usage(compared, prices),
        growth=curves,
    )
    links = Links(data.episodes, sources, beside / REPLAYS if beside else None)
    sections = (
        progression(sources, data.progression, links),
        worth(sources),
        worlds(sources, links),
        growth(curves, unread),
        behaviour(sources, data.behaviour),
        tokens(sources, data.tokens),
    )
    return Report(
        title=", ".join(source.name for source in sources),
        runs=data.runs,
        sections=tuple(section for section in sections if section is not None),
        lineages=lineages(sources, links),
        trials=all_trials(sources, links),
        episodes=episodes(data.episodes, links),
        data=data,
    )


def write_report(report: Report, path: Path) -> Path:
    """Write the page: one file that needs no other, and no network."""
    write_whole(path, render("report", report=report))
    return path


def _told(source: Source) -> Told:
    ended = source.evolution or source.training
    return Told(
        name=source.name,
        kind=source.kind,
        asked=said.asked(source),
        found=said.found(source),
        open=source.open,
        notes=source.notes,
        stop=ended.stop if ended else "",
        terms=source.asked or {"run": str(source.path)},
    )
