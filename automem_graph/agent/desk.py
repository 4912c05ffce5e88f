"""What one episode has on its table while it is played: everything that is not in the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from automem_graph.agent.context import PlayContext
from automem_graph.agent.events import Event, Listener
from automem_graph.agent.state import PlayState
from automem_graph.agent.step import StepRow
from automem_graph.memory.memory import Memory
from automem_graph.protocols import ActionSpec, Observation, Role, TaskCard, World
from automem_graph.scaffold.client import ScaffoldHost, Session
from automem_graph.scaffold.load import Scaffold

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

SPECIALIST: Role = "specialist"
GAMEPLAY: Role = "gameplay"


PROCESS_STEPS = 50
"""Steps that one process of the scaffold serves."""

Page = tuple[str, Mapping[str, Any]]
"""A template of the scaffold's and the variables to render it with."""


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


class Recorder(Protocol):
    """Keeps finished steps, in order, and knows where the episode stands: also after a crash."""

    def write(self, row: StepRow) -> None: ...

    @property
    def position(self) -> Position: ...

    def close(self) -> None: ...


@dataclass
class Desk:
    """The open resources of one episode, in the process that plays it."""

    episode: str
    card: TaskCard
    """The task's card, with the episode's own step limit as `max_steps`."""
    scaffold: Scaffold
    host: ScaffoldHost
    memory: Memory
    world: World
    models: Mapping[Role, BaseChatModel]
    model_names: Mapping[Role, str]
    recorder: Recorder
    listener: Listener | None = None
    stream: Callable[[dict[str, Any]], None] | None = None
    """Where the run in progress streams custom events to; set by the graph at each node."""
    wiped: bool = False
    """Whether this is the control whose memory is wiped after every step."""
    initial_files: Mapping[str, str] = field(default_factory=dict)
    _session: Session | None = None

    @property
    def two_models(self) -> bool:
        """Whether a specialist consults and another model commits."""
        return self.model_names[SPECIALIST] != self.model_names[GAMEPLAY]

    @property
    def keeper(self) -> Role:
        """Who keeps memory: the specialist, or the gameplay model where it is the only one."""
        return SPECIALIST if self.two_models else GAMEPLAY

    @property
    def finished(self) -> bool:
        """Whether the world or the step limit has ended the episode."""
        at = self.recorder.position
        return at.answer.done or at.step >= self.card.max_steps

    @property
    def session(self) -> Session:
        """The scaffold's process, opened on first use."""
        if self._session is None:
            self._session = self.host.open_session(self.memory)
        return self._session

    def next_step(self, step: int) -> None:
        """Let the scaffold begin a step with nothing but its state and the files.

        Its modules run anew; its process is another one every `PROCESS_STEPS` steps, and at each
        step of the wiped control, so that nothing hidden in it can pass for memory for long.
        """
        if self.wiped or step % PROCESS_STEPS == 0:
            self.end_session()
        else:
            self.session.next_step()

    def end_session(self) -> None:
        """End the scaffold's process."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def render(self, *pages: Page) -> list[str]:
        """Some of the scaffold's prompts; `task` and `actions` are there for every template."""
        shared = {"task": self._task_variables, "actions": self._action_variables}
        return self.session.render_all(pages, shared)

    @cached_property
    def system(self) -> str:
        """The system message: the same for every step and episode of a task and scaffold."""
        instructions = {"task": self.card.model_dump(mode="json")}
        return self.render(("system", instructions))[0]

    def tell(self, event: Event) -> None:
        """Tell whoever listens: the command line, Studio's stream, or nobody."""
        if self.listener is not None:
            self.listener(event)
        if self.stream is not None:
            self.stream(event.model_dump(mode="json"))

    @cached_property
    def _task_variables(self) -> dict[str, Any]:
        return self.card.model_dump(mode="json", exclude={"instructions"})

    @cached_property
    def _action_variables(self) -> dict[str, Any]:
        manifest = self.scaffold.manifest

        def shown(spec: ActionSpec) -> dict[str, str]:
            return {"name": spec.name, "form": spec.form, "help": spec.help}

        return {
            "log": [shown(spec) for spec in manifest.of("log")],
            "plan": [shown(spec) for spec in manifest.of("plan")],
            "done": shown(manifest.done),
            "commit": shown(manifest.commit),
        }


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
