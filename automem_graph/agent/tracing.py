"""How a model call shows where a run is watched: named after its role, tagged with its routine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph.config import get_config

from automem_graph.agent.table import Table
from automem_graph.protocols import Role, Routine

if TYPE_CHECKING:
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

TAG = "automem"


def labelled(desk: Table, role: Role, routine: Routine) -> Runnable[LanguageModelInput, AIMessage]:
    """A role's model, labelled for a call of the step in play; bare where nobody watches.

    Whoever watches, LangSmith or Studio's stream, does so through callbacks of the run.
    """
    model = desk.models[role]
    if not _watched():
        return model
    return model.with_config(
        run_name=role,
        tags=[TAG, f"role:{role}", f"routine:{routine}"],
        metadata={"task": desk.card.name, "step": desk.step},
    )


def _watched() -> bool:
    try:
        callbacks = get_config().get("callbacks")
    except RuntimeError:  # not in a graph
        return False
    return bool(getattr(callbacks, "handlers", callbacks))
