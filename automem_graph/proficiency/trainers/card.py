"""What an adapter's folder says of it: automem.json for programs, README.md for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from automem_graph.episodes.layout import write_json, write_whole
from automem_graph.proficiency.ledger import Data, Fitted, Row
from automem_graph.proficiency.recipe import Recipe
from automem_graph.proficiency.trainers.made_by import MadeBy
from automem_graph.protocols import Frozen
from automem_graph.structure.desk.plain import one_line

if TYPE_CHECKING:
    from jinja2 import Environment

AUTOMEM = "automem.json"
RATIONALE = 300
"""Characters of a decider's reason that a card shows."""


class Making(Frozen):
    """How an adapter was made: `automem.json`."""

    name: str
    base: str
    """The folder of the base model, as it was called then."""
    made_by: MadeBy
    fitted: Fitted
    examples: int
    sequences: int
    """Conversations that the examples were computed in (see `joined`)."""
    left_out: Mapping[str, int]
    trained: int
    """Parameters of the adapter."""
    device: str
    processes: int
    rows: int
    """Sequences of one pass."""
    passes: int
    """Passes of one step of the optimiser, on each device."""
    versions: Mapping[str, str]

    @classmethod
    def of(cls, adapter: Path, base: Path, made_by: MadeBy, ended: Mapping[str, Any]) -> Making:
        """From the last row of its training."""
        told = {name: ended[name] for name in cls.model_fields if name in ended}
        fitted = {name: ended[name] for name in Fitted.model_fields if name in ended}
        below = adapter.relative_to(adapter.parents[min(2, len(adapter.parents) - 1)])
        return cls(
            name=adapter.name,
            base=str(base),
            made_by=made_by,
            fitted=Fitted(adapter=str(below), **fitted),
            **told,
        )


class Trained(Frozen):
    """What the loop knows of an adapter beside its training."""

    scaffold: str = ""
    """The id of the scaffold that it is trained for."""
    task: str = ""
    recipe: Recipe | None = None
    rationale: str = ""
    data: Data | None = None
    rows: tuple[Row, ...] = ()
    """Of the ledger: its own, and those it is compared with."""


def write_making(adapter: Path, making: Making) -> None:
    """Write automem.json and a first card into an adapter's folder."""
    write_json(adapter / AUTOMEM, making.model_dump(mode="json"))
    write_card(adapter, Trained())


def read_making(adapter: Path) -> Making | None:
    """What automem.json says; None where there is none that can be read."""
    try:
        return Making.model_validate(json.loads((adapter / AUTOMEM).read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError):
        return None


def write_card(adapter: Path, trained: Trained) -> None:
    """Write README.md, the model card, anew with all that is known now.

    The adapter stays what it is: cards are no part of what a model's name holds.
    """
    making = read_making(adapter)
    if making is None:
        raise ValueError(f"{adapter / AUTOMEM} cannot be read")
    text = (
        _templates()
        .get_template("card.md")
        .render(
            making=making,
            lora=making.made_by.lora,
            trained=trained,
            rationale=one_line(trained.rationale, RATIONALE),
            tried=[_tried(row) for row in trained.rows if row.behaviour is not None],
        )
    )
    write_whole(adapter / "README.md", text)


def _tried(row: Row) -> Sequence[str]:
    """A line of the table of measures."""
    scores, seen = list(row.progression.values()), row.behaviour
    assert seen is not None
    mean = f"{100 * sum(scores) / len(scores):.1f} %" if scores else "-"
    return [
        row.name,
        mean,
        f"{seen.writes_per_search:.2f}",
        f"{100 * seen.repeated_writes:.1f} %",
        f"{100 * seen.duplicate_lines:.1f} %",
        f"{100 * seen.empty_searches:.1f} %",
        f"{seen.growth:.2f}",
        f"{100 * seen.failed_calls:.1f} %",
    ]


def _templates() -> Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader(__package__, "."),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
