"""One step of memory beside a host's model call, whatever goes wrong with it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, cast

from langchain_core.messages import AnyMessage
from langgraph.errors import GraphBubbleUp
from langgraph.runtime import Runtime

from automem_graph.agent.speech import clean
from automem_graph.assistant.graph import MOST_SUPERSTEPS, join
from automem_graph.assistant.hearing import after, latest, mark, told
from automem_graph.assistant.inside import inside
from automem_graph.assistant.keeper import Beside, Keeper, NoToolCalls
from automem_graph.assistant.past import Outcome, Past
from automem_graph.assistant.recalled import Recalled, as_message
from automem_graph.assistant.state import Kept, MemoryInput, MemoryState
from automem_graph.models.resolve import UnknownModel

logger = logging.getLogger("automem_graph")

MISTAKES = (GraphBubbleUp, UnknownModel, NoToolCalls)
"""What is raised: a pause of the host's, and what is wrong at every call until it is put right."""


class MemorySteps:
    """The memory agent beside the model calls of many conversations; for many threads."""

    raised: tuple[type[Exception], ...] = MISTAKES
    """What is not put up with."""

    def __init__(self, keeper: Keeper) -> None:
        self._graph = join(keeper.setter(lambda runtime: runtime.context), context=Beside)
        self._past = Past()

    def take(
        self, messages: Sequence[AnyMessage], kept: Kept, runtime: Runtime[Any], beside: Beside
    ) -> Outcome:
        """LOG what is new, and recall. What goes wrong is logged, and nothing is recalled then."""
        marks = tuple(map(mark, latest(messages)))
        if again := self._past.same(runtime, marks):
            return again
        kept = self._past.kept(runtime, kept)
        with inside(beside.thread, MOST_SUPERSTEPS) as context:
            outcome = context.run(self._run, told(messages, kept), kept, beside)
        self._past.note(runtime, marks, outcome)
        return outcome

    def _run(self, messages: list[AnyMessage], kept: Kept, beside: Beside) -> Outcome:
        asked: MemoryInput = {"messages": messages, "kept": kept}
        state: MemoryState = {}
        try:
            for values in self._graph.stream(asked, context=beside, stream_mode="values"):
                state = cast(MemoryState, values)
        except self.raised:
            raise
        except Exception as error:  # a boundary: the host's turn goes on without memory
            why = _why(error)
            logger.warning("nothing was recalled before this model call: %s", why)
            kept = {**kept, **after(messages, kept, logged=_begun(state)), "trouble": why}
            return Outcome(None, kept)
        pieces = [Recalled(**piece) for piece in state["recalled"]]
        return Outcome(as_message(pieces), state["kept"])


def _begun(state: MemoryState) -> bool:
    """Whether LOG has written something, or had nothing to write."""
    turn = state.get("turn", {})
    return bool(turn.get("actions")) or turn.get("next", "log") != "log"


def _why(error: Exception) -> str:
    said = " ".join(clean(str(error)).split())[:300]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
