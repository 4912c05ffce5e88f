"""What a rule may ask for: an action here, or something to do about a kind of thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from automem_graph.models.player.crafter.chart import Cell
from automem_graph.models.player.crafter.reading import Sight
from automem_graph.models.player.crafter.recall import Recall


@dataclass(frozen=True, slots=True)
class Want:
    """What to do about what.

    `act` takes a world action here, `go` walks to one of the cells. The others have a kind of
    thing: `use` faces one and does something to it, `near` goes and stands by one, `place` puts one
    down in front, from one of the cells if there are any, `find` looks for one.
    """

    how: Literal["act", "go", "use", "near", "place", "find"]
    what: str = ""
    cells: frozenset[Cell] = frozenset()


Urge = Callable[[Sight, Recall, int], Want | None]
"""A rule: from what is seen, what memory said and the step, it wants something or passes."""
