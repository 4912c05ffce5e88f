"""Where things lie in a run's folder (design: on disk), and how result files are written.

runs/<name>/
  run.json                    what was asked
  scaffolds/<id>/             the scaffold that played
  prompts/<hash>.txt          texts that many rows share, once
  episodes/<id>/trace.jsonl   a header and one row per step
  episodes/<id>/memory/       the files as they are now
  episodes/<id>/memory.jsonl  their journal
  episodes/<id>/episode.json  the result, written last
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT = 2
"""Version of this layout; a run folder of another version is refused, never migrated silently."""


EPISODE_ID = re.compile("s[0-9]{1,10}-[0-9a-f]{10}")


class RunError(Exception):
    """A run or episode folder that cannot be used; the message says what to do."""


@dataclass(frozen=True)
class EpisodeFolder:
    """The files of one episode."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def trace(self) -> Path:
        return self.path / "trace.jsonl"

    @property
    def memory(self) -> Path:
        return self.path / "memory"

    @property
    def journal(self) -> Path:
        return self.path / "memory.jsonl"

    @property
    def result(self) -> Path:
        return self.path / "episode.json"

    @property
    def run(self) -> RunFolder:
        return RunFolder(self.path.parent.parent)


@dataclass(frozen=True)
class RunFolder:
    """The files of one run."""

    path: Path

    @property
    def asked(self) -> Path:
        return self.path / "run.json"

    def read_asked(self) -> dict[str, Any]:
        """What run.json says; RunError where it cannot be read."""
        try:
            kept = json.loads(self.asked.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise RunError(f"there is no run in {self.path}: it has no run.json") from None
        except (OSError, ValueError) as error:
            raise RunError(f"{self.asked} cannot be read: {error}") from error
        if not isinstance(kept, dict):
            raise RunError(f"{self.asked} is not a JSON object")
        return kept

    def episode(self, episode: str) -> EpisodeFolder:
        """The folder of an episode by its id; RunError for what is no id (it may be anyone's)."""
        if not EPISODE_ID.fullmatch(episode):
            raise RunError(f"'{episode[:40]}' is no episode's id; one looks like s42-0123abcdef")
        return EpisodeFolder(self.path / "episodes" / episode)

    def scaffold(self, scaffold: str) -> Path:
        return self.path / "scaffolds" / scaffold

    def keep_prompt(self, text: str) -> str:
        """Keep a text that many rows share; returns its name."""
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        kept = self.path / "prompts" / f"{name}.txt"
        if not kept.exists():
            write_whole(kept, text)
        return name

    def prompt(self, name: str) -> str:
        """A kept text, byte for byte."""
        return (self.path / "prompts" / f"{name}.txt").read_bytes().decode()


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader, or a crash, sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_native_id()}")
    half.write_bytes(text.encode("utf-8", "replace"))
    half.replace(path)


def write_json(path: Path, data: Any) -> None:
    """Write one JSON document, indented for people, atomically."""
    write_whole(path, json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def find_episode(where: Path) -> EpisodeFolder:
    """The episode that a person points at: its folder, a file in it, or a run with just one."""
    path = where if where.is_dir() else where.parent
    if (path / "trace.jsonl").is_file():
        return EpisodeFolder(path)
    if not where.exists():
        raise RunError(f"there is no {where}; `automem play crafter` makes an episode")
    inside = sorted(path.glob("episodes/*/trace.jsonl"))
    if len(inside) == 1:
        return EpisodeFolder(inside[0].parent)
    if inside:
        names = ", ".join(trace.parent.name for trace in inside[:6])
        raise RunError(f"{where} holds {len(inside)} episodes; name one of them: {names}")
    raise RunError(f"{where} is neither an episode (no trace.jsonl in it) nor a run with episodes")
