"""How long all calls of a scaffold host may take together, where somebody waits for their end.

Each call has limits of its own, but a check makes a thousand, and code that sleeps just below the
limit at each of them would hold it up for hours.
"""

from __future__ import annotations

from collections import defaultdict
from math import inf

from automem_graph.scaffold.errors import ScaffoldFault


class Patience:
    """Seconds by the clock; without a limit by default. Several threads may count."""

    def __init__(self, seconds: float = inf) -> None:
        self._seconds = seconds
        self._taken: defaultdict[str, float] = defaultdict(float)

    def spend(self, where: str, seconds: float) -> None:
        """Count a call that took so long, to its place in the scaffold."""
        self._taken[where] += seconds

    def check(self) -> None:
        """ScaffoldFault at the place that took longest, once they are used up."""
        if sum(self._taken.values()) > self._seconds:
            where = max(self._taken, key=lambda place: self._taken[place])
            raise ScaffoldFault(
                "timeout",
                where,
                f"its calls took {self._taken[where]:.0f} s by the clock, and all calls of a check "
                f"may take {self._seconds:g} s together",
            )
