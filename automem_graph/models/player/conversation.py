"""One step's conversation as data: which routine speaks, what may be answered, what is known.

It relies on three things that a rewritten scaffold keeps: the headings `# LOG, step 7` and
`# PLAN, step 7`, the forms of the declared actions in the system message, and the world's text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage

from automem_graph.protocols import Routine

Seen = TypeVar("Seen")
"""What a game makes of one observation's text."""

MAP, DONE, STATUS, FACTS = "map.md", "done.md", "status.md", "facts.md"

_HEADING = re.compile(r"^#+ *(LOG|PLAN)\b(?:[^\d\n]{0,20}(\d{1,9}))?", re.MULTILINE)
_FORM = re.compile(r"<\|([A-Z][A-Z0-9_]{0,31})\|>(?:([a-z0-9_|?]{1,80})<\|END\|>)?")
_ROUTINE = re.compile(r"\b(LOG|PLAN)\b")
_NAME = re.compile(r"[A-Za-z0-9][\w ]{0,30}")
_FILE = re.compile(r"^- (\S{1,120}) \((\d{1,9}) lines?\)$", re.MULTILINE)
_LAST_ACTION = re.compile(
    r"^.{0,20}\blast action: *([A-Za-z0-9 ]{1,40})$", re.MULTILINE | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Form:
    """How one memory action is written: its name and its arguments' names, in order."""

    name: str
    args: tuple[str, ...]

    def write(self, **values: object) -> str:
        """The action with these arguments, as a tag."""
        if not self.args:
            return f"<|{self.name}|>"
        return f"<|{self.name}|>{'|'.join(str(values[arg]) for arg in self.args)}<|END|>"


@dataclass(frozen=True, slots=True)
class Offers:
    """The structure that a scaffold offers beyond free-form files; each part counts alone.

    The one place where it is detected, from the system message alone:
    - `keyed`: a LOG action with the arguments `file|key|text` and a file called `map.md`. The
      action keeps one line `key: text` per key.
    - `done`: a file called `done.md`, for what has been achieved.
    - `status`: a file called `status.md`, and the LOG action WRITE `file|text` to overwrite it.
    - `facts`: a LOG action with the arguments `about|text` and a file called `facts.md`. The action
      keeps one line `about: text` there per thing.

    A position is offered where the prompt of a step tells one, see `bearings`.
    """

    keyed: Form | None = None
    done: bool = False
    status: bool = False
    facts: Form | None = None


@dataclass(frozen=True, slots=True)
class Moment(Generic[Seen]):
    """What the player knows at one call.

    `seen` are all observations in the conversation, in order: of this step, and those that an agent
    without files carries along. `before` and `now` are the last two. `told` is what the user side
    told in this step, `said` what the player itself replied; `asked` counts its replies since the
    routine began.
    """

    routine: Routine | None = None
    step: int = 0
    seen: Sequence[Seen] = ()
    last_action: str = ""
    told: str = ""
    said: str = ""
    asked: int = 0
    files: Mapping[str, int] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    offers: Offers = field(default_factory=Offers)
    world_actions: tuple[str, ...] = ()

    @property
    def before(self) -> Seen | None:
        """The previous observation."""
        return self.seen[-2] if len(self.seen) > 1 else None

    @property
    def now(self) -> Seen | None:
        """The current observation."""
        return self.seen[-1] if self.seen else None

    def form(self, name: str, *args: str) -> Form | None:
        """The declared action of this name, if it takes exactly these arguments."""
        found = self.forms.get(name)
        return found if found is not None and found.args == args else None


def moment(
    messages: Sequence[BaseMessage], sights: Callable[[str], Sequence[Seen]]
) -> Moment[Seen]:
    """The conversation of one step, read from the top; any messages give some moment.

    `sights` finds a game's observations in a text, in order.
    """
    system = "\n".join(m.text for m in messages if isinstance(m, SystemMessage))
    others = [m for m in messages if not isinstance(m, SystemMessage)]
    told = "\n\n".join(m.text for m in others if not isinstance(m, AIMessage))
    routine: Routine | None = None
    step, asked = 0, 0
    for message in others:
        if isinstance(message, AIMessage):
            asked += 1
            continue
        for heading in _HEADING.finditer(message.text):
            routine = "log" if heading[1] == "LOG" else "plan"
            step, asked = int(heading[2] or step), 0
    actions = _LAST_ACTION.findall(told)
    return Moment(
        routine=routine,
        step=step,
        seen=sights(told),
        last_action=actions[-1].strip() if actions else "",
        told=told,
        said="\n\n".join(m.text for m in others if isinstance(m, AIMessage)),
        asked=asked,
        files={name: int(lines) for name, lines in _FILE.findall(told)},
        forms=_forms(system, routine),
        offers=_offers(system),
        world_actions=_world_actions(system),
    )


@lru_cache(maxsize=8)
def _offers(system: str) -> Offers:
    log = _forms(system, "log")
    keyed = next((form for form in log.values() if form.args == ("file", "key", "text")), None)
    write = log.get("WRITE")
    about = next((form for form in log.values() if form.args == ("about", "text")), None)
    return Offers(
        keyed=keyed if MAP in system else None,
        done=DONE in system,
        status=STATUS in system and write is not None and write.args == ("file", "text"),
        facts=about if FACTS in system else None,
    )


@lru_cache(maxsize=16)
def _forms(system: str, routine: Routine | None) -> dict[str, Form]:
    """The actions that the system message declares for a routine.

    A form belongs to the routine that the closest line above it names; to both where none does.
    """
    found: dict[str, Form] = {}
    section = frozenset({"log", "plan"})
    for line in system.splitlines():
        forms = [
            Form(name, tuple(args.split("|")) if args else ()) for name, args in _FORM.findall(line)
        ]
        named = frozenset(word.lower() for word in _ROUTINE.findall(line))
        if named and not forms:
            section = named
        if routine in (named or section):
            found.update((form.name, form) for form in forms)
    return found


@lru_cache(maxsize=8)
def _world_actions(system: str) -> tuple[str, ...]:
    """The longest line that is only a list of short names."""
    lists = (line.strip().split(", ") for line in system.splitlines() if ", " in line)
    plain = (tuple(names) for names in lists if all(map(_NAME.fullmatch, names)))
    return max(plain, key=len, default=())
