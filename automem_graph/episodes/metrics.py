"""The measures of memory behaviour that the paper reports, defined and computed from a trace.

docs/metrics.md gives each definition in words. Everything here is computed after the episode, from
its rows and the journal of its memory, so playing pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import ConfigDict

from automem_graph.agent.step import StepRow
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.tallies import MemoryTally, StepTally
from automem_graph.episodes.trace import Header, steps_kept, walk_trace
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import Row
from automem_graph.protocols import ActionSpec, Frozen, Observation
from automem_graph.scaffold.load import load_scaffold

MEANINGS = {
    "growth": "characters that memory grew by, per step",
    "writes": "LOG writes per step",
    "searches": "LOG searches per step",
    "writes_per_search": "LOG writes for each LOG search",
    "repeated_writes": "writes that were in the file already",
    "empty_searches": "searches that found nothing",
    "searches_that_find": "searches that found something, per step",
    "consulted": "steps whose PLAN looked into memory",
    "stuck_steps": "steps without change, or back and forth",
    "never_read": "lines of the final files that were never shown again",
    "duplicate_lines": "lines of the final files that are there already",
    "input_tokens": "input tokens per step",
    "output_tokens": "output tokens per step",
    "specialist_input_tokens": "of these the specialist's, the rest are the gameplay model's",
    "specialist_output_tokens": "of these the specialist's",
    "specialist_failures": "replies of the specialist that were empty or never came",
    "prompt_chars": "prompt characters per step",
    "calls": "model calls per step",
    "fallbacks": "steps in which no action was committed",
    "invalid_actions": "steps whose action the world does not know",
    "failed_calls": "memory actions that were malformed or refused",
}
"""What each measure is, in a line."""

SHARES = {
    "repeated_writes",
    "empty_searches",
    "consulted",
    "stuck_steps",
    "never_read",
    "duplicate_lines",
    "specialist_failures",
    "fallbacks",
    "invalid_actions",
    "failed_calls",
}


class Metrics(Frozen):
    """One episode's measures. Shares are in [0, 1] and 0 where there is nothing to share.

    `writes_per_search` is infinite where there were writes and no search; JSON says "Infinity".
    `input_tokens` counts as the provider does, else about four characters a token.
    """

    model_config = ConfigDict(ser_json_inf_nan="strings")

    growth: float
    writes: float
    searches: float
    writes_per_search: float
    repeated_writes: float
    empty_searches: float
    searches_that_find: float
    consulted: float
    stuck_steps: float
    never_read: float
    duplicate_lines: float
    input_tokens: float
    output_tokens: float
    specialist_input_tokens: float
    specialist_output_tokens: float
    specialist_failures: float
    prompt_chars: float
    calls: float
    fallbacks: float
    invalid_actions: float
    failed_calls: float

    def shown(self) -> dict[str, str]:
        """The measures as a person reads them: shares in per cent, the rest with two digits.

        Those of a specialist are left out where there is none.
        """
        measured = self.model_dump(mode="python")
        of_specialist = {name for name in measured if name.startswith("specialist_")}
        if not any(measured[name] for name in of_specialist):
            measured = {name: measured[name] for name in measured if name not in of_specialist}
        return {
            name: f"{value:.1%}" if name in SHARES else f"{value:,.2f}"
            for name, value in measured.items()
        }


@dataclass(frozen=True)
class Measured:
    """An episode, finished or not: what it is, where it stands and its measures."""

    header: Header
    steps: int
    answer: Observation
    """The world's last answer."""
    metrics: Metrics


def measure(folder: EpisodeFolder) -> Measured:
    """Read an episode and measure it."""
    header, rows = walk_trace(folder)
    used = header.asked.scaffold  # empty for an agent without memory files
    specs = load_scaffold(folder.run.scaffold(used)).manifest.actions if used else ()
    complete = steps_kept(folder)
    journal = (row for row in read_rows(folder.journal) if row.step < complete)
    kept = MemoryTally.of(journal, specs)
    played = StepTally.of(rows, kept)
    return Measured(header, played.steps, played.answer or header.answer, _metrics(kept, played))


def metrics_of(
    steps: Iterable[StepRow], journal: Iterable[Row], specs: Sequence[ActionSpec]
) -> Metrics:
    """All measures of an episode from its steps, its memory's journal and the declared actions.

    Each is gone through once, so that a long episode takes no more memory than a short one.
    """
    kept = MemoryTally.of(journal, specs)
    return _metrics(kept, StepTally.of(steps, kept))


def _metrics(kept: MemoryTally, played: StepTally) -> Metrics:
    lines = kept.lines
    return Metrics(
        growth=_per(kept.grown, played.steps),
        writes=_per(kept.writes, played.steps),
        searches=_per(kept.log_searches, played.steps),
        writes_per_search=_ratio(kept.writes, kept.log_searches),
        repeated_writes=_per(kept.repeated, kept.writes),
        empty_searches=_per(kept.empty, kept.searches),
        searches_that_find=_per(kept.searches - kept.empty, played.steps),
        consulted=_per(kept.consulted, played.steps),
        stuck_steps=_per(played.stuck, played.steps),
        never_read=_per(sum(1 for line in lines if line in played.unread), len(lines)),
        duplicate_lines=_per(len(lines) - len(set(lines)), len(lines)),
        input_tokens=_per(played.input_tokens, played.steps),
        output_tokens=_per(played.output_tokens, played.steps),
        specialist_input_tokens=_per(played.specialist_input, played.steps),
        specialist_output_tokens=_per(played.specialist_output, played.steps),
        specialist_failures=_per(played.specialist_failures, played.specialist_calls),
        prompt_chars=_per(played.prompt_chars, played.steps),
        calls=_per(played.calls, played.steps),
        fallbacks=_per(played.fallbacks, played.steps),
        invalid_actions=_per(played.invalid, played.steps),
        failed_calls=_per(kept.failed, kept.acted),
    )


def _per(amount: float, of: int) -> float:
    return amount / of if of else 0.0


def _ratio(amount: int, of: int) -> float:
    return amount / of if of else float("inf") if amount else 0.0
