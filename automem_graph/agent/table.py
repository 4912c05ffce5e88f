"""Who speaks in a step and who listens: what every desk has, with a world or without one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from automem_graph.agent.codecs import TAGS, Codec
from automem_graph.agent.events import Event, Listener
from automem_graph.models.meter import Meter
from automem_graph.protocols import Role, TaskCard

if TYPE_CHECKING:
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

Speaker: TypeAlias = "Runnable[LanguageModelInput, AIMessage]"
"""A chat model, with or without tools bound to it."""

SPECIALIST: Role = "specialist"
GAMEPLAY: Role = "gameplay"


@dataclass(kw_only=True)
class Table:
    """The models of a step, how they write, and who is told what happens."""

    card: TaskCard
    """What the models are told of the task; of an episode with its own step limit."""
    models: Mapping[Role, Speaker]
    """Who speaks: the gameplay model, and a specialist only where that is another one."""
    model_names: Mapping[Role, str]
    codec: Codec = TAGS
    meter: Meter | None = None
    """Counts the model calls against a budget, where there is one."""
    patience_s: float | None = None
    """Seconds that a model call may wait for its turn and for another try, where somebody waits."""
    listener: Listener | None = None
    stream: Callable[[dict[str, Any]], None] | None = None
    """Where the run in progress streams custom events to; set by the graph at each node."""

    @property
    def step(self) -> int:
        """The number of the step in play."""
        raise NotImplementedError

    def tell(self, event: Event) -> None:
        """Tell whoever listens: the command line, Studio's stream, or nobody."""
        if self.listener is not None:
            self.listener(event)
        if self.stream is not None:
            self.stream(event.model_dump(mode="json"))
