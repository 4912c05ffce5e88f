"""The trace of an episode: a header and one row per step, from which every prompt can be rebuilt.

Rows are written once, whole, in order. What a prompt quotes is folded (see `fold`), the system
message is kept once per run, so the bytes of a row do not grow with the episode.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from automem_graph.agent.desk import Position
from automem_graph.agent.observe import noted
from automem_graph.agent.state import Message
from automem_graph.agent.step import StepRow
from automem_graph.agent.turns import as_said
from automem_graph.episodes.fold import fold, unfold
from automem_graph.episodes.identity import Asked
from automem_graph.episodes.layout import FORMAT, EpisodeFolder, RunError, write_whole
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
    answer: Observation


class Trace:
    """The open trace of an episode that is being played; the agent's `Recorder`."""

    def __init__(self, folder: EpisodeFolder, header: Header, rows: Sequence[StepRow]) -> None:
        self._folder = folder
        self.header = header
        self._shown = [noted("", header.answer.text)]
        self.position = Position(step=0, answer=header.answer)
        """Where the episode stands after its last complete step."""
        for row in rows[-2:]:
            self._stand_after(row)
        self._prompts: dict[str, str] = {}
        self._file = os.open(folder.trace, os.O_WRONLY | os.O_APPEND)

    @classmethod
    def start(cls, folder: EpisodeFolder, header: Header) -> Trace:
        """Begin the trace of a new episode."""
        write_whole(folder.trace, line_of(header))
        return cls(folder, header, ())

    @classmethod
    def resume(cls, folder: EpisodeFolder) -> tuple[Trace, list[StepRow]]:
        """Go on with an episode: a torn last line is cut off, complete rows are never touched."""
        header, rows = read_trace(folder)
        os.truncate(folder.trace, _complete_bytes(folder))
        return cls(folder, header, rows), rows

    def write(self, row: StepRow) -> None:
        """Add a finished step in one write."""
        data = row.model_dump(mode="json", exclude_defaults=True)
        data["messages"] = _folded(self._kept, row, _quoted(row, self._shown))
        os.write(self._file, _line(data).encode())
        self._stand_after(row)

    def close(self) -> None:
        os.close(self._file)

    def _kept(self, text: str) -> str:
        """The name under which the run keeps a system text; looked up once for each."""
        if text not in self._prompts:
            self._prompts[text] = self._folder.run.keep_prompt(text)
        return self._prompts[text]

    def _stand_after(self, row: StepRow) -> None:
        self._shown = [self._shown[-1], noted(row.note, row.answer.text)]
        self.position = Position(
            step=row.step + 1,
            answer=row.answer,
            note=row.note,
            previous=self._shown[0],
            action=row.action,
            unchanged=row.unchanged,
            hook_state=row.hook_state,
        )


def read_trace(folder: EpisodeFolder) -> tuple[Header, list[StepRow]]:
    """A trace as it was played, prompts unfolded; a torn last line is left out.

    Raises RunError for a trace of another version, and for a damaged line in the middle.
    """
    lines = list(whole_lines(folder))
    if not lines:
        raise RunError(f"{folder.trace} is empty: play the episode again")
    first = _parsed(folder, 1, lines[0])
    if first.get("format") != FORMAT:
        raise RunError(
            f"{folder.trace} is of format {first.get('format')}, this version reads {FORMAT}: "
            "use the version of automem-graph that wrote it, or play into another folder"
        )
    try:
        header = Header.model_validate(first)
    except ValidationError as error:
        raise RunError(f"{folder.trace}:1 is no header: {error.errors()[0]['msg']}") from error
    rows: list[StepRow] = []
    shown = [noted("", header.answer.text)]
    for number, line in enumerate(lines[1:], start=2):
        row = _unfolded(folder, number, line, shown)
        shown = [*shown[-1:], noted(row.note, row.answer.text)]
        rows.append(row)
    return header, rows


def prompt_of(row: StepRow, call: int) -> tuple[Message, ...]:
    """The messages that one model call of a step was given, byte for byte."""
    return row.messages[: row.calls[call].prompt]


def _quoted(row: StepRow, shown: Sequence[str]) -> dict[str, str]:
    """The texts that a row's prompts may quote, under the names of their marks."""
    known = {"o": shown[-1]}
    if len(shown) > 1:
        known["p"] = shown[-2]
    return known | {f"r{number}": action.result for number, action in enumerate(row.actions)}


def _folded(kept: Callable[[str], str], row: StepRow, known: Mapping[str, str]) -> list[list[Any]]:
    """The row's messages as they are written: [role, text], a system text by name only (as `kept`
    has it), and a reply by the index of its call."""
    replies = iter(range(len(row.calls)))
    folded: list[list[Any]] = []
    for message in row.messages:
        role, text = message["role"], message["content"]
        if role == "system":
            folded.append([role, kept(text)])
        elif role == "assistant":
            call = next(replies)
            folded.append([role, call if as_said(row.calls[call].reply) == text else text])
        else:
            folded.append([role, fold(text, known)])
    return folded


def _unfolded(folder: EpisodeFolder, number: int, line: bytes, shown: Sequence[str]) -> StepRow:
    data = _parsed(folder, number, line)
    try:
        folded, data["messages"] = data["messages"], []
        row = StepRow.model_validate(data)
        known = _quoted(row, shown)
        messages = [_message(folder, row, role, text, known) for role, text in folded]
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise RunError(f"{folder.trace}:{number} is damaged: {error}") from error
    return row.model_copy(update={"messages": tuple(messages)})


def _message(
    folder: EpisodeFolder, row: StepRow, role: str, text: Any, known: Mapping[str, str]
) -> Message:
    if role == "system":
        content = folder.run.prompt(text)
    elif isinstance(text, int):
        content = as_said(row.calls[text].reply)
    else:
        content = text if role == "assistant" else unfold(text, known)
    return {"role": role, "content": content}


def _parsed(folder: EpisodeFolder, number: int, line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except ValueError as error:
        raise RunError(f"{folder.trace}:{number} is damaged: {error}") from error
    if not isinstance(data, dict):
        raise RunError(f"{folder.trace}:{number} is damaged: not a JSON object")
    return data


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
