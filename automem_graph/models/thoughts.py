"""Models that think aloud: their thoughts, and what they say.

Thoughts come as blocks of the message's content (`reasoning`, in the words of LangChain), as a
field beside it (`reasoning_content`), or in the text between `<think>` and `</think>`, of which the
chat template may have written the first already, and of which the second is missing where the reply
ran out of tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

_KINDS = ("reasoning", "thinking", "reasoning_content")
_TAG = re.compile(r"<(/?)think(?:ing)?>", re.IGNORECASE)


def split_thoughts(message: AIMessage) -> tuple[str, str]:
    """What the model thought and what it said; a reply without thoughts is left as it is."""
    thought, said = _split_text(message.text)
    return _joined([*_beside(message), thought]), said


def _beside(message: AIMessage) -> Iterator[str]:
    """The thoughts that a provider keeps apart from the text.

    `message.content_blocks` would name them all alike, but raises for blocks that it does not
    expect.
    """
    apart = _texts(message.additional_kwargs.get("reasoning_content"))
    if apart:
        yield apart
    elif isinstance(message.content, list):
        for block in message.content:
            for kind in _KINDS:
                if not isinstance(block, str) and block.get("type") == kind:
                    yield _texts(block.get(kind)) or _texts(block.get("summary"))


def _texts(value: object) -> str:
    """A text, or something that has one, or some of these: providers nest thoughts differently."""
    parts = value if isinstance(value, list) else [value]
    texts = (part.get("text") if isinstance(part, Mapping) else part for part in parts)
    return _joined([text for text in texts if isinstance(text, str)])


def _split_text(text: str) -> tuple[str, str]:
    """Thoughts and the rest of a text in which they are tagged."""
    thoughts: list[str] = []
    said: list[str] = []
    thinking, position = False, 0
    for number, tag in enumerate(_TAG.finditer(text)):
        ends = bool(tag[1])
        before = text[position : tag.start()]
        (thoughts if thinking or (ends and number == 0) else said).append(before)
        thinking, position = not ends, tag.end()
    if position == 0:
        return "", text
    (thoughts if thinking else said).append(text[position:])
    return _joined(thoughts), _joined(said)


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(part.strip() for part in parts if part.strip())
