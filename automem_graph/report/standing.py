"""Where an episode stands that has no result yet: from its trace, without reading all of it."""

from __future__ import annotations

import json
from typing import Any

from automem_graph.episodes.layout import EpisodeFolder, RunError
from automem_graph.episodes.trace import whole_lines
from automem_graph.protocols import Frozen


class Standing(Frozen):
    """Complete steps, and how far the world says that the agent has come: no score yet."""

    steps: int
    progression: float


def standing(folder: EpisodeFolder) -> Standing:
    """Where the episode's trace ends. Raises RunError for one that cannot be read."""
    steps, last = -1, b"{}"
    try:
        for line in whole_lines(folder):
            steps, last = steps + 1, line
        progression = _progression(json.loads(last))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise RunError(f"{folder.trace} cannot be read: {error}") from error
    return Standing(steps=max(0, steps), progression=progression)


def _progression(row: dict[str, Any]) -> float:
    """In [0, 1], as the row's answer has it; what is 0 is not written."""
    return min(1.0, max(0.0, float((row.get("answer") or {}).get("progression", 0.0))))
