"""The lineage: one row for the first scaffold, then one for each attempt at a better one.

Rows are the truth about a run of loop 1: rejected and broken attempts have theirs, with the reason.
A row is written once, when its attempt is decided.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from automem_graph.episodes.layout import RunError, write_whole
from automem_graph.evaluation.results import Key
from automem_graph.protocols import Frozen
from automem_graph.structure.gate import Judged

Stage = Literal["revise", "check", "trial", "gate", "confirm", "approve"]
"""Where an attempt was decided: the last stage that it came to."""


class Pair(Frozen):
    """One world, played by the incumbent and by the challenger. Progression is in [0, 1]."""

    task: str
    seed: int
    before: float
    after: float

    @property
    def key(self) -> Key:
        return self.task, self.seed

    @property
    def gap(self) -> float:
        return self.after - self.before


class Match(Frozen):
    """Challenger against incumbent on the same worlds.

    `judged` is None where the challenger could not be judged: an episode of it failed (`failed`
    says which and why), or it could no longer win and was stopped (`spared` says how many of its
    episodes that saved).
    """

    pairs: tuple[Pair, ...]
    """In the order of the seeds; all of them, unless the match was stopped."""
    judged: Judged | None = None
    failed: str = ""
    spared: int = 0
    alike: bool = False
    """It was stopped because it played the first worlds just as the incumbent did."""
    outrun: bool = False
    """It was stopped because others of its generation did better in the first worlds."""

    @property
    def worlds(self) -> int:
        """How many worlds it took to decide it, the one in which an episode failed included.

        Worlds that were begun beyond that one count as spared: which they are is up to chance.
        """
        return len(self.pairs) + bool(self.failed and self.spared)


class DiffStat(Frozen):
    """How much an attempt changed, compared with its parent."""

    files: int = 0
    added: int = 0
    removed: int = 0
    """Lines."""


class Spent(Frozen):
    """What a proposer has cost."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0

    def plus(self, other: Spent) -> Spent:
        return Spent(
            **{name: getattr(self, name) + getattr(other, name) for name in Spent.model_fields}
        )


class Row(Frozen):
    """One attempt: what it changed, how far it came, and why it was kept or not.

    The first row is the scaffold that the run began with: `v0`, kept, without a parent.
    """

    name: str
    """`v2.3`: the third attempt at what would become version 2; a kept one is also called `v2`."""
    scaffold: str = ""
    """Its id; empty where what was proposed is no scaffold."""
    parent: str = ""
    """The id of the scaffold that it was made from. In hill climbing that is the one that it had to
    beat; in a population that is always the best version of then."""
    kept: bool
    stage: Stage
    why: str
    """One sentence: why it was kept, or what it was rejected for."""
    reason: str = ""
    """One sentence of the proposer's: what it changed and what for."""
    diff: DiffStat = DiffStat()
    trial: Match | None = None
    confirmation: Match | None = None
    spent: Spent = Spent()

    @property
    def version(self) -> str:
        """`v2` of `v2.3`."""
        return self.name.partition(".")[0]

    @property
    def episodes(self) -> int:
        """What its matches have asked for: of the trial its own worlds, on fresh ones both sides'.

        On the gate's worlds the incumbent had played before.
        """
        trial, confirmation = self.trial, self.confirmation
        return (trial.worlds if trial else 0) + 2 * (confirmation.worlds if confirmation else 0)


def read_rows(path: Path) -> tuple[Row, ...]:
    """The rows of a lineage; none where it was not begun. A torn last line is left out."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return ()
    try:
        return tuple(Row.model_validate(json.loads(line)) for line in lines)
    except (ValueError, ValidationError) as error:
        raise RunError(f"{path} is damaged: {str(error).splitlines()[0]}") from error


def add_row(path: Path, *added: Row) -> None:
    """Write rows, at once and once: one of the same name that is there already stays as it is."""
    rows = read_rows(path)
    new = [row for row in added if all(one.name != row.name for one in rows)]
    if new:
        lines = (one.model_dump_json(exclude_defaults=True) + "\n" for one in (*rows, *new))
        write_whole(path, "".join(lines))


def kept_versions(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows of v0, v1, v2, ... in order; the last one is the incumbent."""
    return tuple(row for row in rows if row.kept)
