"""What one episode has on its table while it is played: everything that is not in the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from automem_graph.agent.codecs import TAGS, Codec
from automem_graph.agent.context import PlayContext
from automem_graph.agent.events import Event, Listener
from automem_graph.agent.state import PlayState
from automem_graph.agent.step import StepRow
from automem_graph.models.meter import Meter
from automem_graph.protocols import Observation, Role, TaskCard, World

if TYPE_CHECKING:
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

Speaker: TypeAlias = "Runnable[LanguageModelInput, AIMessage]"
"""A chat model, with or without tools bound to it."""

SPECIALIST: Role = "specialist"
GAMEPLAY: Role = "gameplay"

WINDOW = 16
"""Observations that an agent without memory files is shown at once, the latest one included."""


@dataclass(frozen=True)
class Position:
    """Where an episode stands, as its trace says: what `observe` begins the next step from."""

    step: int
    answer: Observation
    note: str = ""
    previous: str = ""
    action: str = ""
    unchanged: int = 0
    hook_state: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PastStep:
    """A step that was taken, as an agent without memory files may look back on it."""

    step: int
    observation: str
    """As the agent saw it, with the note on an invalid action."""
    reply: str
    """The reply that committed the action; empty where none did."""
    action: str
    """The action that the world executed."""


class Recorder(Protocol):
    """Keeps finished steps, in order, and knows where the episode stands: also after a crash."""

    def write(self, row: StepRow) -> None: ...

    @property
    def position(self) -> Position: ...

    @property
    def past(self) -> Sequence[PastStep]:
        """The latest steps, oldest first, at most `WINDOW - 1`."""
        ...

    def close(self) -> None: ...


@dataclass(kw_only=True)
class Desk:
    """The open resources of one episode, in the process that plays it, whatever agent plays."""

    episode: str
    card: TaskCard
    """The task's card, with the episode's own step limit as `max_steps`."""
    world: World
    models: Mapping[Role, Speaker]
    """Who speaks: the gameplay model, and a specialist only where that is another one."""
    model_names: Mapping[Role, str]
    recorder: Recorder
    codec: Codec = TAGS
    meter: Meter | None = None
    """Counts the model calls against a budget, where there is one."""
    listener: Listener | None = None
    stream: Callable[[dict[str, Any]], None] | None = None
    """Where the run in progress streams custom events to; set by the graph at each node."""
    nonsense: int = 0
    """The latest steps in a row without a commit, of those that were played at this desk."""

    @property
    def finished(self) -> bool:
        """Whether the world or the step limit has ended the episode."""
        at = self.recorder.position
        return at.answer.done or at.step >= self.card.max_steps

    def tell(self, event: Event) -> None:
        """Tell whoever listens: the command line, Studio's stream, or nobody."""
        if self.listener is not None:
            self.listener(event)
        if self.stream is not None:
            self.stream(event.model_dump(mode="json"))

    def close(self) -> None:
        """Give all of it back; the episode can be opened again where its trace stands."""
        self.world.close()
        self.recorder.close()


class Desks(Protocol):
    """Opens desks: the seam to the room above, which knows about folders and traces."""

    def __call__(self, context: PlayContext, state: PlayState, thread: str | None) -> Desk:
        """The desk of the episode that the state names, else of the one the context describes.

        A state with a `fork` gets the desk of a new episode that shares the steps so far.
        """
        ...

    def leave(self, desk: Desk) -> None:
        """Close a desk after an error: the next call opens it anew, where its trace stands."""
        ...
