"""The index of a candidate's episodes: where to look first, then a line for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from automem_graph.episodes.metrics import MEANINGS, SHARES
from automem_graph.structure.desk.episode_view import page_of
from automem_graph.structure.desk.plain import one_line
from automem_graph.structure.desk.scores import Scores, shown
from automem_graph.structure.desk.summary import TROUBLES, Summary

WORST = 3
"""Episodes that are named for their low progression."""
STRETCHES = 5

COLUMNS = {
    "stuck": "stuck_steps",
    "failed calls": "failed_calls",
    "repeated writes": "repeated_writes",
    "empty searches": "empty_searches",
    "never read": "never_read",
}
"""Shares that have a column, each with the measure's name."""

Summaries = Mapping[str, Summary]
"""By label, in order."""


def index_of(name: str, scores: Scores, episodes: Summaries) -> str:
    """`index.md` of a candidate."""
    done = "" if scores.complete else f" over {_done(scores)} of {len(scores.episodes)} episodes"
    looks = list(_looks(episodes))
    return "\n".join(
        [
            f"# {name}\n",
            f"Progression {shown(scores.of_done)}{done} (mean ± standard error).\n",
            *(f"- {one_line(task, 80)}: {shown(mean)}" for task, mean in scores.tasks.items()),
            "\n## Where to look first\n",
            *(looks or ["- nothing stands out"]),
            "\n## Episodes\n",
            _table(episodes),
            "## Measures\n",
            _measures(scores),
        ]
    )


def _measures(scores: Scores) -> str:
    """Each measure's mean and standard error, with what it is."""
    lines = ["| measure | mean | standard error | what it is |", "|---|---|---|---|"]
    for name, mean in scores.metrics.items():
        if mean.mean or not name.startswith("specialist_"):
            form = ".1%" if name in SHARES else ",.2f"
            lines.append(
                f"| {name} | {mean.mean:{form}} | {mean.error:{form}} | {MEANINGS[name]} |"
            )
    return "\n".join(lines) + "\n"


def _done(scores: Scores) -> int:
    return scores.of_done.n if scores.of_done else 0


def _looks(episodes: Summaries) -> Iterator[str]:
    """The places that are worth reading first, a line each."""
    for label, one in episodes.items():
        if one.status == "failed":
            yield f"- {label} FAILED after {one.steps} steps: {one_line(one.error, 300)}"
    done = [(label, one) for label, one in episodes.items() if one.progression is not None]
    for label, one in sorted(done, key=lambda each: each[1].progression or 0.0)[:WORST]:
        last = f"last rise at step {one.rises[-1].step}" if one.rises else "it never rose"
        end = _link(label, one.steps - 1)
        yield f"- {label} came to {one.progression:.1%} only ({last}): {end}"
    stuck = [(label, stretch) for label, one in episodes.items() for stretch in one.stuck]
    for label, stretch in sorted(stuck, key=lambda each: -each[1].length)[:STRETCHES]:
        where = f"{stretch.first}-{stretch.last}"
        link = _link(label, stretch.first)
        yield f"- {label} is stuck for {stretch.length} steps, {where}: {link}"
    for name, meaning in TROUBLES.items():
        counts = {label: _count(one, name) for label, one in episodes.items()}
        worst = max(counts, key=lambda label: counts[label], default="")
        if worst and counts[worst]:
            steps = ", ".join(map(str, episodes[worst].troubles[name].steps))
            times = f"{sum(counts.values())} times, {counts[worst]} of them in {worst}"
            yield f"- {meaning}: {times} (first at steps {steps})"


def _count(one: Summary, name: str) -> int:
    return one.troubles[name].count if name in one.troubles else 0


def _link(label: str, step: int) -> str:
    page = page_of(max(0, step))
    return f"[episodes/{label}/{page}](episodes/{label}/{page})"


def _table(episodes: Summaries) -> str:
    names = ("episode", "task", "progression", "steps", "ended by", *COLUMNS, "growth")
    head = (*names, "prompt characters", "longest stuck stretch")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    lines += [f"| {' | '.join(_cells(label, one))} |" for label, one in episodes.items()]
    return "\n".join(lines) + "\n"


def _cells(label: str, one: Summary) -> Iterator[str]:
    yield f"[{label}](episodes/{label}/)"
    yield one_line(one.task, 80)
    if one.progression is not None:
        yield f"{one.progression:.1%}"
    else:
        yield f"{one.status} at {one.reached:.1%}" if one.steps else "not played"
    yield str(one.steps)
    yield one.ended or "-"
    measures = one.metrics.model_dump() if one.metrics else {}
    for measure in COLUMNS.values():
        yield f"{measures[measure]:.1%}" if measures else "-"
    yield f"{measures['growth']:.1f}" if measures else "-"
    yield f"{measures['prompt_chars']:,.0f}" if measures else "-"
    longest = max(one.stuck, key=lambda stretch: stretch.length, default=None)
    yield f"{longest.first}-{longest.last}" if longest else "-"
