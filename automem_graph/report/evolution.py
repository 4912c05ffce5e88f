"""The page of a run of loop 1: what was tried, what was kept, and what it is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from automem_graph.episodes.layout import write_whole
from automem_graph.evaluation.scores import Score
from automem_graph.evaluation.seeds import name_seeds
from automem_graph.evaluation.suite import short_name
from automem_graph.protocols import Frozen
from automem_graph.report import figures
from automem_graph.report.charts import pairs_chart, versions_chart
from automem_graph.report.pages import render
from automem_graph.report.patch import Line, lines_of
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import Row
from automem_graph.structure.result import Evolution

MOST_LINES, MOST_BYTES = 600, 100_000
"""Of a diff or an analysis: the rest is in the attempt's folder."""


class Excerpt(Frozen):
    """The beginning of a file of an attempt."""

    path: str
    lines: tuple[Line, ...]
    cut: bool


class Change(Frozen):
    """A version that was kept, with what its proposer wrote."""

    row: Row
    diff: Excerpt
    analysis: Excerpt


def write_page(found: Evolution, folder: EvolutionFolder) -> Path:
    """Write `report.html`: one file that needs no other, and no network."""
    page = render(
        "evolution",
        found=found,
        figures=figures,
        short_name=short_name,
        facts=_facts(found),
        versions=_versions(found),
        versions_chart=versions_chart(found),
        worlds_chart=pairs_chart(gain.pairs) if (gain := figures.held_out_gain(found)) else None,
        gains=figures.gains(found),
        changes=[_change(folder, row) for row in found.rows if row.kept and row.parent],
        asked=_asked(found),
    )
    write_whole(folder.report, page)
    return folder.report


def _facts(found: Evolution) -> list[tuple[str, str, str]]:
    """What matters most: a name, a figure, what it is made of."""
    facts = []
    if gain := figures.held_out_gain(found):
        said = f"{figures.interval(gain.difference)}, p {figures.p_value(gain.judged.p)}"
        facts.append(("held out", f"{figures.points(gain.difference.mean)} points", said))
    kept = len(found.versions) - 1
    tried = len(found.rows) - 1
    facts.append(("kept", f"{kept} of {tried}", "attempts"))
    facts.append(("episodes", f"{found.episodes:,}", f"{found.spared:,} spared by racing"))
    return facts


def _versions(found: Evolution) -> list[dict[str, Any]]:
    """The table's rows."""
    held = found.held_out
    ends: dict[str, tuple[Score, Score]] = {}
    if held is not None:
        ends[found.versions[0].name] = (held.first, held.first_wiped)
        ends[found.best.name] = (held.last, held.last_wiped)
    return [
        {
            "name": one.name,
            "scores": [one.gate, *ends.get(one.name, (None, None))],
            "said": one.gate.metrics.shown() if one.gate.metrics else {},
        }
        for one in found.versions
    ]


def _change(folder: EvolutionFolder, row: Row) -> Change:
    attempt = folder.attempt(row.name)
    return Change(
        row=row,
        diff=_excerpt(folder, attempt / "diff.patch"),
        analysis=_excerpt(folder, attempt / "analysis.md"),
    )


def _excerpt(folder: EvolutionFolder, path: Path) -> Excerpt:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        data = b""
    lines = tuple(lines_of(data[:MOST_BYTES].decode("utf-8", "replace")))
    return Excerpt(
        path=str(path.relative_to(folder.path)),
        lines=lines[:MOST_LINES],
        cut=len(lines) > MOST_LINES or len(data) > MOST_BYTES,
    )


def _asked(found: Evolution) -> dict[str, str]:
    """What the run was asked, in the words of the command."""
    asked, sampling = found.asked, found.asked.sampling
    tasks = (f"{short_name(task)} ({steps:,} steps)" for task, steps in asked.tasks.items())
    rule = asked.rule.name if asked.rule.name != "sign_flip" else f"sign_flip, p < {asked.rule.p:g}"
    said = {
        "suite": asked.suite,
        "tasks": ", ".join(tasks),
        "left out": ", ".join(asked.left_out),
        "player": asked.player,
        "sampling": f"temperature {sampling.temperature:g}, {sampling.max_tokens:,} tokens a reply",
        "codec": asked.codec,
        "proposer": asked.proposer,
        "meta-LLM": asked.meta,
        "gate": f"seeds {name_seeds(asked.gate)}; {rule}; what passes is confirmed on fresh seeds",
        "held out": f"seeds {name_seeds(asked.held_out)}",
        "first scaffold": asked.scaffold,
        "run": found.run,
    }
    return {name: text for name, text in said.items() if text}
