"""Steps off the record: the inner loop with a world, models and a trace that are in this process.

The nodes, the memory and the scaffold's host are those of any episode; only what costs something,
and what would be kept, is replaced.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextvars import Context
from pathlib import Path
from types import TracebackType
from typing import Self

from langsmith import tracing_context

from automem_graph.agent.codecs import TAGS, Codec
from automem_graph.agent.context import PlayContext
from automem_graph.agent.desk import Desk, PastStep, Position
from automem_graph.agent.graph import inner_loop
from automem_graph.agent.memory_desk import MemoryDesk
from automem_graph.agent.observe import noted
from automem_graph.agent.state import PlayState
from automem_graph.agent.step import StepRow
from automem_graph.agent.table import Speaker
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.opening import lay_out
from automem_graph.episodes.trace import position_after
from automem_graph.memory.dictionary import DictFiles
from automem_graph.memory.journal import read_rows
from automem_graph.memory.memory import Deed, Memory
from automem_graph.memory.quota import Quota
from automem_graph.memory.rows import Row
from automem_graph.protocols import Edit, Role, TaskCard, World
from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.load import Scaffold
from automem_graph.scaffold.patience import Patience

CALLS_S = 120.0
"""Seconds by the clock that all calls of the scaffold may take together. An honest one needs less
than a second of them, on a busy machine some."""


class Kept:
    """A `Recorder` that keeps its rows in this process. `positions` are where each step began."""

    past: Sequence[PastStep] = ()

    def __init__(self, at: Position) -> None:
        self.position = at
        self.positions: list[Position] = []
        self.rows: list[StepRow] = []

    def write(self, row: StepRow) -> None:
        self.positions.append(self.position)
        self.rows.append(row)
        shown = noted(self.position.note, self.position.answer.text)
        self.position = position_after(row, shown)

    def close(self) -> None:
        pass


class Rehearsal:
    """One scaffold in its host, and desks for it. `scratch` is for journals, and may be deleted.

    Raises ScaffoldError for what does not start, and ScaffoldFault where its code misbehaves, or
    where all its calls together take longer than `CALLS_S`.
    """

    def __init__(self, scaffold: Scaffold, scratch: Path) -> None:
        self.scaffold = scaffold
        self._scratch = scratch
        self._host = ScaffoldHost.start(scaffold, Patience(CALLS_S))
        self._opened: list[Desk] = []
        self._desk: Desk | None = None
        self._loop = inner_loop(self)

    def desk(
        self,
        card: TaskCard,
        at: Position,
        world: World,
        models: Mapping[Role, Speaker],
        *,
        files: Mapping[str, str] | None = None,
        codec: Codec = TAGS,
    ) -> MemoryDesk:
        """A desk in a fresh process of the scaffold's, with these files; None are initial ones."""
        folder = EpisodeFolder(Path(tempfile.mkdtemp(dir=self._scratch)))
        limits = Quota(read_chars=self.scaffold.manifest.limits.read_chars)
        desk = MemoryDesk(
            episode=folder.id,
            card=card,
            world=world,
            models=models,
            model_names=dict.fromkeys(models, "offline:drill"),
            recorder=Kept(at),
            codec=codec,
            scaffold=self.scaffold,
            host=self._host,
            memory=Memory(DictFiles(), folder.journal, limits),
        )
        self._opened.append(desk)
        if files is None:
            lay_out(desk, folder, 0)
        elif files:
            given = [Edit(op="replace", file=name, text=text) for name, text in files.items()]
            desk.memory.perform(Deed(step=-1, turn=0, role="scaffold", action="given"), given)
        return desk

    def play(self, desk: MemoryDesk, steps: int) -> Kept:
        """Play so many steps, or to the end of the episode; what was kept of them."""
        self._desk = desk
        context = PlayContext(steps_per_run=desk.recorder.position.step + steps)

        def played() -> None:
            with tracing_context(enabled=False):
                self._loop.walk({}, context)

        Context().run(played)  # as if no graph ran here: nobody is to watch
        assert isinstance(desk.recorder, Kept)
        return desk.recorder

    def journal(self, desk: Desk) -> tuple[Row, ...]:
        """What the desk's memory has journaled; a first row for the files that it began with."""
        return tuple(read_rows(EpisodeFolder(self._scratch / desk.episode).journal))

    def __call__(self, context: PlayContext, state: PlayState, thread: str | None) -> Desk:
        """As the graph's `Desks`: the desk that is being played."""
        assert self._desk is not None
        return self._desk

    def leave(self, desk: Desk) -> None:
        """Close a desk after an error."""
        desk.close()

    def close(self) -> None:
        """Close what is still open, and end the host with all of its processes."""
        for desk in self._opened:
            desk.close()
        self._host.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
