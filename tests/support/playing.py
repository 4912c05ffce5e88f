"""Play the toy world with given models, and look at what is on disk afterwards."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from automem_graph.agent.context import PlayContext
from automem_graph.agent.events import Event
from automem_graph.agent.step import StepRow
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.play import EpisodeResult, play_episode
from automem_graph.episodes.processes import Processes
from automem_graph.episodes.trace import read_trace
from automem_graph.worlds.process import RemoteWorld
from support import toy
from support.scripted import Say, Scripted, Tooled

WORLDS = Processes()
"""Holds the corridors of all tests, in one process: these need nothing of a test's own folder."""
atexit.register(WORLDS.close)


class Beside(Processes):
    """Processes of a table's own, but for the one that holds corridors."""

    def world(self, task: str, seed: int) -> RemoteWorld:
        return WORLDS.world(task, seed) if task == toy.NAME else super().world(task, seed)


class Table:
    """Desks whose models are scripted, and shortcuts to play and read."""

    def __init__(self, models: dict[str, Scripted], **context: Any) -> None:
        self.models = models
        self.events: list[Event] = []
        self.processes = Beside()
        self.desks = EpisodeDesks(
            listener=self.events.append,
            resolve=lambda name, _: models[name],
            processes=self.processes,
        )
        names = {"gameplay": "gameplay", "specialist": "specialist" if len(models) > 1 else ""}
        self.context = PlayContext(**{"task": toy.NAME, "run": "run", **names, **context})

    @property
    def folder(self) -> Any:
        return self.desks.folder(self.context)

    def play(self) -> EpisodeResult:
        return play_episode(self.desks, self.context)

    def rows(self) -> list[StepRow]:
        return read_trace(self.folder)[1]

    def said(self, step: int) -> list[tuple[str, str]]:
        """The conversation of a step as (role, text) without its system message."""
        return [(m["role"], m["content"]) for m in self.rows()[step].messages[1:]]


@contextmanager
def table(gameplay: Say, specialist: Say | None = None, /, **context: Any) -> Iterator[Table]:
    kind = Tooled if context.get("codec") == "tool_calls" else Scripted
    models = {"gameplay": kind(say=gameplay)}
    if specialist is not None:
        models["specialist"] = kind(say=specialist)
    at = Table(models, **context)
    try:
        yield at
    finally:
        at.desks.close()
        at.processes.close()


def scaffold_with(folder: Path, **files: str) -> str:
    """A copy of v0 with some files replaced or added; a key `hooks_py` stands for `hooks.py`."""
    import shutil
    from importlib.resources import files as resources

    shutil.copytree(str(resources("automem_graph.tools") / "v0"), folder, dirs_exist_ok=True)
    for key, text in files.items():
        name, _, ending = key.rpartition("_")
        path = folder / f"{name.replace('__', '/')}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(folder)
