"""Seeds as a person names them: `42-51`, or `42,44,50-52`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from automem_graph.worlds.registry import no_such_seed

LARGEST = 2**31 - 1
MOST = 10_000
"""Seeds that one command may name: a mistyped range should not be a week of play."""

_PART = re.compile(r"([0-9]{1,12})(?:-([0-9]{1,12}))?")


class BadSeeds(ValueError):
    """The text names no seeds; the message says why and what would."""


def parse_seeds(text: str) -> tuple[int, ...]:
    """The seeds that the text names, each once, ascending. Raises BadSeeds."""
    seeds: set[int] = set()
    for part in text.split(","):
        found = _PART.fullmatch(part.strip())
        if found is None:
            raise BadSeeds(f"'{text[:40]}' names no seeds: write them as 42-51, or as 42,44,50-52")
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            raise BadSeeds(f"the seeds {part.strip()} are an empty range: {first} is above {last}")
        if last > LARGEST:
            raise BadSeeds(f"there is no seed {last}: seeds are 0 to {LARGEST:,}")
        if last - first >= MOST:
            raise BadSeeds(f"{part.strip()} are more than {MOST:,} seeds")
        seeds.update(range(first, last + 1))
    if len(seeds) > MOST:
        raise BadSeeds(f"these are {len(seeds):,} seeds; at most {MOST:,} can be named at once")
    return tuple(sorted(seeds))


def check_seeds(task: str, seeds: Sequence[int]) -> None:
    """BadSeeds where a task has only so many worlds, and not all of these."""
    if absent := no_such_seed(task, seeds):
        raise BadSeeds(absent)


def name_seeds(seeds: Sequence[int]) -> str:
    """Ascending seeds as `parse_seeds` reads them, ranges where there are any."""
    parts: list[list[int]] = []
    for seed in seeds:
        if parts and parts[-1][-1] == seed - 1:
            parts[-1] = [parts[-1][0], seed]
        else:
            parts.append([seed])
    return ",".join("-".join(map(str, part)) for part in parts)
