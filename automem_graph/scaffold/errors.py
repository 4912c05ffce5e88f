"""What can go wrong with a scaffold: it is broken as a folder, or it misbehaves while it runs."""

from __future__ import annotations

from typing import Literal, get_args

CALL_SECONDS = 8.0
"""Of one call, by the clock; `step.WORK_SECONDS` bounds its processor time."""

WHERE_CHARS, DETAIL_CHARS = 200, 500

FaultKind = Literal["raised", "timeout", "died", "reply", "memory"]
"""How scaffold code fails: it raised, took too long, ended its process, answered something that
is not allowed, or ran out of memory."""


class ScaffoldError(ValueError):
    """The folder is no scaffold. The message names the file, and the line where there is one."""


class ScaffoldFault(RuntimeError):
    """Scaffold code misbehaved in a call; the process that ran it is gone.

    `where` is a place in the scaffold ("actions.py:34 in search", "prompts/log.md:12"). The text of
    `where` and `detail` comes from scaffold code in part: show it, never act on it.
    """

    def __init__(self, kind: FaultKind, where: str, detail: str) -> None:
        super().__init__(f"{where}: {detail}")
        self.kind: FaultKind = kind
        self.where = where
        self.detail = detail


def reported(kind: str, where: str, detail: str) -> ScaffoldFault:
    """A fault as the process told it, made fit to print."""
    known: FaultKind = "reply"
    for candidate in get_args(FaultKind):
        if kind == candidate:
            known = candidate
    if known == "timeout":
        detail = f"no answer within 2 s of processor time, {CALL_SECONDS:g} s in all"
    elif known == "memory":
        detail = "out of memory"
    return ScaffoldFault(known, _plain(where, WHERE_CHARS), _plain(detail, DETAIL_CHARS))


def _plain(text: str, most: int) -> str:
    """One printable line."""
    return "".join(char if char.isprintable() else " " for char in text[:most])
