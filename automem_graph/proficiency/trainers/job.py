"""What passes between the training process and the one that started it. Standard library only.

The job is a JSON file. What comes back are rows of train.jsonl: one for each step of the optimiser,
and one that says how it ended.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["data", "base", "targets", "loss", "packages", "memory", "killed", "crash"]
"""What was at fault. After `memory`, `killed` and `crash` the same job may go on."""


class Refused(Exception):
    """No adapter can come of it; the message is what a person is told."""

    def __init__(self, kind: Kind, why: str) -> None:
        super().__init__(why)
        self.kind = kind
        self.why = why


@dataclass(frozen=True)
class Job:
    """One training. Paths are absolute."""

    examples: str
    base: str
    adapter: str
    """The folder that PEFT's files are written to, last of all."""
    work: str
    """The folder of checkpoints."""
    progress: str
    lora: Mapping[str, Any]
    """`recipe.Lora` as JSON."""
    seed: int
    threads: int
    rows: int = 0
    """Examples computed at once on a device at most; 0 lets memory decide."""
    resume: str = ""
    """The checkpoint to go on from."""
    seconds: float = 0.0
    """What earlier sittings took, up to that checkpoint."""

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Job:
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def tell(self, **row: Any) -> None:
        """Add a row. Lines this short are written whole, whichever process writes them."""
        with Path(self.progress).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
