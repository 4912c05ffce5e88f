"""What the reviewer reads of an episode, as data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from automem_graph.protocols import ActionSpec, Call

_THING = re.compile(r"^- ([A-Za-z][A-Za-z' -]{0,40}?)(?:,| \d{1,3} steps?\b)", re.MULTILINE)
_HIT_POINTS = re.compile(r"\bHP:(\d{1,6})\(")
_CARRIED = re.compile(r"nventory:([^\n]{0,2000}(?:\n[^\n]{1,300}){0,60})")


@dataclass(frozen=True)
class Step:
    """What the agent saw, the memory actions that it asked for, and the world action it took."""

    number: int
    saw: str
    calls: Sequence[Call] = ()
    action: str = ""
    stuck: bool = False
    in_vain: bool = False
    """Whether a search of this step found nothing."""
    cut_short: bool = False
    """Whether a search of this step found more lines than it showed."""
    not_understood: bool = False
    """Whether no action was committed, or one that is none of the world's."""

    @cached_property
    def things(self) -> frozenset[str]:
        """The kinds of things in view, which the games list as `- tree 3 steps to your north`."""
        return frozenset(_THING.findall(self.saw))

    @cached_property
    def hit_points(self) -> int | None:
        """The hit points of a status line; None where the text has none."""
        found = _HIT_POINTS.search(self.saw)
        return int(found[1]) if found else None

    @cached_property
    def carried(self) -> str:
        """What the inventory says; empty where the text has none."""
        found = _CARRIED.search(self.saw)
        return found[1].strip() if found else ""


@dataclass(frozen=True)
class Episode:
    """One episode of a candidate: its steps, its final files by name, and who writes and shows."""

    label: str
    steps: Sequence[Step]
    files: Mapping[str, str] = field(default_factory=dict)
    reached: float = 0.0
    """Progression at the end, in [0, 1]."""
    actions: Mapping[str, ActionSpec] = field(default_factory=dict)
    """The candidate's memory actions by name."""
    injected: frozenset[str] = frozenset()
    """Files that each step's prompts show."""

    def writes(self, step: Step) -> Iterator[Call]:
        """The calls of a step that write."""
        return (call for call in step.calls if self.kind(call) == "write")

    def kind(self, call: Call) -> str:
        return self.actions[call.name].kind if call.name in self.actions else ""


def text_of(call: Call) -> str:
    """What a call writes: its last argument."""
    return list(call.args.values())[-1] if call.args else ""
