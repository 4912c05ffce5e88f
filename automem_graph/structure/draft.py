"""An attempt in progress: what is known of it before it has its row."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from automem_graph.episodes.layout import RunError, write_json
from automem_graph.protocols import Frozen
from automem_graph.structure.lineage import DiffStat, Match, Row, Spent, Stage


class Draft(Frozen):
    """What an attempt has come to so far; the nodes of the loop add to it in turn."""

    scaffold: str = ""
    """Its id, once it has passed the checks."""
    reason: str = ""
    diff: DiffStat = DiffStat()
    trial: Match | None = None
    confirmation: Match | None = None
    spent: Spent = Spent()
    parent: str = ""
    """The id of the scaffold that it is made from."""
    stage: Stage | None = None
    """Where it was rejected, if it was before the rest of its generation is decided."""
    why: str = ""

    def row(self, name: str, parent: str, *, kept: bool, stage: Stage, why: str) -> Row:
        """The row that it becomes."""
        said = {"name": name, "parent": parent, "kept": kept, "stage": stage, "why": why}
        return Row(**{field: getattr(self, field) for field in Draft.model_fields} | said)


def read_draft(attempt: Path) -> Draft:
    """The draft in an attempt's folder; a blank one where nothing is known yet."""
    try:
        return Draft.model_validate(json.loads((attempt / "draft.json").read_text("utf-8")))
    except FileNotFoundError:
        return Draft()
    except (ValueError, ValidationError) as error:
        raise RunError(f"{attempt / 'draft.json'} is damaged: {error}") from error


def write_draft(attempt: Path, draft: Draft) -> None:
    """Write it, atomically."""
    write_json(attempt / "draft.json", draft.model_dump(mode="json", exclude_defaults=True))
