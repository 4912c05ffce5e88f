"""What one episode has on its table while it is played: everything that is not in the state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from automem_graph.agent.context import PlayContext
from automem_graph.agent.state import PlayState
from automem_graph.agent.step import StepRow
from automem_graph.agent.table import Table
from automem_graph.protocols import Observation, World

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
class Desk(Table):
    """The open resources of one episode, in the process that plays it, whatever agent plays."""

    episode: str
    world: World
    recorder: Recorder
    nonsense: int = 0
    """The latest steps in a row without a commit, of those that were played at this desk."""

    @property
    def step(self) -> int:
        """World actions taken so far: the step in play has this number."""
        return self.recorder.position.step

    @property
    def finished(self) -> bool:
        """Whether the world or the step limit has ended the episode."""
        at = self.recorder.position
        return at.answer.done or at.step >= self.card.max_steps

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
