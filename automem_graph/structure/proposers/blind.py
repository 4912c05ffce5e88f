"""`offline:blind`: draws parts from the shelf and reads no trace, as a control.

What a proposer that reads how the incumbent played is worth shows only beside as many candidates
that nobody thought about. Free and deterministic: the same workspace gives the same draw.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence

from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.structure.desk.plain import one_line, write_plain
from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.lineage import Spent
from automem_graph.structure.parts.part import PartError, read_part, shelf
from automem_graph.structure.parts.wire import take
from automem_graph.structure.proposer import NoIdea, NoProposal
from automem_graph.structure.reviewer.candidates import Incumbent, find_incumbent, tried
from automem_graph.structure.reviewer.menu import Bundle
from automem_graph.structure.reviewer.reviewer import refuse_repair


class BlindDrawer:
    """A proposer that opens no episode: chance picks the parts, from the reviewer's own shelf."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    @property
    def name(self) -> str:
        return f"offline:blind:{self._seed}" if self._seed else "offline:blind"

    def propose(self, workspace: Workspace, tell: Callable[[str], None]) -> Spent:
        """See `proposer.Proposer`. What it cannot read is a NoProposal, never another error."""
        try:
            refuse_repair(workspace)
            incumbent = find_incumbent(workspace)
            bundle, odds = self._drawn(workspace, incumbent)
            for name in bundle:
                take(workspace.scaffold, workspace.parts / name)
            parts = [read_part(workspace.parts / name) for name in bundle]
        except (PartError, ScaffoldError, OSError) as error:
            raise NoProposal(one_line(str(error), 600)) from error
        said = f"{len(bundle)} of {odds} parts were drawn. No episode was read.\n"
        write_plain(workspace.analysis, f"# No diagnosis of {incumbent.name}\n\n{said}", 0o644)
        lines = [f"- `{part.name}`: {part.about.description}" for part in parts]
        changes = [f"Takes {', '.join(bundle)}, drawn blindly.\n", *lines]
        write_plain(workspace.changes, "\n".join(changes) + "\n", 0o644)
        tell(f"drew {', '.join(bundle)} for {incumbent.name}")
        return Spent()

    def _drawn(self, workspace: Workspace, incumbent: Incumbent) -> tuple[Bundle, int]:
        """A bundle that was never tried, and how many parts it was drawn from."""
        have = frozenset(incumbent.parts)
        left = [part for part in shelf(workspace.parts) if part not in have]
        before = tried(workspace)
        known = {parts - have for parts in before.values() if have < parts <= have.union(left)}
        if len(known) >= 2 ** len(left) - 1:
            raise NoIdea(f"every draw was tried against {incumbent.name}")
        name = f"{self._seed} {incumbent.scaffold.id} {' '.join(before)}"
        return draw(left, known, name), len(left)


def draw(parts: Sequence[str], known: Collection[frozenset[str]], name: str) -> Bundle:
    """Some of the parts, in any order; the same name draws the same.

    How many is drawn first, so that a bundle of one is as likely as one of all. A bundle that is
    known is drawn again, so one at least must not be.
    """
    chance = random.Random(name)
    while True:
        bundle = tuple(chance.sample(parts, chance.randint(1, len(parts))))
        if frozenset(bundle) not in known:
            return bundle
