"""Where things lie in the folder of a run of loop 2.

runs/<name>/
  train.json                  what was asked
  ledger.jsonl                one row a trial (see `ledger`)
  checkpoints.sqlite          where the loop stands
  collected/                  the base model's own episodes, on training seeds
  workspace/                  the decider's desk
  trials/<name>/              of t1, t2, ... and of the control `random`
    recipe.json rationale.md
    data/                     examples.jsonl, card.json, card.html
    train.jsonl               the loss as it goes
    specialist-<name>-<hash>/ the adapter
  plays/<who>/                runs on the validation and held-out seeds: base, random, t1, ...
  result.json
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from automem_graph.episodes.layout import RunFolder


@dataclass(frozen=True)
class TrialFolder:
    """The files of one trial."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def recipe(self) -> Path:
        return self.path / "recipe.json"

    @property
    def rationale(self) -> Path:
        return self.path / "rationale.md"

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def examples(self) -> Path:
        return self.data / "examples.jsonl"

    @property
    def card(self) -> Path:
        return self.data / "card.json"

    @property
    def progress(self) -> Path:
        return self.path / "train.jsonl"


@dataclass(frozen=True)
class TrainingFolder:
    """The files of one run of loop 2."""

    path: Path

    @property
    def asked(self) -> Path:
        return self.path / "train.json"

    @property
    def ledger(self) -> Path:
        return self.path / "ledger.jsonl"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints.sqlite"

    @property
    def collected(self) -> RunFolder:
        return RunFolder(self.path / "collected")

    @property
    def workspace(self) -> Path:
        return self.path / "workspace"

    @property
    def result(self) -> Path:
        return self.path / "result.json"

    def trial(self, name: str) -> TrialFolder:
        return TrialFolder(self.path / "trials" / name)

    def play(self, who: str) -> RunFolder:
        return RunFolder(self.path / "plays" / who)
