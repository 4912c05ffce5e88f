"""What is told of a moment without drawing it: its text, or the conversation up to it.

Everything here was written by models, worlds or people: it becomes plain strings of a bounded
length, which any JSON encoder takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from automem_graph.report.frames.tape import Tape, Told
from automem_graph.worlds.conversations.world import NEW_SESSION, OVER
from automem_graph.worlds.frames import Chat, Said, Text

MESSAGES = 40
"""Messages of a chat that are shown: the latest ones."""

MESSAGE_CHARS, TEXT_CHARS = 4_000, 40_000


def text_frame(tape: Tape, step: int, why: str = "", *, later: bool = False) -> Text:
    """The observation of a moment on the tape; `why` it is not drawn becomes the caption."""
    (now,) = tape.told(step, step + 1)
    caption = plain(why, MESSAGE_CHARS)
    return Text(text=plain(now.text, TEXT_CHARS), caption=caption, later=later)


def chat_frame(tape: Tape, step: int) -> Chat:
    """What was said until this step begins, from the person's latest message back."""
    first = max(0, step - MESSAGES // 2)
    return Chat(messages=tuple(_said(tape.told(first, step + 1)))[-MESSAGES:])


def _said(moments: Sequence[Told]) -> Iterator[Said]:
    for place, moment in enumerate(moments):
        if place:  # the answer that led to the first one stands before what is shown
            yield _message("agent", moment.action)
        text = moment.text.removeprefix(f"{NEW_SESSION}\n\n")
        if text != moment.text:
            yield _message("world", NEW_SESSION)
        yield _message("world" if text == OVER else "person", text)


def _message(who: str, text: str) -> Said:
    return Said.model_validate({"who": who, "text": plain(text, MESSAGE_CHARS)})


def plain(text: str, most: int) -> str:
    """At most so many characters, without halves of surrogate pairs; says how much is left out."""
    if len(text) > most:
        text = f"{text[:most]}\n... ({len(text) - most:,} more characters)"
    return text.encode("utf-8", "replace").decode()
