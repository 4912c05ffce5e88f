"""Boxoban's level files: where they are looked for, what they hold, which level a seed plays.

The levels are DeepMind's public repository `boxoban-levels`, which no package ships. Light: the
answer whether they are here costs a look at a folder.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

VARIABLE = "AUTOMEM_BOXOBAN"
REPOSITORY = "google-deepmind/boxoban-levels"

SETS: Mapping[str, str] = MappingProxyType(
    {"minihack-boxoban-hard": "hard", "minihack-boxoban-medium": "medium/train"}
)
"""The folder of level files that each task draws from."""


def levels_folder() -> Path:
    """Where the levels are looked for: the folder that the variable names, else the user's cache.

    In it lie `hard/` and `medium/train/`, as in the repository.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    cache_home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache_home) / "automem" / "boxoban-levels"


def level_files(task: str) -> tuple[Path, ...]:
    """The files of a Boxoban task, sorted by name; empty where there are none."""
    return tuple(sorted((levels_folder() / SETS[task]).glob("*.txt")))


def missing_levels(task: str) -> str | None:
    """Why a task cannot be played for want of levels; None for one that has or needs none."""
    if task not in SETS or level_files(task):
        return None
    return (
        f"there are no Boxoban levels in {levels_folder() / SETS[task]}: "
        "`automem boxoban` says how to get them"
    )


def choose_level(task: str, seed: int) -> tuple[str, ...]:
    """The rows of the level that a seed plays: the same for the same files, in any process."""
    draw = random.Random(seed)
    return draw.choice(read_levels(draw.choice(level_files(task))))


def read_levels(path: Path) -> tuple[tuple[str, ...], ...]:
    """All levels of a file; ValueError where there is none in it.

    A level is a line with `;` and a number, then rows of `#` wall, `@` player, `$` box, `.` goal
    and blank floor.
    """
    levels: list[list[str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(";"):
            levels.append([])
        elif line.strip() and levels:
            levels[-1].append(line)
    if not levels or not all(levels):
        raise ValueError(f"{path} is no file of Boxoban levels")
    return tuple(map(tuple, levels))
