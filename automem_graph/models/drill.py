"""`offline:drill`: says what a scaffold must bear, as a chat model; it plays nothing.

It takes every declared action in turn, with good, odd and hostile arguments: it writes, reads back
what it wrote, then commits. `offline:drill-mute` only ends its routines and writes nothing, so
whatever is in the files then is the scaffold's own doing.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from automem_graph.memory.calls import names_of, required_of
from automem_graph.models.player.conversation import Form, moment
from automem_graph.protocols import ActionSpec, Routine

MARK = re.compile(r"drill-[0-9a-f]{8}")
"""What a step's good writes hold, and no other text does."""

ODD = (
    *("", "0", "-1", "٣", "1e9", "null", "|||", "%s {0}", "[a-z](", "{{ 7 * 7 }}", "<|DONE|>"),
    *("../../etc/passwd", "a/b/c/d.md", "\u202e\u2066", "\0\x1b[2J", "x" * 3000),
    "key: : value\n\n# PLAN, step 9\n\n",
)
"""Arguments that no action likes, and every one must bear."""

_MOST = 9
"""Actions of a kind in one reply: a reply may hold 20."""

_FILE = re.compile(r"\b[A-Za-z0-9_][\w/-]{0,40}\.(?:md|txt|json|csv)\b")
_PLAN = re.compile(r"^# PLAN\b", re.MULTILINE)

Said = tuple[ActionSpec, Sequence[str]]
"""An action with its arguments, in order."""


class OfflineDrill(BaseChatModel):
    """A pure function of the messages, as the offline player is; free and deterministic.

    `actions` and `world_actions` are what is declared; without them it believes what the system
    message shows, where the actions that end a routine must be called DONE and ACTION. Where tools
    are bound it makes tool calls.
    """

    actions: tuple[ActionSpec, ...] = ()
    world_actions: tuple[str, ...] = ()
    mute: bool = False

    @property
    def _llm_type(self) -> str:
        return "offline-drill"

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        return self.bind(tools=list(tools))

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        tools: Sequence[Any] = (),
        **kwargs: Any,
    ) -> ChatResult:
        said = self.reply(messages, tools)
        if tools:
            message = AIMessage(
                content="",
                tool_calls=[
                    {
                        "name": spec.name,
                        "args": dict(zip(names_of(spec), values, strict=False)),
                        "id": f"drill-{number}",
                        "type": "tool_call",
                    }
                    for number, (spec, values) in enumerate(said)
                ],
            )
        else:
            message = AIMessage(content="\n".join(map(_tag, said)) or "Nothing comes to mind.")
        return ChatResult(generations=[ChatGeneration(message=message)])

    def reply(self, messages: Sequence[BaseMessage], tools: Sequence[Any] = ()) -> list[Said]:
        """The actions that it takes now; sometimes none, which is a mistake to be borne as well."""
        routine, asked = _place(messages)
        declared = self.actions or _declared(messages, tools)
        offered = [spec for spec in declared if routine in spec.routines]
        here = _Here(messages, self.world_actions or _moment(messages, "plan").world_actions)
        ends = offered if self.mute or asked < 2 else declared  # all of them end either routine
        end = [here.ending(spec) for spec in ends if spec.kind in ("done", "commit")]
        if self.mute or asked >= 2:
            return end
        looks = here.some(spec for spec in offered if spec.kind in ("search", "read"))
        writes = here.some(spec for spec in offered if spec.kind == "write")
        if asked:
            return [*looks, *end] if routine == "log" else end
        if here.chance.random() < 0.1:
            return []
        return [*writes, *looks, *(end if here.chance.random() < 0.5 else ())]


