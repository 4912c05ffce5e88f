"""What is shown of a conversation in a step: the messages, without what frames them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_SHOWN = re.compile(
    r"^What you (?:saw before it|saw at step \d+|see now):\n(.*?)"
    r"(?=\n\n(?:What you s(?:ee|aw) |What about this|WARNING: |Note: |Your files:|Your last action"
    r"|You have no files|Recall what|Commit one|Think step|# (?:LOG|PLAN)\b)|\Z)",
    re.MULTILINE | re.DOTALL,
)
_DATED = re.compile(r"^\w{3,6}day \d{1,2} \w{3,9}, message \d{1,9}:\n", re.MULTILINE)
_SPEAKER = re.compile(r"^The (user|tool|assistant|system)\b[^\n:]{0,80} (?:says|answers):\n", re.M)


class Heard(NamedTuple):
    """What people said, and what tools answered."""

    people: str
    tools: str = ""


def hearings(text: str) -> Sequence[Heard]:
    """All observations in a text, in order."""
    shown = _SHOWN.findall(text)
    if not shown:  # another scaffold's prompt: the dated messages are the world's own
        shown = [one.partition("\n\n")[0] for one in _DATED.split(text)[1:]]
    return [_heard(_DATED.sub("", one)) for one in shown]


def _heard(text: str) -> Heard:
    parts = _SPEAKER.split(text)
    by: dict[str, list[str]] = {"user": [parts[0]], "tool": []}
    for who, said in zip(parts[1::2], parts[2::2], strict=True):
        by.setdefault(who, []).append(said)
    return Heard("\n".join(by["user"]).strip(), "\n".join(by["tool"]).strip())
