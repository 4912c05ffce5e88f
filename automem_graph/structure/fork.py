"""A fork of a run: a copy of its folder as it was before an attempt, in which it goes on anew.

A loop's checkpoints hold where it stands, its folder what it has done. So going back to an earlier
checkpoint would meet rows that are written already. Under the name of a fork it meets a copy that
has none of them, and the run that it left stays as it is. Episodes are named by what was asked of
them: the copy has them all, and plays none of them again.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from typing_extensions import TypedDict

from automem_graph.episodes.layout import RunError, write_json, write_whole

MARK = "fork.json"
_OWN = ("workspace", "checkpoints.sqlite*", "result.json", "report.html", MARK)
"""What is made anew in the copy."""


class Forked(TypedDict, total=False):
    """What the state of a loop holds for this."""

    run: str
    """The run's folder."""
    fork: str
    """Set by who updates a checkpoint: from there on the run goes on in a copy of that name."""
    forked: str
    """The folder of the fork that this is; empty where it is none."""


class Named(Protocol):
    """A row of an attempt."""

    @property
    def name(self) -> str: ...

    def model_dump_json(self) -> str: ...


def fork_run(source: Path, name: str, before: str, rows: Sequence[Named], file: str) -> Path:
    """The folder of the fork, beside that of the run; it is made unless it is there.

    `before` is the attempt that is decided anew: of the rows, which stand in `file`, the fork has
    those before it. Raises RunError where another moment has a fork of that name.
    """
    safe = re.sub("[^A-Za-z0-9-]", "_", name)[:40]
    fork = source.with_name(f"{source.name}-{safe}")
    mark = {"from": source.name, "before": before}
    if fork.exists():
        if _mark(fork) != mark:
            raise RunError(f"{fork} is there already, and no fork of {before}: choose another name")
        return fork
    half = source.with_name(f".{fork.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(source, half, symlinks=True, ignore=shutil.ignore_patterns(*_OWN))
    names = [row.name for row in rows]
    kept = rows[: names.index(before)] if before in names else rows
    write_whole(half / file, "".join(row.model_dump_json() + "\n" for row in kept))
    write_json(half / MARK, mark)
    half.rename(fork)
    return fork


def _mark(fork: Path) -> object:
    try:
        return json.loads((fork / MARK).read_text("utf-8"))
    except (OSError, ValueError):
        return None