class _Here:
    """One call: what this step's texts and files are called, and chances drawn from its words."""

    def __init__(self, messages: Sequence[BaseMessage], world_actions: Sequence[str]) -> None:
        shown = [message for message in messages if isinstance(message, HumanMessage)]
        step = zlib.crc32(_bytes(shown[:1]))
        self.chance = random.Random(zlib.crc32(_bytes(messages)))
        self.mark = f"drill-{step:08x}"
        system = "\n".join(m.text for m in messages if isinstance(m, SystemMessage))
        names = sorted(set(_FILE.findall(system)))
        self.file = names[step // 2 % len(names)] if names and step % 2 else "drill.md"
        self._world_actions = world_actions

    def some(self, specs: Iterable[ActionSpec]) -> list[Said]:
        """Calls of these actions in an order that differs from step to step; most are good ones."""
        drawn = list(specs)
        self.chance.shuffle(drawn)
        return [(spec, self._values(spec)) for spec in drawn[:_MOST]]

    def ending(self, spec: ActionSpec) -> Said:
        """The end of a routine; PLAN's with an action, not always well spelled."""
        if spec.kind == "done":
            return spec, ()
        action = self.chance.choice(self._world_actions or ("wait",))
        spelled = self.chance.choices(
            (action, action.lower().replace(" ", "_"), "fly to the moon"), (8, 1, 1)
        )
        return spec, spelled

    def _values(self, spec: ActionSpec) -> list[str]:
        (way,) = self.chance.choices(("words", "numbers", "new", "odd"), (5, 3, 2, 2))
        values = [self._value(spec, name, way) for name in names_of(spec)]
        short = len(required_of(spec)) if self.chance.random() < 0.5 else len(values)
        return values[:short]

    def _value(self, spec: ActionSpec, name: str, way: str) -> str:
        if way == "odd":
            return self.chance.choice((*ODD, self.file))
        if "file" in name:
            return (
                f"new-{self.mark[6:]}-{self.chance.randrange(9)}.md" if way == "new" else self.file
            )
        if spec.kind == "write" and name in ("text", names_of(spec)[-1]):
            return f"{self.mark} was here"
        if way == "numbers":
            return str(self.chance.randrange(1, 9))
        return "place" if spec.kind == "write" else self.mark[6:10]


def _place(messages: Sequence[BaseMessage]) -> tuple[Routine, int]:
    """The routine, and how many replies it has had; a scaffold's prompts begin with its name."""
    routine: Routine | None = None
    asked = 0
    for message in messages:
        if isinstance(message, AIMessage):
            asked += 1
        elif not isinstance(message, SystemMessage | ToolMessage):
            if routine is None:
                routine = "log" if message.text.startswith("# LOG") else "plan"
            elif routine == "log" and _PLAN.search(message.text):
                routine, asked = "plan", 0
    return routine or "plan", asked


def _moment(messages: Sequence[BaseMessage], routine: Routine) -> Any:
    """What the system message says of a routine, as the offline player reads it."""
    system = [message for message in messages if isinstance(message, SystemMessage)]
    return moment([*system, HumanMessage(f"# {routine.upper()}")], lambda _: ())


def _declared(messages: Sequence[BaseMessage], tools: Sequence[Any]) -> tuple[ActionSpec, ...]:
    """What the tools or the system message say there is, of the kinds that their names suggest."""
    if tools:
        forms = [_form(tool["function"]) for tool in tools]
        return tuple(_guess(form, routine) for form in forms for routine in get_args(Routine))
    return tuple(
        _guess(form, routine)
        for routine in get_args(Routine)
        for form in _moment(messages, routine).forms.values()
    )


def _form(tool: Mapping[str, Any]) -> Form:
    takes = tool["parameters"]
    optional = {name: "" if name in takes["required"] else "?" for name in takes["properties"]}
    return Form(tool["name"], tuple(name + mark for name, mark in optional.items()))


def _guess(form: Form, routine: Routine) -> ActionSpec:
    ends = {"DONE": "done", "ACTION": "commit"}
    kind = ends.get(form.name) or ("write" if "text" in form.args else "read")
    return ActionSpec.model_validate(
        {"name": form.name, "kind": kind, "routines": [routine], "args": form.args, "help": ""}
    )


def _tag(said: Said) -> str:
    spec, values = said
    return f"<|{spec.name}|>" + (f"{'|'.join(values)}<|END|>" if spec.args else "")


def _bytes(messages: Sequence[BaseMessage]) -> bytes:
    return "\0".join(message.text for message in messages).encode("utf-8", "replace")
