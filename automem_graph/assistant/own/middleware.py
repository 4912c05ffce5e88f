"""The middleware that an agent of one's own is given: the real one, on an episode's memory.

All it changes is where memory is, where its state is kept, who counts and records it, and that
trouble with memory ends the episode instead of going on without: a score must be of memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from langchain.agents.middleware.types import ModelRequest
from langgraph.errors import GraphBubbleUp
from langgraph.runtime import Runtime

from automem_graph.agent.events import Event
from automem_graph.agent.table import GAMEPLAY, SPECIALIST
from automem_graph.assistant.beside import MemorySteps
from automem_graph.assistant.desk import KeeperDesk, SetDesk
from automem_graph.assistant.keeper import Beside, Keeper
from automem_graph.assistant.middleware import AutoMemMiddleware
from automem_graph.assistant.own.desk import OwnDesk
from automem_graph.assistant.own.door import EpisodeMemory
from automem_graph.assistant.own.record import Record
from automem_graph.assistant.past import Outcome
from automem_graph.assistant.state import MemoryState
from automem_graph.memory.shared import SharedMemory
from automem_graph.models.calling import PATIENCE_S
from automem_graph.scaffold.client import ScaffoldHost


class EpisodeMiddleware(AutoMemMiddleware):
    """Keeps an episode's memory beside one turn of an agent, and a record of it."""

    def __init__(self, desk: OwnDesk, record: Record) -> None:
        keeper = _EpisodeKeeper(desk, record)
        super().__init__(
            keeper.memory,
            desk.models.get(SPECIALIST),  # type: ignore[arg-type]  # a chat model: no tools are bound
            desk.scaffold.path,
            card=desk.card,
            codec=desk.codec.name,
        )
        self._keeper = keeper
        self._steps = _EpisodeSteps(keeper)
        self._record = record

    @property
    def name(self) -> str:
        """The name of the middleware that it stands for."""
        return AutoMemMiddleware.__name__

    def _remember(self, request: ModelRequest[Any]) -> Outcome:
        """One keep after the other, from what the episode has kept; what goes wrong is noted."""
        record = self._record
        with record.lock:
            kept = cast("Any", {**request.state, "automem": record.hook_state})
            try:
                outcome = super()._remember(request.override(state=kept))
            except GraphBubbleUp:
                raise
            except Exception as error:
                record.trouble = record.trouble or error
                raise
            record.end_keep(outcome.kept)
            return outcome


class _EpisodeSteps(MemorySteps):
    raised = (Exception,)


class _EpisodeKeeper(Keeper):
    """Sets desks that count, tell and record as the episode's own does."""

    def __init__(self, desk: OwnDesk, record: Record) -> None:
        memory = cast(
            SharedMemory, EpisodeMemory(desk.memory, desk.step, lambda: len(record.calls))
        )
        super().__init__(
            lambda _: memory, scaffold=desk.scaffold.path, card=desk.card, codec=desk.codec.name
        )
        self._desk = desk
        self._record = record

    def setter(self, beside: Callable[[Runtime[Any]], Beside]) -> SetDesk:
        """See `Keeper.setter`."""
        set_desk, desk = super().setter(beside), self._desk
        names = desk.model_names
        name = names.get(SPECIALIST, names[GAMEPLAY])

        def set_for_episode(state: MemoryState, runtime: Runtime[Any]) -> KeeperDesk:
            if "turn" in state:
                self._record.keeping(state["turn"])
            return replace(
                set_desk(state, runtime),
                model_names={SPECIALIST: name},
                meter=desk.meter,
                listener=self._tell,
                patience_s=PATIENCE_S,
            )

        return set_for_episode

    def _tell(self, event: Event) -> None:
        self._desk.tell(event.model_copy(update={"step": self._desk.step}))

    def _host(self) -> ScaffoldHost:
        return self._desk.host
