"""Episodes that another stage has played already: they are copied, and not paid for again."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.play import read_result


def adopt(jobs: Sequence[PlayContext], played: Mapping[str, EpisodeFolder]) -> int:
    """Copy those of the jobs' episodes that are done elsewhere; how many these were.

    An episode's id says all that bears on how it plays out, so the same id is the same episode.
    What was begun in its own place stays there.
    """
    copied = 0
    with EpisodeDesks() as desks:
        wanted = {folder.id: folder for folder in map(desks.folder, jobs)}
    for name, folder in wanted.items():
        source = played.get(name)
        if source is None or folder.path.exists():
            continue
        result = read_result(source)
        if result is not None and result.status == "done":
            _copy(source, folder)
            copied += 1
    return copied


def _copy(source: EpisodeFolder, target: EpisodeFolder) -> None:
    """All of an episode or nothing of it: the texts that its rows share come first."""
    for text in sorted((source.run.path / "prompts").glob("*.txt")):
        target.run.keep_prompt(text.read_bytes().decode())
    half = target.path.with_name(f".{target.id}")
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(source.path, half)
    half.rename(target.path)
