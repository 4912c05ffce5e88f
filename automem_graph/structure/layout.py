"""Where things lie in the folder of a run of loop 1.

runs/<name>/
  evolve.json                 what was asked
  lineage.jsonl               one row an attempt (see `lineage`)
  checkpoints.sqlite          where the loop stands
  scaffolds/<id>/             every version and every attempt that is a scaffold
  attempts/<name>/            analysis.md, changes.md, diff.patch of v1.1, v1.2, ...
  plays/<id>[-wiped]/         a run of episodes for each scaffold, and for the controls
  workspace/                  the proposer's desk (see `workspace`)
  result.json  report.html    the table at the end
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from automem_graph.episodes.layout import RunFolder

SearchName = Literal["hill", "population"]
"""From the best scaffold so far, or from several (see `population`)."""


@dataclass(frozen=True)
class EvolutionFolder:
    """The files of one run of loop 1."""

    path: Path

    @property
    def asked(self) -> Path:
        return self.path / "evolve.json"

    @property
    def lineage(self) -> Path:
        return self.path / "lineage.jsonl"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints.sqlite"

    @property
    def workspace(self) -> Path:
        return self.path / "workspace"

    @property
    def result(self) -> Path:
        return self.path / "result.json"

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    def scaffold(self, scaffold: str) -> Path:
        return self.path / "scaffolds" / scaffold

    def attempt(self, name: str) -> Path:
        return self.path / "attempts" / name

    def play(self, scaffold: str, *, wiped: bool = False) -> RunFolder:
        """The run of that scaffold's episodes, or of its control's."""
        return RunFolder(self.path / "plays" / (f"{scaffold}-wiped" if wiped else scaffold))
