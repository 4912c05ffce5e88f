"""What an episode's journal and its steps add up to, each gone through once, row by row."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from automem_graph.agent.step import ModelCall, StepRow
from automem_graph.episodes.trace import prompt_of
from automem_graph.memory.rows import Row, replay
from automem_graph.protocols import ActionSpec, Observation

OPPOSITES = {
    **{"west": "east", "east": "west", "north": "south", "south": "north"},
    **{"northwest": "southeast", "southeast": "northwest"},
    **{"northeast": "southwest", "southwest": "northeast"},
}


@dataclass
class MemoryTally:
    """What a journal amounts to, row by row: the files, and how memory was used."""

    kinds: Mapping[str, str]
    files: dict[str, str] = field(default_factory=dict)
    initial_chars: int = 0
    acted: int = 0
    failed: int = 0
    writes: int = 0
    searches: int = 0
    log_searches: int = 0
    empty: int = 0
    consulted: int = 0
    """Steps whose PLAN searched or read."""
    repeated: int = 0
    """Writes whose lines, blanks and case aside, were all in their file before."""
    _known: dict[str, set[str]] = field(default_factory=dict)
    _consulted: int = -1
    """The last of these steps."""

    @classmethod
    def of(cls, journal: Iterable[Row], specs: Sequence[ActionSpec]) -> MemoryTally:
        kept = cls({spec.name: spec.kind for spec in specs})
        for row in journal:
            kept.take(row)
        return kept

    @property
    def grown(self) -> int:
        """Characters that the files have beyond the initial ones."""
        return sum(map(len, self.files.values())) - self.initial_chars

    @property
    def lines(self) -> list[str]:
        """The lines of the files that are not blank."""
        return [line for text in self.files.values() for line in _lines(text)]

    def take(self, row: Row) -> None:
        """The journal's next row."""
        if row.role != "scaffold":
            self._count(row, "" if row.problem else self.kinds.get(row.action, ""))
        elif row.step < 0:
            self.initial_chars = row.chars
        put = {change.file: _put(row, change.file) for change in row.edits}
        replay(row, self.files)
        for change in row.edits:
            if change.op == "append":
                self._known.setdefault(change.file, set()).update(put[change.file])
            else:
                self._known[change.file] = _normal(self.files.get(change.file, ""))

    def _count(self, row: Row, kind: str) -> None:
        self.acted += 1
        self.failed += bool(row.problem or row.refused)
        if kind == "write":
            self.writes += 1
            self.repeated += not row.refused and self._is_there(row)
        elif kind == "search":
            self.searches += 1
            self.log_searches += row.routine == "log"
            self.empty += not row.found
        if kind in ("search", "read") and row.routine == "plan":
            self.consulted += row.step > self._consulted
            self._consulted = row.step

    def _is_there(self, row: Row) -> bool:
        """Whether each line that the row puts is in its file already."""
        put = [(_put(row, change.file), change.file) for change in row.edits]
        return bool(put) and all(
            lines and lines <= self._known.get(file, set()) for lines, file in put
        )


@dataclass
class StepTally:
    """What the steps amount to, row by row."""

    unread: set[str]
    """Lines of the final files that no model was shown on the user's side: in results, injected
    files or anything else."""
    steps: int = 0
    answer: Observation | None = None
    """The world's last answer."""
    stuck: int = 0
    """Steps whose answer was the one before, or that end a there-and-back-and-there of moves."""
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    specialist_calls: int = 0
    specialist_input: int = 0
    specialist_output: int = 0
    specialist_failures: int = 0
    """Calls of the specialist without a reply, or with an empty one."""
    prompt_chars: int = 0
    fallbacks: int = 0
    invalid: int = 0
    _headings: deque[str] = field(default_factory=lambda: deque(maxlen=4))

    @classmethod
    def of(cls, steps: Iterable[StepRow], kept: MemoryTally) -> StepTally:
        played = cls(unread=set(kept.lines))
        for step in steps:
            played.take(step)
        return played

    def take(self, step: StepRow) -> None:
        """The episode's next step."""
        self.steps += 1
        self.answer = step.answer
        self._headings.append(_heading(step.action))
        self.stuck += step.unchanged > 0 or _to_and_fro(self._headings)
        self.calls += len(step.calls)
        self.input_tokens += sum(call.usage.input for call in step.calls)
        self.output_tokens += sum(call.usage.output for call in step.calls)
        for call in step.calls:
            if call.role == "specialist":
                self.specialist_calls += 1
                self.specialist_input += call.usage.input
                self.specialist_output += call.usage.output
                self.specialist_failures += is_silent(call)
        self.prompt_chars += _prompt_chars(step)
        self.fallbacks += step.fallback
        self.invalid += bool(step.note)
        for message in step.messages if self.unread else ():
            if message["role"] in ("user", "tool"):
                self.unread.difference_update(_lines(message["content"]))


def is_silent(call: ModelCall) -> bool:
    """Whether a call had no reply, or one that says nothing."""
    return not call.reply.strip() and not call.tools


def _put(row: Row, file: str) -> set[str]:
    """The normalised lines that a row put into a file: as the action said them."""
    said = row.args.get("text")
    if said is not None:
        return _normal(said)
    return set().union(*(_normal(change.text) for change in row.edits if change.file == file))


def _to_and_fro(headings: Sequence[str]) -> bool:
    """Whether four moves go there, back, there and back."""
    if len(headings) < 4:
        return False
    first, second, third, fourth = headings
    return (first, second) == (third, fourth) and OPPOSITES.get(first) == second


def _heading(action: str) -> str:
    """The compass word of a move, else empty: `Move West` is west, `Do` is none."""
    words = action.lower().split()
    return next((word for word in words if word in OPPOSITES), "")


def _prompt_chars(step: StepRow) -> int:
    prompts = (prompt_of(step, call) for call in range(len(step.calls)))
    return sum(len(message["content"]) for prompt in prompts for message in prompt)


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _normal(text: str) -> set[str]:
    return {" ".join(line.casefold().split()) for line in _lines(text)}
