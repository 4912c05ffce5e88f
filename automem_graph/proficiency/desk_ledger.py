"""The ledger as a decider reads it: every figure, and nothing that names a world.

A decider that knew the seeds of trials might write a selector or a recipe for these worlds alone.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from pydantic import ConfigDict, ValidationError

from automem_graph.proficiency.ledger import CONTROLS, Behaviour, Data, Fitted, Row, Stage
from automem_graph.proficiency.recipe import Recipe
from automem_graph.protocols import Frozen
from automem_graph.structure.desk.labels import anonymous
from automem_graph.structure.desk.plain import block, one_line, open_plain
from automem_graph.structure.lineage import Spent

LEDGER_BYTES = 16 * 1024 * 1024

MEASURES = (
    *("writes", "writes_per_search", "repeated_writes", "duplicate_lines", "empty_searches"),
    *("searches_that_find", "consulted", "growth", "failed_calls"),
)


class Past(Frozen):
    """A row of the ledger, of a control (`base`, `random`) or of a trial."""

    model_config = ConfigDict(ser_json_inf_nan="strings")

    name: str
    stage: Stage
    why: str
    recipe: Recipe | None = None
    rationale: str = ""
    data: Data = Data()
    fitted: Fitted | None = None
    progression: float | None = None
    """The mean over all worlds of the trial."""
    worlds: Mapping[str, float] = {}
    """Progression world by world; a world has the same name in all rows."""
    behaviour: Behaviour | None = None
    spent: Spent = Spent()

    @property
    def is_control(self) -> bool:
        return self.name in CONTROLS

    @property
    def done(self) -> bool:
        return self.stage == "done" and self.behaviour is not None


def past_of(rows: Sequence[Row], hidden: Collection[int] = ()) -> tuple[Past, ...]:
    """The rows without seeds, neither as keys nor in a sentence; `hidden` are further ones.

    Only what failed at play names its worlds: elsewhere such a number is a figure.
    """
    names = _worlds(rows)
    told = re.compile("|".join(rf"\b{seed}\b" for seed in {*names, *hidden}) or r"(?!)")
    return tuple(
        Past(
            name=row.name,
            stage=row.stage,
            why=told.sub("(a world)", said) if row.stage == "trial" else said,
            recipe=row.recipe,
            rationale=row.rationale,
            data=row.data,
            fitted=row.fitted.model_copy(update={"adapter": ""}) if row.fitted else None,
            progression=fmean(row.progression.values()) if row.progression else None,
            worlds=dict(sorted((names[seed], far) for seed, far in row.progression.items())),
            behaviour=row.behaviour,
            spent=row.spent,
        )
        for row, said in ((row, anonymous(row.why)) for row in rows)
    )


def read_past(path: Path) -> tuple[Past, ...]:
    """The rows of the ledger on a desk; ValueError where they cannot be read."""
    try:
        with open_plain(path) as file:
            lines = file.read(LEDGER_BYTES).splitlines()
        return tuple(Past.model_validate_json(line) for line in lines)
    except (OSError, ValidationError) as error:
        raise ValueError(f"{path.name} cannot be read: {str(error).splitlines()[0]}") from error


def past_lines(past: Sequence[Past]) -> str:
    """ledger.jsonl."""
    return "".join(row.model_dump_json() + "\n" for row in past)


def past_page(past: Sequence[Past]) -> str:
    """ledger.md: a table of what was played, then each trial's reason and end."""
    if not past:
        return "# Ledger\n\nNothing was tried yet.\n"
    head = ("name", "stage", "examples", "first loss", "loss", "progression", *MEASURES)
    table = [head, ("---",) * len(head), *map(_cells, past)]
    lines = [f"| {' | '.join(cells)} |" for cells in table]
    for row in past:
        lines += ["", f"## {row.name}: {row.stage}", "", one_line(row.why, 2000)]
        if row.rationale:
            lines += ["", f"Its reason: {one_line(row.rationale, 1000)}"]
        if row.data.rejected:
            lost = ", ".join(f"{count:,} {why}" for why, count in row.data.rejected.items())
            lines += ["", f"Not trained on: {one_line(lost, 1000)}"]
        if row.recipe is not None:
            lines += ["", block(row.recipe.model_dump_json(indent=1))]
    return "\n".join(["# Ledger", "", *lines, ""])


def _worlds(rows: Sequence[Row]) -> dict[int, str]:
    """A name for each world: in the order of what the first player reached there."""
    first: dict[int, float] = {}
    for row in rows:
        for seed, far in row.progression.items():
            first.setdefault(seed, far)
    ordered = sorted(first, key=lambda seed: (first[seed], _hash(seed)))
    width = max(2, len(str(len(ordered))))
    return {seed: f"w{number:0{width}}" for number, seed in enumerate(ordered, start=1)}


def _hash(seed: int) -> bytes:
    return hashlib.sha256(b"%d" % seed).digest()


def _cells(row: Past) -> tuple[str, ...]:
    told: Mapping[str, Any] = row.behaviour.model_dump() if row.behaviour else {}
    return (
        row.name,
        row.stage,
        f"{row.data.examples:,}" if row.data.examples else "",
        f"{row.fitted.first_loss:.3f}" if row.fitted else "",
        f"{row.fitted.loss:.3f}" if row.fitted else "",
        "" if row.progression is None else f"{row.progression:.2%}",
        *(_figure(told.get(name)) for name in MEASURES),
    )


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if math.isfinite(value) else "infinite"
