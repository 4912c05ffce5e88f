"""What can go wrong with a scaffold: it is broken as a folder, or it misbehaves while it runs."""

from __future__ import annotations

from typing import Literal

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
