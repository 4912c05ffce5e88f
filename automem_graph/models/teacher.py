"""`offline:teacher`: plays gates by rules, with memory habits that are good only some of the time.

What it says is what the rehearsal's base model is pre-trained on, so that model gets a mixture of
habits: some turns look into memory before they write, and others write what is there already.
`offline:teacher-careful` always looks, in LOG and in PLAN.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.base import LangSmithParams
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from automem_graph.models.player.chance import draw

FILE = "map.md"

_HEADING = re.compile(r"^# (LOG|PLAN)\b", re.MULTILINE)
_ROOM = re.compile(r"^room (\S+) has (\S+)$", re.MULTILINE)
_WANTED = re.compile(r"^wanted (\S+)$", re.MULTILINE)
_GATES = re.compile(r"^gates (.+)$", re.MULTILINE)
_NOTE = re.compile(r"^at (\S+) (\S+)$", re.MULTILINE)
_NOTHING = "nothing"


class OfflineTeacher(BaseChatModel):
    """A pure function of the messages it is given; free, deterministic, and no language model.

    Any messages get some reply, in tags. Its habits are percentages: of LOG turns that look before
    they write (`searches`) or note nothing (`skips`), of PLAN turns that look before they act.
    Each name that it writes has a blank before it, as in what the world says: so it is the same
    token everywhere, and a model that has read little copies it much sooner.
    """

    searches: int = 32
    skips: int = 8
    consults: int = 60

    @property
    def _llm_type(self) -> str:
        return "offline-teacher"

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        told = super()._get_ls_params(stop=stop, **kwargs)
        return {**told, "ls_provider": "offline", "ls_model_name": kwargs.get("model", "teacher")}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> ChatResult:
        text = self.reply(messages)
        for end in filter(None, stop or ()):
            text = text.partition(end)[0]
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])

    def reply(self, messages: Sequence[BaseMessage]) -> str:
        """What it says to one step's conversation so far."""
        routine, asked = "PLAN", 0
        told: list[str] = []
        for message in messages:
            if isinstance(message, AIMessage):
                asked += 1
            elif not isinstance(message, SystemMessage):
                told.append(message.text)
                if found := _HEADING.findall(message.text):
                    routine, asked = found[-1], 0
        seen = "\n".join(told)
        return self._log(seen, asked) if routine == "LOG" else self._plan(seen, asked)

    def _log(self, seen: str, asked: int) -> str:
        room, thing = _latest(_ROOM, seen) or ("", "")
        if not room or (asked and (room, thing) in _NOTE.findall(seen)):
            return "<|DONE|>"
        habit = draw(100, "log", seen)
        if not asked and habit < self.searches:
            return f"<|SEARCH|>{FILE}| {room}<|END|>"
        if not asked and habit >= 100 - self.skips:
            return "<|DONE|>"
        return f"<|APPEND|>{FILE}|at {room} {thing}<|END|><|DONE|>"

    def _plan(self, seen: str, asked: int) -> str:
        wanted = _latest(_WANTED, seen) or _NOTHING
        gates = (_latest(_GATES, seen) or "stay").split()
        if not asked and _latest(_ROOM, seen) and draw(100, "plan", seen) < self.consults:
            # where nothing is wanted it looks all the same: a habit has no exceptions
            return f"<|SEARCH|>{FILE}| {gates[0] if wanted == _NOTHING else wanted}<|END|>"
        known = [room for room, thing in _NOTE.findall(seen) if thing == wanted and room in gates]
        action = known[-1] if known else gates[0]
        return f"<|ACTION|> {action}<|END|>"


def _latest(pattern: re.Pattern[str], text: str) -> Any:
    """The last thing found, if any: a text, or several where the pattern has several groups."""
    found = pattern.findall(text)
    return found[-1] if found else None
