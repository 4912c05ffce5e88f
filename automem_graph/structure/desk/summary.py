"""An episode at a glance: how far it came, where it went wrong, how its memory was used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import ConfigDict

from automem_graph.agent.step import StepRow
from automem_graph.episodes.metrics import Metrics
from automem_graph.episodes.play import EpisodeResult, Status
from automem_graph.episodes.tallies import MemoryTally, StepTally, is_silent
from automem_graph.memory.rows import Row
from automem_graph.protocols import Frozen
from automem_graph.structure.desk.labels import anonymous

EXAMPLES = 6
"""Steps that are named of each kind of trouble."""
STRETCH = 3
"""Stuck steps in a row that count as a stretch."""
MOST_STRETCHES = 20

_OWN_FAULTS = ("ScaffoldFault:", "ScaffoldError:", "it took longer")
_TOO_LONG = "takes no prompt of this length"

TROUBLES = {
    "fallbacks": "no action was committed: the default one was taken",
    "unknown_actions": "the committed action is none of this world",
    "sent_back": "the scaffold's review sent an action back",
    "failed_calls": "a memory action was malformed or refused",
    "empty_searches": "a search found nothing",
    "repeated_writes": "a write put only what its file had already",
    "silent_replies": "a model said nothing",
}
"""What can go wrong in a step, each in a line."""


class Rise(Frozen):
    """The step whose action raised progression, and what it came to."""

    step: int
    to: float


class Trouble(Frozen):
    """How often something went wrong, and the first steps in which it did."""

    count: int = 0
    steps: tuple[int, ...] = ()


class Stretch(Frozen):
    """Stuck steps in a row: from the first to the last one."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class Summary(Frozen):
    """One episode of a candidate, without anything that tells which world it was."""

    model_config = ConfigDict(ser_json_inf_nan="strings")

    task: str
    status: Status | Literal["cut off", "missing"]
    """Cut off or missing (not begun): its candidate could no longer win."""
    error: str = ""
    progression: float | None = None
    """The score in [0, 1]; None for an episode that is not done."""
    reached: float = 0.0
    """Progression after the last step, also of an episode that is not done."""
    steps: int = 0
    ended: Literal["world", "limit"] | None = None
    rises: tuple[Rise, ...] = ()
    troubles: Mapping[str, Trouble] = {}
    """By the names of `TROUBLES`; those that there were."""
    stuck: tuple[Stretch, ...] = ()
    """The longest stretches, in the order of steps."""
    metrics: Metrics | None = None


@dataclass
class Watch:
    """What makes a summary, step by step."""

    memory: MemoryTally
    reached: float = 0.0
    rises: list[Rise] = field(default_factory=list)
    _played: StepTally = field(default_factory=lambda: StepTally(unread=set()))
    _troubles: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _stuck: list[Stretch] = field(default_factory=list)

    def act(self, deed: Row) -> None:
        """The journal's next row; those of a step come before the step."""
        memory = self.memory
        before = (memory.failed, memory.empty, memory.repeated)
        memory.take(deed)
        after = (memory.failed, memory.empty, memory.repeated)
        self._trouble(deed.step, "failed_calls", after[0] - before[0])
        self._trouble(deed.step, "empty_searches", after[1] - before[1])
        self._trouble(deed.step, "repeated_writes", after[2] - before[2])

    def take(self, step: StepRow) -> bool:
        """The next step; whether it was stuck (see docs/metrics.md)."""
        was_stuck = self._played.stuck
        self._played.take(step)
        stuck = self._played.stuck > was_stuck
        if stuck:
            self._add_stuck(step.step)
        if step.answer.progression > self.reached:
            self.rises.append(Rise(step=step.step, to=step.answer.progression))
        self.reached = step.answer.progression
        self._trouble(step.step, "fallbacks", step.fallback)
        self._trouble(step.step, "unknown_actions", bool(step.note))
        self._trouble(step.step, "sent_back", len(step.rejections))
        self._trouble(step.step, "silent_replies", sum(map(is_silent, step.calls)))
        return stuck

    def summary(self, task: str, result: EpisodeResult | None) -> Summary:
        """What the steps so far amount to."""
        outcome = outcome_of(task, result)
        if result is None:
            outcome["status"] = "cut off"
        longest = sorted(self._stuck, key=lambda one: -one.length)[:MOST_STRETCHES]
        return Summary(
            **outcome,
            reached=self.reached,
            steps=self._played.steps,
            rises=tuple(self.rises),
            troubles={
                name: Trouble(
                    count=len(self._troubles[name]),
                    steps=tuple(dict.fromkeys(self._troubles[name]))[:EXAMPLES],
                )
                for name in TROUBLES
                if self._troubles[name]
            },
            stuck=tuple(
                sorted((one for one in longest if one.length >= STRETCH), key=lambda one: one.first)
            ),
            metrics=result.metrics if result else None,
        )

    def _trouble(self, step: int, name: str, times: int) -> None:
        self._troubles[name] += [step] * times

    def _add_stuck(self, step: int) -> None:
        goes_on = bool(self._stuck) and self._stuck[-1].last == step - 1
        first = self._stuck.pop().first if goes_on else step
        self._stuck.append(Stretch(first=first, last=step))


def outcome_of(task: str, result: EpisodeResult | None) -> dict[str, object]:
    """How an episode ended, as fields of its summary; None for one that has no result."""
    if result is None:
        return {"task": task, "status": "missing"}
    return {
        "task": task,
        "status": result.status,
        "error": _blamed(result.error or ""),
        "progression": result.progression,
        "ended": result.ended,
    }


def _blamed(error: str) -> str:
    """What made an episode fail, in full only where the scaffold did: the rest is not its doing."""
    if not error or error.startswith(_OWN_FAULTS):
        return anonymous(error)
    if _TOO_LONG in error:
        return "a prompt was longer than what the model takes"
    kind, colon, _ = error.partition(":")
    named = colon and kind.isidentifier()
    return f"not the scaffold's doing ({kind})" if named else "not the scaffold's doing"
