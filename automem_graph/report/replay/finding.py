"""Which episodes somebody means: a folder, the beginning of an episode's id in a run, a run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from automem_graph.episodes.layout import EPISODE_ID, EpisodeFolder, RunError
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import read_rows

FEW = 3
"""Episodes of a run that are shown where nobody says which."""

_ID_BEGINS = re.compile("s[0-9]{1,10}(-[0-9a-f]{0,10})?")


@dataclass(frozen=True)
class Found:
    """The episodes that were meant, in order, and how many others there are in the same run."""

    episodes: tuple[EpisodeFolder, ...]
    left_out: int = 0


def find_episodes(where: Path, seed: int | None = None) -> Found:
    """The episodes at a path: an episode's folder or a file in it, a run's folder, or a run's
    folder and the beginning of an id (`runs/x/s42`).

    Of a run these are the ones with that seed, else the first `FEW`. Of a run of loop 1 they are
    those of the versions that were kept, from v0 on. RunError where nothing is meant.
    """
    if (where / "trace.jsonl").is_file():
        return Found((EpisodeFolder(where),))
    if where.is_file() and (where.parent / "trace.jsonl").is_file():
        return Found((EpisodeFolder(where.parent),))
    if where.is_dir():
        return _of_run(where, seed)
    run = where.parent.parent if where.parent.name == "episodes" else where.parent
    if not run.is_dir() or not _ID_BEGINS.fullmatch(where.name):
        raise RunError(f"there is no {where}; `automem play crafter` makes an episode")
    found = [one for one in _episodes(run) if one.id.startswith(where.name)]
    if not found:
        names = ", ".join(one.id for one in _episodes(run)[:6]) or "none"
        raise RunError(f"no episode of {run} begins with {where.name}; there are: {names}")
    return Found(tuple(found))


def _of_run(run: Path, seed: int | None) -> Found:
    found = _episodes(run)
    if not found:
        raise RunError(
            f"{run} is neither an episode (no trace.jsonl in it) nor a run with episodes"
        )
    if seed is None:
        return Found(tuple(found[:FEW]), len(found[FEW:]))
    chosen = [one for one in found if one.id.startswith(f"s{seed}-")]
    if not chosen:
        seeds = sorted({int(one.id[1:].partition("-")[0]) for one in found})
        named = ", ".join(map(str, seeds[:20]))
        raise RunError(f"no episode of {run} has seed {seed}; there are seeds {named}")
    return Found(tuple(chosen))


def _episodes(run: Path) -> list[EpisodeFolder]:
    """All episodes of a run that have begun, by id; of loops 1 and 2 by who plays, then by id."""
    inside = [run] if (run / "episodes").is_dir() else _plays(run)
    return [
        EpisodeFolder(path)
        for play in inside
        for path in sorted((play / "episodes").glob("*"))
        if EPISODE_ID.fullmatch(path.name) and (path / "trace.jsonl").is_file()
    ]


def _plays(run: Path) -> Sequence[Path]:
    """The runs inside a run of a loop: of loop 1 the versions', in order; else all by name."""
    loop = EvolutionFolder(run)
    versions = [row.scaffold for row in read_rows(loop.lineage) if row.kept]
    if versions:
        return [loop.play(scaffold).path for scaffold in versions]
    return sorted(path for path in (run / "plays").glob("*") if path.is_dir())


def version_of(folder: EpisodeFolder) -> str:
    """What its run calls who plays: `v2` in loop 1, a trial's name in loop 2; else empty."""
    play = folder.run.path
    if play.parent.name != "plays":
        return ""
    try:
        rows = read_rows(EvolutionFolder(play.parent.parent).lineage)
    except RunError:
        return play.name
    for row in rows:
        if row.scaffold and play.name in (row.scaffold, f"{row.scaffold}-wiped"):
            version = row.version if row.kept else row.name
            return version if play.name == row.scaffold else f"{version}, wiped"
    return play.name
