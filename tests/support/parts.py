"""The parts of `tools/parts`, as modules to call and in scaffolds to play."""

from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

from automem_graph.agent.context import PlayContext
from automem_graph.agent.step import StepRow
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.play import EpisodeResult, play_episode
from automem_graph.episodes.trace import read_trace
from automem_graph.structure.parts.part import shelf
from automem_graph.structure.parts.wire import take
from support.playing import scaffold_with

PARTS = Path(__file__).parents[2] / "tools" / "parts"
NAMES = shelf(PARTS)


def load(name: str) -> ModuleType:
    """A part's module, in this process."""
    spec = util.spec_from_file_location(name, PARTS / name / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def scaffold_of(folder: Path, *parts: str, **files: str) -> str:
    """A copy of v0, edited as `scaffold_with` does, that has taken these parts."""
    scaffold = scaffold_with(folder, **files)
    for name in parts:
        take(folder, PARTS / name)
    return scaffold


def play_offline(
    scaffold: str, task: str, *, steps: int, seed: int = 42
) -> tuple[EpisodeResult, list[StepRow]]:
    """An episode of the offline player's, and the rows of its trace."""
    desks = EpisodeDesks()
    context = PlayContext(task=task, scaffold=scaffold, steps=steps, seed=seed, run="run")
    try:
        result = play_episode(desks, context)
        return result, read_trace(desks.folder(context))[1]
    finally:
        desks.close()


def seen(observation: str = "", **known: Any) -> dict[str, Any]:
    """What a hook is told; the rest as if nothing had happened yet."""
    return {
        "step": 0,
        "last_action": "",
        "previous": "",
        "observation": observation,
        "unchanged": 0,
        **known,
    }


class Files:
    """The read view as scaffold code has it, of texts by name."""

    def __init__(self, **texts: str) -> None:
        self.texts = {f"{name}.md": text for name, text in texts.items()}

    def index(self) -> list[tuple[str, int]]:
        return [(name, text.count("\n")) for name, text in sorted(self.texts.items())]

    def text(self, name: str) -> str | None:
        return self.texts.get(name)

    def apply(self, edits: list[tuple[str, str, str]]) -> None:
        """Carry replacing edits out, as the memory directory would."""
        for op, name, text in edits:
            assert op == "replace"
            self.texts[name] = f"{text}\n" if text else ""
