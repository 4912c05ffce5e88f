"""A step's conversation as its row of the trace holds it: nothing that is written already.

A row's messages are written as `[role, text]`, in the case of tool calls with these, or the id of
the one that is answered, as a third item. A system text is kept once per run, by name; a reply
is the index of its call; what a text quotes is folded (see `fold`). Messages that the row before
has as well, as in a sliding window, are one `["again", start, stop]`: so they do not grow a row.
Where a step has several conversations, what an earlier one of them has is one `["same", start,
stop]` of this row's messages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from automem_graph.agent.speech import as_said, spoken
from automem_graph.agent.state import Message
from automem_graph.agent.step import StepRow
from automem_graph.episodes.fold import fold, unfold

AGAIN = "again"
"""Stands for a role where messages of the row before are repeated."""

SAME = "same"
"""Stands for a role where earlier messages of the row itself are repeated."""


def fold_messages(
    row: StepRow, before: StepRow | None, shown: Sequence[str], keep: Callable[[str], str]
) -> list[list[Any]]:
    """The row's messages as they are written.

    `before` is the row before, `shown` the latest observations, this step's last; `keep` keeps a
    text for the run and returns its name.
    """
    known, replied = _quoted(row, shown), _replied(before)
    replies = {call.prompt: index for index, call in enumerate(row.calls)}
    repeated = _repeated(row, before)
    folded: list[list[Any]] = []
    passed = 0
    for place, message in enumerate(row.messages):
        role, text = message["role"], message["content"]
        call = replies.get(place)
        if place < passed:
            continue
        if place in repeated:
            named, again = repeated[place]
            folded.append([named, again.start, again.stop])
            passed = place + len(again)
        elif role == "system":
            folded.append([role, keep(text)])
        elif role == "user":
            folded.append([role, fold(text, known)])
        elif role == "tool":
            folded.append([role, fold(text, known), message["tool_call_id"]])
        elif call is not None and _said(row, call) == message:
            folded.append([role, call])
        else:
            folded.append([role, fold(text, replied), *_tool_calls(message)])
    return folded


def unfold_messages(
    folded: Sequence[Sequence[Any]],
    row: StepRow,
    before: StepRow | None,
    shown: Sequence[str],
    kept: Callable[[str], str],
) -> tuple[Message, ...]:
    """The messages as they were: `fold_messages` undone; `kept` gives a kept text by its name.

    A damaged row raises LookupError, AttributeError, TypeError, ValueError or OSError.
    """
    known, replied = _quoted(row, shown), _replied(before)
    messages: list[Message] = []
    for role, *rest in folded:
        if role in (AGAIN, SAME):
            start, stop = rest
            earlier = messages if role == SAME else before.messages if before else ()
            messages += earlier[start:stop]
            continue
        text, *tools = rest
        if isinstance(text, int):
            messages.append(_said(row, text))
            continue
        if role == "system":
            text = kept(text)
        else:
            text = unfold(text, replied if role == "assistant" else known)
        message: Message = {"role": role, "content": text}
        if tools and role == "tool":
            message["tool_call_id"] = tools[0]
        elif tools:
            message["tool_calls"] = tools[0]
        messages.append(message)
    return tuple(messages)


def _said(row: StepRow, call: int) -> Message:
    """The reply of a call as the conversation carries it on, unless something was stripped."""
    made = row.calls[call]
    return spoken(made.reply, [tool.model_dump() for tool in made.tools], call)


def _tool_calls(message: Message) -> list[Any]:
    return [message["tool_calls"]] if "tool_calls" in message else []


def _quoted(row: StepRow, shown: Sequence[str]) -> dict[str, str]:
    """The texts that a row's prompts may quote, under the names of their marks."""
    known = {"o": shown[-1]}
    if len(shown) > 1:
        known["p"] = shown[-2]
    return known | {f"r{number}": action.result for number, action in enumerate(row.actions)}


def _replied(before: StepRow | None) -> Mapping[str, str]:
    """The reply that ended the row before, which a window may carry on."""
    return {"a": as_said(before.calls[-1].reply)} if before and before.calls else {}


def _repeated(row: StepRow, before: StepRow | None) -> dict[int, tuple[str, range]]:
    """Where stretches of messages begin that are known already, and which ones they are.

    With one conversation it is one stretch, after the system message: the longest that there is.
    With several it is the longest at each place, of the row before or of this one.
    """
    theirs = before.messages if before else ()
    if not any(call.since for call in row.calls):
        longest = _longest(row.messages[1:], theirs, 1)
        return {1: (AGAIN, longest)} if longest else {}
    found: dict[int, tuple[str, range]] = {}
    replies, place = {call.prompt for call in row.calls}, 0
    while place < len(row.messages):
        if place in replies:
            place += 1
            continue
        mine = row.messages[place:]
        again, same = _longest(mine, theirs, 0), _longest(mine, row.messages[:place], 0)
        if again or same:
            found[place] = (SAME, same) if len(same) >= len(again) else (AGAIN, again)
        place += max(1, len(again), len(same))
    return found


def _longest(mine: Sequence[Message], theirs: Sequence[Message], first: int) -> range:
    """The longest stretch of their messages, not before `first`, that mine begin with."""
    longest = range(0)
    for start in range(first, len(theirs)):
        stop = start
        for one, other in zip(mine, theirs[start:], strict=False):
            if one != other:
                break
            stop += 1
        if stop - start > len(longest):
            longest = range(start, stop)
    return longest
