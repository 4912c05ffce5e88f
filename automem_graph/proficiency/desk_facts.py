"""What a desk says in figures: how many turns there are, and how large the base model is."""

from __future__ import annotations

import json
from math import prod
from pathlib import Path

from pydantic import ValidationError

from automem_graph.protocols import Frozen
from automem_graph.structure.desk.plain import open_plain

FACTS_BYTES = 64 * 1024


class BaseFacts(Frozen):
    """The base model, as far as its folder tells; 0 where it does not."""

    name: str = ""
    parameters: int = 0
    context: int = 0
    """Tokens of a conversation at most."""
    layers: int = 0
    width: int = 0


class Facts(Frozen):
    """facts.json."""

    turns: int
    """Turns that selectors are given."""
    shown: int
    """Turns in turns.jsonl: all of them, or some that their hashes have chosen."""
    log: int
    plan: int
    episodes: int
    base: BaseFacts = BaseFacts()


def read_facts(path: Path) -> Facts:
    """Those of a desk; ValueError where they cannot be read."""
    try:
        with open_plain(path) as file:
            return Facts.model_validate_json(file.read(FACTS_BYTES))
    except (OSError, ValidationError) as error:
        raise ValueError(f"{path.name} cannot be read: {str(error).splitlines()[0]}") from error


def base_facts(folder: Path | None) -> BaseFacts:
    """Those of a base model's folder; of weights, only the headers are read."""
    if folder is None:
        return BaseFacts()
    try:
        told = json.loads((folder / "config.json").read_text("utf-8"))
        told = told.get("text_config", told)
        return BaseFacts(
            name=folder.name,
            parameters=_parameters(folder),
            context=int(told.get("max_position_embeddings", 0)),
            layers=int(told.get("num_hidden_layers", 0)),
            width=int(told.get("hidden_size", 0)),
        )
    except Exception:  # a boundary: a desk can do without, whatever is wrong with these files
        return BaseFacts(name=folder.name)


def _parameters(folder: Path) -> int:
    from safetensors import safe_open

    total = 0
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, framework="np") as tensors:
            for name in tensors.keys():  # noqa: SIM118 - it is no dictionary
                total += prod(tensors.get_slice(name).get_shape())
    return total
