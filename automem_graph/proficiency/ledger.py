"""The ledger: one row for each trial of a recipe, failed ones included, never changed again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, ValidationError

from automem_graph.episodes.layout import RunError, write_whole
from automem_graph.proficiency.recipe import Recipe
from automem_graph.protocols import Frozen
from automem_graph.structure.lineage import Spent

Stage = Literal["decide", "select", "verify", "approve", "train", "trial", "done"]
"""How far a trial came."""

BASE, RANDOM = "base", "random"
CONTROLS = (BASE, RANDOM)
"""No adapter, and one that was trained on as many random turns."""


class Behaviour(Frozen):
    """How memory was kept in the episodes of a trial: means over episodes, of docs/metrics.md.

    But `writes_per_search` is all writes by all searches: one episode that never searches would
    make a mean infinite.
    """

    model_config = ConfigDict(ser_json_inf_nan="strings")

    writes: float = 0.0
    """LOG writes per step."""
    searches: float = 0.0
    """LOG searches per step."""
    writes_per_search: float = 0.0
    repeated_writes: float = 0.0
    duplicate_lines: float = 0.0
    empty_searches: float = 0.0
    searches_that_find: float = 0.0
    """Searches that found something, per step."""
    consulted: float = 0.0
    """Share of steps whose PLAN looked into memory."""
    growth: float = 0.0
    failed_calls: float = 0.0


class Data(Frozen):
    """What a trial was trained on."""

    examples: int = 0
    log: int = 0
    plan: int = 0
    episodes: int = 0
    rejected: Mapping[str, int] = {}
    """Examples that were not verbatim, too long, twice there, ...: how many, by reason."""


class Fitted(Frozen):
    """What training gave."""

    adapter: str = ""
    """The adapter's folder, below the run's."""
    steps: int = 0
    first_loss: float = 0.0
    loss: float = 0.0
    tokens: int = 0
    """Target tokens of one epoch."""
    seconds: float = 0.0


class Row(Frozen):
    """One trial. `progression` is by seed, of the validation seeds: the mean over the tasks."""

    name: str
    """`t3`; `base` and `random` are the controls."""
    recipe: Recipe | None = None
    stage: Stage
    why: str
    """One sentence: what came of it, or why it failed and what to change."""
    rationale: str = ""
    """The decider's reason, its first sentence, and the shift of behaviour that it expects."""
    data: Data = Data()
    fitted: Fitted | None = None
    progression: Mapping[int, float] = {}
    behaviour: Behaviour | None = None
    spent: Spent = Spent()

    @property
    def is_control(self) -> bool:
        return self.name in CONTROLS

    @property
    def failed(self) -> bool:
        return self.stage != "done"


def read_ledger(path: Path) -> tuple[Row, ...]:
    """The rows of a ledger; none where it was not begun. A torn last line is left out."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return ()
    try:
        return tuple(Row.model_validate(json.loads(line)) for line in lines)
    except (ValueError, ValidationError) as error:
        raise RunError(f"{path} is damaged: {str(error).splitlines()[0]}") from error


def add_row(path: Path, row: Row) -> None:
    """Write a row, once: one of the same name that is there already stays as it is."""
    rows = read_ledger(path)
    if any(one.name == row.name for one in rows):
        return
    write_whole(path, "".join(one.model_dump_json() + "\n" for one in (*rows, row)))
