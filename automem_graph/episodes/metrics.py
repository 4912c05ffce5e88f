"""The measures of memory behaviour that the paper reports, defined and computed from a trace.

docs/metrics.md gives each definition in words. Everything here is computed after the episode, from
its rows and the journal of its memory, so playing pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import ConfigDict

from automem_graph.agent.step import StepRow
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.trace import Header, prompt_of, read_trace
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import Row, replay
from automem_graph.protocols import ActionSpec, Frozen
from automem_graph.scaffold.load import load_scaffold

OPPOSITES = {"west": "east", "east": "west", "north": "south", "south": "north"}

MEANINGS = {
    "growth": "characters that memory grew by, per step",
    "writes_per_search": "LOG writes for each LOG search",
    "repeated_writes": "writes that were in the file already",
    "empty_searches": "searches that found nothing",
    "stuck_steps": "steps without change, or back and forth",
    "never_read": "lines of the final files that were never shown again",
    "duplicate_lines": "lines of the final files that are there already",
    "input_tokens": "input tokens per step",
    "output_tokens": "output tokens per step",
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
    "stuck_steps",
    "never_read",
    "duplicate_lines",
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
    writes_per_search: float
    repeated_writes: float
    empty_searches: float
    stuck_steps: float
    never_read: float
    duplicate_lines: float
    input_tokens: float
    output_tokens: float
    prompt_chars: float
    calls: float
    fallbacks: float
    invalid_actions: float
    failed_calls: float

    def shown(self) -> dict[str, str]:
        """The measures as a person reads them: shares in per cent, the rest with two digits."""
        return {
            name: f"{value:.1%}" if name in SHARES else f"{value:,.2f}"
            for name, value in self.model_dump(mode="python").items()
        }


def measure(folder: EpisodeFolder) -> tuple[Header, list[StepRow], Metrics]:
    """Read an episode, finished or not, and measure it."""
    header, steps = read_trace(folder)
    specs = load_scaffold(folder.run.scaffold(header.asked.scaffold)).manifest.actions
    journal = [row for row in read_rows(folder.journal) if row.step < len(steps)]
    return header, steps, metrics_of(steps, journal, specs)


def metrics_of(
    steps: Sequence[StepRow], journal: Sequence[Row], specs: Sequence[ActionSpec]
) -> Metrics:
    """All measures of an episode from its steps, its memory's journal and the declared actions."""
    kinds = {spec.name: spec.kind for spec in specs}
    acted = [row for row in journal if row.role != "scaffold"]
    ran = [row for row in acted if row.problem is None]
    writes = [row for row in ran if kinds.get(row.action) == "write"]
    searches = [row for row in ran if kinds.get(row.action) == "search"]
    calls = [call for step in steps for call in step.calls]
    final, repeated = _walk(journal, kinds)
    lines = [line for text in final.values() for line in _lines(text)]
    shown = _shown_lines(steps)
    log_searches = sum(1 for row in searches if row.routine == "log")
    return Metrics(
        growth=_per(_chars(final) - _initial_chars(journal), len(steps)),
        writes_per_search=_ratio(len(writes), log_searches),
        repeated_writes=_per(repeated, len(writes)),
        empty_searches=_per(sum(1 for row in searches if not row.found), len(searches)),
        stuck_steps=_per(_stuck(steps), len(steps)),
        never_read=_per(sum(1 for line in lines if line not in shown), len(lines)),
        duplicate_lines=_per(len(lines) - len(set(lines)), len(lines)),
        input_tokens=_per(sum(call.usage.input for call in calls), len(steps)),
        output_tokens=_per(sum(call.usage.output for call in calls), len(steps)),
        prompt_chars=_per(sum(map(_prompt_chars, steps)), len(steps)),
        calls=_per(len(calls), len(steps)),
        fallbacks=_per(sum(1 for step in steps if step.fallback), len(steps)),
        invalid_actions=_per(sum(1 for step in steps if step.note), len(steps)),
        failed_calls=_per(sum(1 for row in acted if row.problem or row.refused), len(acted)),
    )


def _walk(journal: Sequence[Row], kinds: Mapping[str, str]) -> tuple[dict[str, str], int]:
    """Replay the journal: the final files, and how many writes put nothing new into their file.

    A write is repeated when each line that it puts, blanks and case aside, was in the file before.
    """
    files: dict[str, str] = {}
    known: dict[str, set[str]] = {}
    repeated = 0
    for row in journal:
        is_write = row.role != "scaffold" and kinds.get(row.action) == "write" and not row.refused
        before = {change.file: known.get(change.file, set()) for change in row.edits}
        put = {change.file: _put(row, change.file) for change in row.edits}
        if is_write and row.problem is None:
            repeated += all(
                lines and lines <= before[file] for file, lines in put.items()
            ) and bool(put)
        replay(row, files)
        for change in row.edits:
            if change.op == "append":
                known[change.file] = before[change.file] | put[change.file]
            else:
                known[change.file] = _normal(files.get(change.file, ""))
    return files, repeated


def _put(row: Row, file: str) -> set[str]:
    """The normalised lines that a row put into a file: as the action said them."""
    said = row.args.get("text")
    if said is not None:
        return _normal(said)
    return set().union(*(_normal(change.text) for change in row.edits if change.file == file))


def _shown_lines(steps: Sequence[StepRow]) -> set[str]:
    """Every line that a model was shown on the user's side: results, injected files, the rest."""
    shown: set[str] = set()
    for step in steps:
        for message in step.messages:
            if message["role"] == "user":
                shown.update(_lines(message["content"]))
    return shown


def _stuck(steps: Sequence[StepRow]) -> int:
    """Steps whose answer was the one before, or that end a there-and-back-and-there of moves."""
    stuck = 0
    for index, step in enumerate(steps):
        last = [_heading(row.action) for row in steps[max(0, index - 3) : index + 1]]
        to_and_fro = len(last) == 4 and last[:2] == last[2:] and OPPOSITES.get(last[0]) == last[1]
        stuck += step.unchanged > 0 or to_and_fro
    return stuck


def _heading(action: str) -> str:
    """The compass word of a move, else empty: `Move West` is west, `Do` is none."""
    words = action.lower().split()
    return next((word for word in words if word in OPPOSITES), "")


def _prompt_chars(step: StepRow) -> int:
    prompts = (prompt_of(step, call) for call in range(len(step.calls)))
    return sum(len(message["content"]) for prompt in prompts for message in prompt)


def _initial_chars(journal: Sequence[Row]) -> int:
    return journal[0].chars if journal and journal[0].step < 0 else 0


def _chars(files: dict[str, str]) -> int:
    return sum(map(len, files.values()))


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _normal(text: str) -> set[str]:
    return {" ".join(line.casefold().split()) for line in _lines(text)}


def _per(amount: float, of: int) -> float:
    return amount / of if of else 0.0


def _ratio(amount: int, of: int) -> float:
    return amount / of if of else float("inf") if amount else 0.0
