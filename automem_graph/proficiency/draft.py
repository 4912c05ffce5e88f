"""A trial in progress: what is known of it before it has its row."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from automem_graph.episodes.layout import RunError, write_json
from automem_graph.proficiency.ledger import Data, Fitted
from automem_graph.proficiency.recipe import Recipe
from automem_graph.protocols import Frozen
from automem_graph.structure.lineage import Spent


class Draft(Frozen):
    """What a trial has come to so far; the nodes of the loop add to it in turn."""

    recipe: Recipe | None = None
    rationale: str = ""
    data: Data = Data()
    fitted: Fitted | None = None
    failed: str = ""
    """Of the control: why it could not be trained, or played, the last time."""
    spent: Spent = Spent()


def read_draft(trial: Path) -> Draft:
    """The draft in a trial's folder; a blank one where nothing is known yet."""
    try:
        return Draft.model_validate(json.loads((trial / "draft.json").read_text("utf-8")))
    except FileNotFoundError:
        return Draft()
    except (ValueError, ValidationError) as error:
        raise RunError(f"{trial / 'draft.json'} is damaged: {error}") from error


def write_draft(trial: Path, draft: Draft) -> None:
    """Write it, atomically."""
    write_json(trial / "draft.json", draft.model_dump(mode="json"))
