"""`proposer.log`: what a proposer said and did in its workspace, for people."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from automem_graph.structure.desk.plain import clear
from automem_graph.structure.desk.workspace import Workspace

NAME = "proposer.log"
LINE = 300
"""Characters of a line that is told."""


@contextmanager
def opened_log(workspace: Workspace) -> Iterator[int]:
    """A file descriptor that appends to the log, and can be read.

    Whatever else a proposer has put in its place (a link, a pipe, a folder) is removed.
    """
    path = workspace.path / NAME
    if path.is_symlink() or not path.is_file():
        clear(path)
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(path, flags, 0o644)
    try:
        yield file
    finally:
        os.close(file)
