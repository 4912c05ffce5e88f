"""Steps as the page shows them, out of a few rows of the trace.

Prompts are folded (see `episodes.messages`); to unfold what is new in one takes the row itself and
the two before it, however long the episode is. What repeats earlier messages is not new.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from automem_graph.agent.observe import noted
from automem_graph.agent.speech import as_said
from automem_graph.episodes.fold import unfold
from automem_graph.episodes.messages import AGAIN, SAME
from automem_graph.report.replay.rows import Call, Head, Told
from automem_graph.report.replay.shapes import Result, Step, Turn
from automem_graph.structure.desk.plain import visible

LEAD = 2
"""Rows before the first one that is told, which what it says may refer to."""

NO_COMMIT = "No action was committed."

_PROMPT = re.compile("[0-9a-f]{16}")
_FIRST_ARGUMENT = re.compile(r"<\|[A-Z][A-Z0-9_]*\|>([^|<\n]+)")


def kept_prompts(folder: Path) -> Callable[[str], str]:
    """Gives a run's kept prompts by name; a name that is none, as anybody may write it, finds "".

    The folder is the run's.
    """

    def kept(name: str) -> str:
        if not isinstance(name, str) or not _PROMPT.fullmatch(name):
            return ""
        try:
            return (folder / "prompts" / f"{name}.txt").read_bytes().decode("utf-8", "replace")
        except OSError:
            return ""

    return kept


def told(
    head: Head, rows: Sequence[Told], first: int, kept: Callable[[str], str]
) -> Iterator[Step]:
    """The steps of `rows` from step `first` on; the rows before it are its `LEAD`."""
    for place, row in enumerate(rows):
        if row.step >= first:
            yield _step(head, row, list(reversed(rows[max(0, place - LEAD) : place])), kept)


def _step(head: Head, row: Told, earlier: Sequence[Told], kept: Callable[[str], str]) -> Step:
    """One step; `earlier` are the rows before it, the latest first."""
    before = earlier[0] if earlier else None
    prompts = _new_prompts(head, row, earlier, kept)
    tokens: dict[str, tuple[int, int]] = {}
    for call in row.calls:
        read, written = tokens.get(call.role, (0, 0))
        tokens[call.role] = (read + call.usage.input, written + call.usage.output)
    notes = [*(f"Sent back: {reason}" for reason in row.rejections), row.note]
    notes.append(NO_COMMIT if row.fallback else "")
    return Step(
        step=row.step,
        observation=visible((before or head).answer.text),
        notes=visible("\n".join(filter(None, notes))),
        action=visible(row.action),
        answer=visible(row.answer.text),
        reward=row.answer.reward,
        progression=row.answer.progression,
        seconds=round((sum(call.ms for call in row.calls) + row.world_ms) / 1000, 4),
        tokens=tokens,
        turns=[_turn(row, number, call, prompts[number]) for number, call in enumerate(row.calls)],
    )


def _turn(row: Told, number: int, call: Call, prompt: str) -> Turn:
    return Turn(
        routine=call.routine,
        role=visible(call.role),
        model=visible(call.model),
        prompt=visible(prompt),
        thoughts=visible(call.thoughts),
        said=visible(said(call)),
        results=[
            Result(
                action=visible(one.call),
                ok=one.ok,
                text=visible(one.result),
                file=visible(_file_of(one.call)),
            )
            for one in row.actions
            if one.turn == number
        ],
        error=visible(call.error),
    )


def said(call: Call) -> str:
    """A reply with its tool calls, one a line."""
    tools = (f"{tool.name} {json.dumps(tool.args, ensure_ascii=False)}" for tool in call.tools)
    return "\n".join(filter(None, (call.reply, *tools)))


def _file_of(call: str) -> str:
    """The first argument of an action as it was written; empty where there is none."""
    if found := _FIRST_ARGUMENT.match(call):
        return found[1].strip()[:200]
    try:
        args = json.loads(call.partition(" ")[2] or "{}")
    except (ValueError, RecursionError):
        return ""
    said = next(iter(args.values()), "") if isinstance(args, dict) else ""
    return said[:200] if isinstance(said, str) else ""


def _new_prompts(
    head: Head, row: Told, earlier: Sequence[Told], kept: Callable[[str], str]
) -> list[str]:
    """For each call of the row what it was told for the first time."""
    known = _quoted(head, row, earlier)
    before = earlier[0] if earlier else None
    systems = [message[1:2] for message in (before.messages if before else ())]
    heard: list[tuple[int, str]] = []
    place = 0
    for role, *rest in row.messages:
        if role in (AGAIN, SAME):
            place += _length(rest)
            continue
        text = rest[0] if rest else ""
        if role == "system" and tuple(rest[:1]) not in systems:
            heard.append((place, kept(text)))
        elif role in ("user", "tool") and isinstance(text, str):
            heard.append((place, _unfolded(text, known)))
        place += 1
    prompts = []
    for call in row.calls:
        new = [text for at, text in heard if call.since <= at < call.prompt]
        heard = [(at, text) for at, text in heard if not call.since <= at < call.prompt]
        prompts.append("\n\n".join(new))
    return prompts


def _quoted(head: Head, row: Told, earlier: Sequence[Told]) -> dict[str, str]:
    """The texts that the row's prompts may quote (`episodes.messages`), by their marks."""
    shown = [noted(one.note, one.answer.text) for one in earlier[:2]]
    if len(shown) < 2:
        shown.append(noted("", head.answer.text))
    known = {f"r{number}": action.result for number, action in enumerate(row.actions)}
    if earlier and earlier[0].calls:
        known["a"] = as_said(earlier[0].calls[-1].reply)
    return known | dict(zip("op", shown, strict=False))


def _unfolded(text: str, known: dict[str, str]) -> str:
    """The text with what it quotes; as it is written where that is not known."""
    try:
        return unfold(text, known)
    except KeyError:
        return text


def _length(stretch: Sequence[Any]) -> int:
    match stretch:
        case [int(start), int(stop)]:
            return max(0, stop - start)
    return 0
