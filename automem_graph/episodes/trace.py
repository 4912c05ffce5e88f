"""The trace of an episode: a header and one row per step, from which every prompt can be rebuilt.

Rows are written once, whole, in order. What a prompt repeats is folded (see `messages`), so the
bytes of a row do not grow with the episode.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from automem_graph.agent.desk import WINDOW, PastStep, Position
from automem_graph.agent.observe import noted
from automem_graph.agent.state import Message
from automem_graph.agent.step import StepRow
from automem_graph.episodes.identity import Asked
from automem_graph.episodes.layout import FORMAT, EpisodeFolder, RunError, write_whole
from automem_graph.episodes.messages import fold_messages, unfold_messages
from automem_graph.protocols import Frozen, Observation


class Moment(Frozen):
    """A place in an episode: before turn `turn` (a model call) of step `step`."""

    episode: str
    step: int
    turn: int = 0


class Header(Frozen):
    """The first line of a trace: which episode this is, and what the world showed at first."""

    format: int = FORMAT
    episode: str
    parent: Moment | None = None
    """Where a fork left the episode whose first steps it shares."""
    seed: int
    asked: Asked
    answers: bool = False
    """Whether actions are answers: for who reads the trace without having the task."""
    answer: Observation


class Trace:
    """The open trace of an episode that is being played; the agent's `Recorder`.

    `held` holds the episode (see `hold`); it is closed with the trace.
    """

    def __init__(
        self, folder: EpisodeFolder, header: Header, rows: Sequence[StepRow], held: int
    ) -> None:
        self._folder = folder
        self._held = held
        self.header = header
        self._shown = [noted("", header.answer.text)]
        self.position = Position(step=0, answer=header.answer)
        """Where the episode stands after its last complete step."""
        self.past: deque[PastStep] = deque(maxlen=WINDOW - 1)
        """The latest steps, oldest first, as an agent without memory files looks back on them."""
        self._before: StepRow | None = None
        for row in rows[-WINDOW:]:  # one more than `past` holds: it shows what the next one saw
            self._stand_after(row)
        self._prompts: dict[str, str] = {}
        self._file = os.open(folder.trace, os.O_WRONLY | os.O_APPEND)

    @classmethod
    def start(cls, folder: EpisodeFolder, header: Header, held: int) -> Trace:
        """Begin the trace of a new episode."""
        write_whole(folder.trace, line_of(header))
        return cls(folder, header, (), held)

    @classmethod
    def resume(
        cls, folder: EpisodeFolder, header: Header, rows: Sequence[StepRow], held: int
    ) -> Trace:
        """Go on after these rows, the last `WINDOW` at least; a torn last line is cut off."""
        os.truncate(folder.trace, _complete_bytes(folder))
        return cls(folder, header, rows, held)

    def write(self, row: StepRow) -> None:
        """Add a finished step in one write."""
        data = row.model_dump(mode="json", exclude_defaults=True)
        data["messages"] = fold_messages(row, self._before, self._shown, self._keep)
        os.write(self._file, _line(data).encode())
        self._stand_after(row)

    def close(self) -> None:
        os.close(self._file)
        os.close(self._held)

    def _keep(self, text: str) -> str:
        """The name under which the run keeps a system text; looked up once for each."""
        if text not in self._prompts:
            self._prompts[text] = self._folder.run.keep_prompt(text)
        return self._prompts[text]

    def _stand_after(self, row: StepRow) -> None:
        reply = "" if row.fallback or not row.calls else row.calls[-1].reply
        self.past.append(PastStep(row.step, self._shown[-1], reply, row.action))
        self._before = row
        self.position = position_after(row, self._shown[-1])
        self._shown = [self._shown[-1], noted(row.note, row.answer.text)]


def position_after(row: StepRow, shown: str) -> Position:
    """Where an episode stands after a step, at whose beginning the agent was shown `shown`."""
    return Position(
        step=row.step + 1,
        answer=row.answer,
        note=row.note,
        previous=shown,
        action=row.action,
        unchanged=row.unchanged,
        hook_state=row.hook_state,
    )


def read_trace(folder: EpisodeFolder) -> tuple[Header, list[StepRow]]:
    """A trace as it was played, prompts unfolded; a torn last line is left out.

    Raises RunError for a trace of another version, and for a damaged line in the middle.
    """
    header, rows = walk_trace(folder)
    return header, list(rows)


def walk_trace(folder: EpisodeFolder) -> tuple[Header, Iterator[StepRow]]:
    """The same, row by row: for who goes through an episode of any length and keeps little."""
    lines = whole_lines(folder)
    line = next(lines, None)
    if line is None:
        raise RunError(f"{folder.trace} is empty: play the episode again")
    first = _parsed(folder, 1, line)
    if first.get("format") != FORMAT:
        raise RunError(
            f"{folder.trace} is of format {first.get('format')}, this version reads {FORMAT}: "
            "use the version of automem-graph that wrote it, or play into another folder"
        )
    try:
        header = Header.model_validate(first)
    except ValidationError as error:
        raise RunError(f"{folder.trace}:1 is no header: {error.errors()[0]['msg']}") from error
    return header, _rows(folder, header, lines)


def _rows(folder: EpisodeFolder, header: Header, lines: Iterator[bytes]) -> Iterator[StepRow]:
    row = None
    shown = [noted("", header.answer.text)]
    for number, line in enumerate(lines, start=2):
        row = _unfolded(folder, number, line, row, shown)
        shown = [*shown[-1:], noted(row.note, row.answer.text)]
        yield row


def prompt_of(row: StepRow, call: int) -> tuple[Message, ...]:
    """The messages that one model call of a step was given, byte for byte."""
    return row.messages[row.calls[call].since : row.calls[call].prompt]


def _unfolded(
    folder: EpisodeFolder, number: int, line: bytes, before: StepRow | None, shown: Sequence[str]
) -> StepRow:
    data = _parsed(folder, number, line)
    try:
        folded, data["messages"] = data["messages"], []
        row = StepRow.model_validate(data)
        messages = unfold_messages(folded, row, before, shown, folder.run.prompt)
    except (LookupError, AttributeError, TypeError, ValueError, OSError) as error:
        raise RunError(f"{folder.trace}:{number} is damaged: {error}") from error
    return row.model_copy(update={"messages": messages})


def _parsed(folder: EpisodeFolder, number: int, line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except ValueError as error:
        raise RunError(f"{folder.trace}:{number} is damaged: {error}") from error
    if not isinstance(data, dict):
        raise RunError(f"{folder.trace}:{number} is damaged: not a JSON object")
    return data


def steps_kept(folder: EpisodeFolder) -> int:
    """Complete steps of an episode, which may not have been begun."""
    if not folder.trace.exists():
        return 0
    return max(0, sum(1 for _ in whole_lines(folder)) - 1)


def whole_lines(folder: EpisodeFolder) -> Iterator[bytes]:
    """The complete lines of the trace: a last one without its newline was torn by a crash."""
    with folder.trace.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line


def _complete_bytes(folder: EpisodeFolder) -> int:
    return sum(map(len, whole_lines(folder)))


def line_of(header: Header) -> str:
    """The header as it is written."""
    return _line(header.model_dump(mode="json"))


def _line(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"
