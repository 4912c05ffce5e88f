"""What the teacher says in gates, as conversations to learn from: its traces, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from automem_graph.agent.context import PlayContext
from automem_graph.agent.state import Message
from automem_graph.agent.step import StepRow
from automem_graph.episodes.layout import RunError, RunFolder
from automem_graph.episodes.many import run_episodes
from automem_graph.episodes.trace import prompt_of, walk_trace
from automem_graph.proficiency.rehearsal.schooling import Schooling
from automem_graph.protocols import Frozen

TASK, SCAFFOLD = "gates", "terse"
TEACHER, CAREFUL = "offline:teacher", "offline:teacher-careful"

FIRST_SEED = 1_000_000_000
"""Seeds from here on are the teacher's: worlds that the base model has seen. All others are new."""

_ROOM = 10_000
"""Seeds of one base model."""

_TWICE: dict[str, Any] = {"specialist_temperature": 0.0}
"""The same model counts as two where it is sampled in two ways, and rules ignore that."""


class Lesson(Frozen):
    """One step's conversation."""

    messages: tuple[Message, ...]
    taught: tuple[int, ...]
    """The messages that are replies of the teacher's, word for word, ascending; the last is one.
    A reply that was stripped of a commit is none: nobody said it as it stands there."""


class Lessons(Frozen):
    """What there is to read: with mixed habits, and with nothing but good ones."""

    mixed: tuple[Lesson, ...]
    careful: tuple[Lesson, ...]


def take_lessons(schooling: Schooling, folder: Path, progress: Callable[[str], None]) -> Lessons:
    """Have the teacher play, in run folders below `folder`."""
    first = FIRST_SEED + schooling.seed % _ROOM * _ROOM
    asked = {
        "alone": _contexts(first, schooling.alone, schooling, gameplay=TEACHER),
        "both": _contexts(
            first + 4000, schooling.both, schooling, gameplay=TEACHER, specialist=TEACHER, **_TWICE
        ),
        "careful": _contexts(
            first + 8000,
            schooling.careful,
            schooling,
            gameplay=CAREFUL,
            specialist=CAREFUL,
            **_TWICE,
        ),
    }
    jobs = [PlayContext(run=str(folder / kind), **one) for kind in asked for one in asked[kind]]
    for number, result in enumerate(run_episodes(jobs), start=1):
        if result.status != "done":
            raise RunError(f"the teacher could not play gates: {result.error}")
        progress(f"the teacher plays: {number} of {len(jobs)} episodes")
    mixed = (*_read(folder / "alone"), *_read(folder / "both"))
    return Lessons(mixed=mixed, careful=tuple(_read(folder / "careful")))


def _contexts(
    first: int, episodes: int, schooling: Schooling, **models: Any
) -> list[dict[str, Any]]:
    shared = {"task": TASK, "scaffold": SCAFFOLD, "steps": schooling.steps, "steps_per_run": 50}
    return [{**shared, **models, "seed": first + number} for number in range(episodes)]


def _read(run: Path) -> Iterator[Lesson]:
    """The lessons of a run's episodes, in the order of their seeds."""
    for path in sorted(run.glob("episodes/*")):
        _, rows = walk_trace(RunFolder(run).episode(path.name))
        yield from map(lesson_of, rows)


def lesson_of(row: StepRow) -> Lesson:
    """A step as its last model call saw it, with the reply to that."""
    last = row.calls[-1]
    said: Message = {"role": "assistant", "content": last.reply}
    messages = (*prompt_of(row, len(row.calls) - 1), said)
    taught = [call.prompt for call in row.calls if messages[call.prompt]["content"] == call.reply]
    return Lesson(messages=messages, taught=tuple(taught))
