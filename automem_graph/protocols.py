"""The seams on one page: what each room promises to the rooms above it.

Everything here is a type or a contract; nothing here runs. Read it top to bottom and the rest of
the package is a set of implementations.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Routine = Literal["log", "plan"]
"""The two routines of a step (paper, inner loop): LOG records, PLAN recalls and commits."""

Role = Literal["gameplay", "specialist", "meta"]
"""Who speaks: the model that acts, the one that keeps memory, the one that rewrites scaffolds."""


class Frozen(BaseModel):
    """Base of the data that travels between rooms: immutable, strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- worlds -------------------------------------------------------------------------------------


class Observation(Frozen):
    """What the world answers to a reset or an action.

    `text` is all that an agent may see. `progression` is the episode's score so far in [0, 1].
    `facts` (position, inventory, ...) are for the trace and for people; no model and no scaffold
    ever gets them.
    """

    text: str
    reward: float = 0.0
    done: bool = False
    progression: float = Field(default=0.0, ge=0.0, le=1.0)
    facts: Mapping[str, JsonValue] = Field(default_factory=dict)


ANSWER_CHARS = 2000
"""Characters of an answer that a world is given; the rest of a longer one is cut off."""


class TaskCard(Frozen):
    """What a task says of itself: enough to prompt an agent and to check its actions."""

    name: str
    title: str
    instructions: str
    actions: tuple[str, ...]
    default_action: str
    max_steps: int = Field(gt=0)
    answers: bool = False
    """Whether any text is an action, because actions are answers; `actions` are examples then."""


class World(Protocol):
    """One live world. Same seed and same actions give the same texts, in any process (twins)."""

    def reset(self) -> Observation: ...

    def step(self, action: str) -> Observation:
        """Take one of the task's actions, spelled exactly; raises ValueError for any other.

        Where actions are answers, any text of at most `ANSWER_CHARS` characters is one.
        """
        ...

    def close(self) -> None: ...


class Task(Protocol):
    """A kind of world: opens one per seed."""

    @property
    def card(self) -> TaskCard: ...

    def open(self, seed: int) -> World: ...


# --- memory -------------------------------------------------------------------------------------


class FileEntry(Frozen):
    """One line of the index that a prompt shows: a name and a line count, never contents."""

    name: str
    lines: int


class Edit(Frozen):
    """One change to one memory file, as scaffold code asks for it and trusted code applies it."""

    op: Literal["append", "replace", "remove"]
    file: str
    text: str = ""


class Answer(Frozen):
    """What a memory primitive says: on success the text asked for, else a sentence to learn from.

    A model's mistake is an `Answer` with `ok=False`, never an exception.
    """

    ok: bool
    text: str


@runtime_checkable
class MemoryFiles(Protocol):
    """A back end that keeps text files by name (a directory, a LangGraph store, a dict).

    Callers pass names that `memory.names.check_name` accepts and text in normal form
    (`memory.text.normal_form`). `OSError` is for a broken disk, not for a missing file; a writer
    raises FileExistsError where something that is no file is in the way, which becomes an answer.
    """

    def index(self) -> tuple[FileEntry, ...]:
        """All files, sorted by name, with line counts."""
        ...

    def text(self, name: str) -> str | None:
        """The whole file; None where there is none."""
        ...

    def replace(self, name: str, text: str) -> None:
        """Create or overwrite, atomically: a reader sees the old text or the new one."""
        ...

    def append(self, name: str, text: str) -> None:
        """Add at the end, creating the file."""
        ...

    def remove(self, name: str) -> None:
        """Delete; a missing file is no error."""
        ...


class MemoryView(Protocol):
    """The read side of a memory, which is all that scaffold code ever gets."""

    def index(self) -> tuple[FileEntry, ...]: ...

    def text(self, name: str) -> str | None: ...

    def read(self, name: str, start: int = 1) -> Answer: ...


# --- the action space ---------------------------------------------------------------------------


class ActionSpec(Frozen):
    """One memory action as a scaffold declares it; prompts and the grammar are made from it.

    `args` are named in order; a trailing `?` marks an optional one (only the last may be).
    `kind` says what the action may do: `search` and `read` look, `write` returns edits, `done`
    ends LOG, `commit` ends PLAN with a world action. PLAN is read-only: no `write` there.
    """

    name: str = Field(pattern=r"^[A-Z][A-Z0-9_]{0,31}$")
    kind: Literal["search", "read", "write", "done", "commit"]
    routines: tuple[Routine, ...] = Field(min_length=1)
    args: tuple[str, ...] = ()
    help: str = Field(max_length=400)

    @property
    def form(self) -> str:
        """How the action is written in the tags grammar: `<|SEARCH|>file|keyword<|END|>`."""
        if not self.args:
            return f"<|{self.name}|>"
        return f"<|{self.name}|>{'|'.join(self.args)}<|END|>"


class Call(Frozen):
    """One action found in a reply. `problem` is None, or why it cannot run, with the right form."""

    name: str
    args: Mapping[str, str] = Field(default_factory=dict)
    text: str = ""
    problem: str | None = None


# --- many episodes ------------------------------------------------------------------------------


class EpisodeJob(Frozen):
    """One episode to be played: the fields of its `PlayContext`, and the id that they amount to.

    Whoever plays it checks the id: changed code or a changed scaffold make it another episode.
    """

    episode: str
    context: Mapping[str, JsonValue]
    meter: str = ""
    """The file that its model calls are counted in (see `models.meter`); empty without a budget."""
    time_limit_s: float | None = None
    """Seconds that it may take from when it is begun with; None without a limit."""


class CallCounts(Frozen):
    """Model calls and their tokens."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    specialist_input_tokens: int = 0
    """Of these the specialist's, where that is another model."""
    specialist_output_tokens: int = 0

    def plus(self, other: CallCounts) -> dict[str, int]:
        """The sums with the other's counts, by the names of the fields."""
        return {
            name: getattr(self, name) + getattr(other, name) for name in CallCounts.model_fields
        }


class JobNews(CallCounts):
    """What happens to a job until its outcome; the counts are of the steps since it `started`."""

    kind: Literal["started", "stepped", "retried"]
    job: int
    """The job's place in the sequence that was given to the executor."""
    step: int = 0
    """World actions taken so far, also those of earlier sittings."""
    progression: float = 0.0
    note: str = ""
    """Why it is retried."""


class JobOutcome(Frozen):
    """How a job ended: its `EpisodeResult` as JSON or, where nobody could write one, why."""

    job: int
    result: Mapping[str, JsonValue] | None = None
    lost: str = ""


class Executor(Protocol):
    """Plays jobs somewhere: on this machine (`episodes.machine.ThisMachine`) or on others.

    Jobs, news and outcomes are JSON all through, so that they can travel. Several threads may have
    it run jobs at once.
    """

    def run(
        self, jobs: Sequence[EpisodeJob], hear: Callable[[JobNews], None]
    ) -> Generator[JobOutcome, None, None]:
        """One outcome for each job, as they end. What goes wrong with a job is its outcome.

        `hear` is told a few news per second and job at most, from the thread that iterates. Closing
        the iterator ends what is played; every complete step is on disk.
        """
        ...
