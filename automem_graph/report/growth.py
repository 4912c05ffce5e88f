"""How memory grows: the size of all files at the end of each step, as the journals tell it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from automem_graph.episodes.layout import EpisodeFolder, RunError
from automem_graph.evaluation.statistics import Estimate, estimate
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import JournalError
from automem_graph.report.groups import Group

MOST_POINTS = 400
"""Steps of a curve: of more, every second, third, ... is there."""


def curve(group: Group) -> tuple[tuple[int, Estimate], ...]:
    """Characters in memory at the end of a step, over the done episodes that took it.

    The steps are counted from 1, and 0 stands for the initial files. The curve ends where fewer
    than half of the done episodes are left: a mean over the few that live longest says something
    else. Raises RunError for a damaged journal.
    """
    return curve_of([(group.episode(one), one.steps) for one in group.done])


def curve_of(episodes: Sequence[tuple[EpisodeFolder, int]]) -> tuple[tuple[int, Estimate], ...]:
    """The same of any episodes, each with the number of its steps."""
    played = [(folder, steps) for folder, steps in episodes if steps]
    if not played:
        return ()
    longest = sorted(steps for _, steps in played)[len(played) // 2]
    every = -(-longest // MOST_POINTS)
    at = range(0, longest + 1, every)
    sizes = [list(sizes_at(folder, at[: steps // every + 1])) for folder, steps in played]
    return tuple(
        (step, estimate([one[place] for one in sizes if len(one) > place]))
        for place, step in enumerate(at)
    )


def sizes_at(episode: EpisodeFolder, steps: Sequence[int]) -> Iterator[int]:
    """Characters of all files after so many steps each, ascending. Raises RunError."""
    chars = 0
    rows = read_rows(episode.journal)
    try:
        row = next(rows, None)
        for step in steps:
            while row is not None and row.step < step:
                chars = row.chars
                row = next(rows, None)
            yield chars
    except (JournalError, OSError) as error:
        raise RunError(f"{episode.journal} cannot be read: {error}") from error
