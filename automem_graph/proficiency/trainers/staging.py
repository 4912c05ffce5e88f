"""Where an adapter is made: a dot folder beside it, which becomes it by one rename.

trials/t1/
  train.jsonl                      a row a step, then how it ended
  .specialist-t1-0123abcdef/
    lock  made_by.json  job.json  train.log
    checkpoint-120/                the last one, to go on from
    adapter/                       becomes specialist-t1-0123abcdef
"""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from automem_graph.episodes.layout import write_json
from automem_graph.proficiency.trainer import TrainingFailed

PATIENCE_S = 30.0
"""Seconds to wait for the process of an earlier sitting, which leaves once its parent is gone."""

_POLL_S = 0.1


class Staging:
    """The folder that the adapter `final` is made in."""

    def __init__(self, final: Path) -> None:
        self.final = final
        self.path = final.parent / f".{final.name}"
        self.adapter = self.path / "adapter"
        self.job = self.path / "job.json"
        self.log = self.path / "train.log"
        self.progress = final.parent / "train.jsonl"

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Hold it, and so will every process that is handed the file descriptor."""
        self.path.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + PATIENCE_S
        with (self.path / "lock").open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        said = f"another process trains {self.final.name}: wait until it has ended"
                        raise TrainingFailed(said) from None
                    time.sleep(_POLL_S)
            yield lock.fileno()

    def lay_out(self, made_by: Mapping[str, Any]) -> None:
        """Make it ready: what was begun for anything else is thrown away, and half an adapter."""
        noted = self.path / "made_by.json"
        if _read(noted) != made_by:
            self._clear()
            self.progress.unlink(missing_ok=True)
            write_json(noted, dict(made_by))
        if self.ended() is None:
            shutil.rmtree(self.adapter, ignore_errors=True)

    def ended(self) -> Mapping[str, Any] | None:
        """The last row of a training whose adapter is here, and only has to be moved."""
        rows = self.rows()
        return rows[-1] if rows and rows[-1].get("ended") and self.adapter.is_dir() else None

    def rows(self) -> list[dict[str, Any]]:
        """The rows of train.jsonl; a torn last line is left out."""
        try:
            lines = self.progress.read_bytes().split(b"\n")[:-1]
            return [json.loads(line) for line in lines]
        except (FileNotFoundError, ValueError):
            return []

    def checkpoint(self) -> tuple[str, float]:
        """The last whole checkpoint, or none, and the seconds spent until then.

        train.jsonl is cut back to it: what came after it comes again.
        """
        found = sorted(self.path.glob("checkpoint-*"), key=lambda one: -_number(one))
        last = next((one for one in found if _read(one / "trainer_state.json")), None)
        for one in found:
            if one != last:
                shutil.rmtree(one)
        step = _number(last) if last else 0
        kept = [row for row in self.rows() if row.get("step", step + 1) <= step]
        self.progress.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
        return str(last or ""), kept[-1]["seconds"] if kept else 0.0

    def publish(self) -> None:
        """Let the adapter be there, and clear all else away."""
        self.adapter.rename(self.final)
        self.discard()

    def discard(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def _clear(self) -> None:
        for path in self.path.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "lock":
                path.unlink()


def _read(path: Path) -> Any:
    """A JSON document; None where there is none, or only half of one."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _number(checkpoint: Path) -> int:
    number = checkpoint.name.rpartition("-")[2]
    return int(number) if number.isdigit() else -1
