"""What the page gets: frozen models that are served as JSON, and embedded in an export as such.

All texts are `visible`: line ends are LF, and what would not show, or would turn the direction of
a line, is spelt out. Steps are counted from 0. Places in a text are UTF-16 units, as a page counts.
"""

from __future__ import annotations

from typing import Literal

from automem_graph.protocols import Frozen
from automem_graph.worlds.frames import Kind

Status = Literal["done", "running", "failed", "partial"]
"""Partial: it was stopped, or nobody plays it now, or not all of it can be read."""

EventKind = Literal[
    "achievement", "damage", "level", "stuck", "rejected", "write", "prune", "failed", "end"
]

Where = Literal["observation", "log", "plan", "file", "action"]

MOST_STEPS = 200
"""Steps of one answer."""

MOST_FRAMES = 100
"""Frames of one answer."""

MOST_POINTS = 2000
"""Points of a progression: of a longer one, those where it changes stay first."""


class Event(Frozen):
    """Something on the timeline; at step n is what happened between frame n and frame n + 1."""

    step: int
    kind: EventKind
    text: str


class Outline(Frozen):
    """An episode at a glance: all that the page needs before it asks for steps."""

    k: int
    """The episode's place on the command line: its paths begin with `/api/episodes/<k>`."""
    id: str
    task: str
    title: str
    """Task, seed and who plays, for people."""
    version: str
    """What its run calls who plays: `v2` in loop 1, a trial's name in loop 2; else empty."""
    seed: int
    scaffold: str
    """Empty for an agent without memory files."""
    agent: str
    models: dict[str, str]
    """Names by role; a specialist only where that makes two models."""
    status: Status
    why: str = ""
    """Why it is not done, or what of it cannot be shown: a sentence."""
    steps: int
    """Complete steps: 0 to steps - 1. There is one frame more, the last world's."""
    progression: list[tuple[int, float]]
    """`(step, progression)` where frame `step` begins, from 0 to `steps`; thinned."""
    events: list[Event]
    """By step; writes are not among them."""
    writes: list[int]
    """The steps in which a model changed a file, ascending."""
    files: list[str]
    """Every name that ever was a file's."""
    frames: Kind
    atlas: str | None = None
    """Where the tiles are, if frames are made of these."""


class Replay(Frozen):
    """All episodes of a page, in the order of the command line."""

    episodes: list[Outline]
    live: bool
    """Whether one of them is running: `/follow` then waits for news."""


class Result(Frozen):
    """What one memory action answered."""

    action: str
    """As it was written."""
    ok: bool
    text: str
    file: str = ""
    """The file that it named first; empty where it named none."""


class Turn(Frozen):
    """One model call."""

    routine: Literal["log", "plan"]
    role: str
    model: str
    prompt: str
    """What was new to the model: beyond the turn before, and the messages of the step before."""
    thoughts: str = ""
    said: str
    results: list[Result]
    error: str = ""


class Step(Frozen):
    """One step: what was seen, what was said about it, what was done and what came of it."""

    step: int
    observation: str
    """What the world showed when the step began."""
    notes: str
    """What stands between said and done: why the action was sent back, or is none of this world,
    or that none was committed; a sentence a line."""
    action: str
    """What the world executed."""
    answer: str
    """What the world showed then: the next step's observation."""
    reward: float
    progression: float
    """After the step."""
    seconds: float
    tokens: dict[str, tuple[int, int]]
    """Input and output tokens by role."""
    turns: list[Turn]


class Steps(Frozen):
    """A stretch of steps, at most `MOST_STEPS`."""

    steps: list[Step]


class File(Frozen):
    """A memory file after a step."""

    name: str
    text: str
    before: str | None = None
    """What it was when the step began, empty for a new one; None where nothing was changed."""


class Files(Frozen):
    """All files after a step; after step -1 they are what the scaffold brought along."""

    step: int
    files: list[File]
    """By name."""
    removed: list[str]
    """Files that the step removed."""


class Hit(Frozen):
    """A place where something was found; an observation's step n is what frame n shows."""

    step: int
    where: Where
    excerpt: str
    """One line around the place."""
    start: int
    end: int
    """Where in the excerpt."""


class Hits(Frozen):
    """About 100 hits at most; one for each step and kind of place."""

    hits: list[Hit]
    next: int | None = None
    """Where to search on; None at the end. There may be no hits up to there."""
