"""The episodes that belong to a run, as its folder has them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from automem_graph.episodes.identity import RunAsked, episode_id
from automem_graph.episodes.keep import read_run
from automem_graph.episodes.layout import EPISODE_ID, EpisodeFolder, RunFolder
from automem_graph.episodes.play import EpisodeResult, read_result

Key = tuple[str, int]
"""A task's name and a seed: what two runs have in common where they differ in how they play."""


def read_results(run: RunFolder) -> tuple[RunAsked, dict[Key, EpisodeResult | None]]:
    """What a run was asked, and the result of each of its episodes; None for one without.

    An evaluation's episodes are those of its tasks and seeds, whether or not they were begun; a run
    of single plays has those that were. Forks belong to neither. Raises RunError.
    """
    asked, episodes = episodes_of(run)
    return asked, {key: read_result(folder) for key, folder in episodes.items()}


def episodes_of(run: RunFolder) -> tuple[RunAsked, dict[Key, EpisodeFolder]]:
    """The same episodes as folders, which are there or not. Raises RunError."""
    asked = read_run(run)
    return asked, {
        (task, seed): run.episode(episode_id(asked.of(task), seed))
        for task, seed in _keys(run, asked)
    }


def _keys(run: RunFolder, asked: RunAsked) -> Iterator[Key]:
    if asked.seeds is not None:
        yield from product(asked.tasks, asked.seeds)
        return
    for folder in sorted(run.path.glob("episodes/s*-*")):
        if EPISODE_ID.fullmatch(folder.name):
            seed = int(folder.name[1:].partition("-")[0])
            for task in asked.tasks:
                if episode_id(asked.of(task), seed) == folder.name:
                    yield task, seed
