"""Where things lie in the folder of a pipeline.

runs/<name>/
  evolve/                     a run of loop 1
  train/                      a run of loop 2, on loop 1's best scaffold
  final/v0 loop-1 loop-2      runs of episodes on the held-out seeds: a row of the table each
  result.json                 the table
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from automem_graph.episodes.layout import EpisodeFolder, RunFolder
from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.structure.layout import EvolutionFolder

PLAYS = ("evolve/plays/*", "train/collected", "train/plays/*", "final/*")
"""Where a pipeline's episodes are."""


@dataclass(frozen=True)
class PipelineFolder:
    """The files of one run of the pipeline."""

    path: Path

    @property
    def evolve(self) -> EvolutionFolder:
        return EvolutionFolder(self.path / "evolve")

    @property
    def train(self) -> TrainingFolder:
        return TrainingFolder(self.path / "train")

    @property
    def result(self) -> Path:
        return self.path / "result.json"

    def final(self, row: str) -> RunFolder:
        return RunFolder(self.path / "final" / row)

    def episodes(self, stage: str = "") -> dict[str, EpisodeFolder]:
        """All episodes that were begun, or a stage's, by id: those that two stages share once."""
        found: dict[str, EpisodeFolder] = {}
        for place in PLAYS:
            for folder in self._begun(place) if place.startswith(stage) else ():
                found.setdefault(folder.id, folder)
        return found

    def _begun(self, place: str) -> Iterator[EpisodeFolder]:
        for trace in sorted(self.path.glob(f"{place}/episodes/s*/trace.jsonl")):
            yield EpisodeFolder(trace.parent)
