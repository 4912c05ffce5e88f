"""What an adapter is made by."""

from __future__ import annotations

import hashlib
from pathlib import Path

from automem_graph.models.local.contents import contents
from automem_graph.models.local.folders import name_folders
from automem_graph.models.resolve import UnknownModel
from automem_graph.proficiency.recipe import Lora
from automem_graph.proficiency.trainer import TrainingFailed
from automem_graph.protocols import Frozen


class MadeBy(Frozen):
    """Everything that training depends on, by content."""

    base: str
    """12 hex digits for the base's weights and tokenizer (see `models.local.contents`)."""
    examples: str
    """The SHA-256 of examples.jsonl."""
    lora: Lora
    seed: int


def made_by(examples: Path, base: Path, lora: Lora, seed: int) -> MadeBy:
    """What an adapter of this would be made by; TrainingFailed where there are no examples."""
    try:
        with examples.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            empty = file.tell() == 0
    except OSError as error:
        raise TrainingFailed(f"{examples} cannot be read: {error.strerror}") from error
    if empty:
        raise TrainingFailed(
            f"there are no examples in {examples}: the recipe's selection was too narrow"
        )
    return MadeBy(base=contents(f"local:{base}"), examples=digest, lora=lora, seed=seed)


def base_folder(base: str) -> Path:
    """The folder that `local:FOLDER` or `FOLDER` names; TrainingFailed where none can be trained.

    Only weights that lie here can: not those of a server, and no adapter.
    """
    kind, colon, rest = base.strip().partition(":")
    name = rest if kind == "local" else base.strip()
    if colon and kind != "local" and not Path(name).expanduser().is_dir():
        raise TrainingFailed(
            f"{base!r} is no model in a folder, and only those can be trained: download the "
            "weights that are served there, and name them as local:FOLDER"
        )
    try:
        folders = name_folders(name)
    except UnknownModel as error:
        raise TrainingFailed(f"there is no base model to train: {error}".rstrip(".")) from error
    if folders.adapter is not None:
        raise TrainingFailed(
            f"{base!r} names an adapter, and an adapter is trained on a base model alone: leave "
            "out what comes after the @"
        )
    return folders.base
