"""What a local model's folders hold, as a short hash: a name says only where they lie.

All of an adapter is read, and all of a base model but its large files, which may have many
gigabytes together: of each the size counts, and samples from end to end. Training changes them
everywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from automem_graph.models.local.folders import ADAPTER_CONFIG, ADAPTER_WEIGHTS, name_folders, reason
from automem_graph.models.resolve import UnknownModel

LARGE = 64 << 20
"""A base model's file of more bytes is sampled."""

SAMPLES, SAMPLE = 256, 4096
"""How many samples, and the bytes of each: every large matrix of a 5 GB file gets some."""

_BASE = (
    *("*config.json", "*token*.json", "chat_template.*"),
    *("*.index.json", "*.safetensors", "pytorch_model*.bin"),
)
"""What transformers reads of a folder; what a trainer or a person left beside it has no part."""


def contents(model: str) -> str:
    """12 hex digits for what `local:PATH[@ADAPTER]` holds; empty for any other name.

    Neither the folders' names nor the times of their files bear on it. What has not been touched
    since is not read again by this process. Raises UnknownModel where there are no such folders.
    """
    kind, _, name = model.strip().partition(":")
    if kind != "local":
        return ""
    base, adapter = name_folders(name)
    told = _told(base, sorted({file.name for like in _BASE for file in base.glob(like)}), LARGE)
    if adapter is not None:
        told += _told(adapter, (ADAPTER_CONFIG, ADAPTER_WEIGHTS), None)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _told(folder: Path, names: Iterable[str], large: int | None) -> str:
    """A line for each file, and one for the folder."""
    lines = ["folder\n"]
    try:
        for name in names:
            found = (folder / name).stat()
            sampled = large is not None and found.st_size > large
            version = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            lines.append(f"{_digest(folder / name, sampled, version)} {name}\n")
    except OSError as error:
        raise UnknownModel(f"The folder {folder} cannot be read: {reason(error)}.") from error
    return "".join(lines)


@cache
def _digest(file: Path, sampled: bool, version: tuple[int, ...]) -> str:
    """The hash of a file, or of its size and samples; read once in each of its versions."""
    with file.open("rb", buffering=0) as raw:
        if not sampled:
            return hashlib.file_digest(raw, "sha256").hexdigest()
        size = version[1]
        read = hashlib.sha256(f"{size} ".encode())
        for number in range(SAMPLES):
            raw.seek(number * (size - SAMPLE) // (SAMPLES - 1))
            read.update(raw.read(SAMPLE))
        return read.hexdigest()
