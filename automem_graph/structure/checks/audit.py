"""The audit after a trial: what was played must come out again where nothing could be hoarded.

A scaffold's process serves fifty steps, and code that goes out of its way can keep something in its
interpreter from one to the next: memory that no journal shows, and that a wiped control is compared
with in vain. So some of the recorded steps are played again, each in a fresh process, from the
state, the files and the replies that the trace recorded. Whatever then differs came from somewhere
else: another step, the clock, or chance.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from automem_graph.agent.codecs import CODECS, Codec
from automem_graph.agent.desk import Position
from automem_graph.agent.memory_desk import PROCESS_STEPS
from automem_graph.agent.observe import noted
from automem_graph.agent.step import ModelCall, StepRow
from automem_graph.assistant.own.factory import is_agent
from automem_graph.episodes.layout import RunError, RunFolder
from automem_graph.episodes.trace import Header, position_after, steps_kept, walk_trace
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import Row, files_at, replay
from automem_graph.protocols import Observation, Role, TaskCard
from automem_graph.scaffold.errors import ScaffoldFault
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.checks.rehearsal import Rehearsal
from automem_graph.worlds.registry import find_task

SAMPLES = 8
"""Steps of each episode that are played again."""


class Hoarded(Exception):
    """A step that does not come out again: one sentence on which, and on what differed."""


@dataclass(frozen=True)
class Moment:
    """A recorded step: where it began, the files before it, its row and the files after it."""

    at: Position
    files: Mapping[str, str]
    row: StepRow
    after: Mapping[str, str]


def audit(run: RunFolder, scaffold: Path, episodes: Iterable[str], samples: int = SAMPLES) -> None:
    """Play `samples` steps of each of these episodes again; Hoarded at the first that differs.

    The steps are drawn by a hash, so that the same run is audited in the same way. Episodes of the
    wiped control need no audit: each of their steps had a process of its own. Nor do those of an
    agent of somebody's own: there every node of a step had one.
    """
    with (
        tempfile.TemporaryDirectory(prefix="automem-audit-") as scratch,
        Rehearsal(load_scaffold(scaffold), Path(scratch)) as rehearsal,
    ):
        for episode in episodes:
            folder = run.episode(episode)
            header, rows = walk_trace(folder)
            asked = header.asked
            if asked.scaffold != rehearsal.scaffold.id:
                raise RunError(f"{folder.path} was played by {asked.scaffold}: audit it with that")
            if asked.agent != "memory" or is_agent(asked.gameplay):
                continue
            card = find_task(asked.task).card.model_copy(update={"max_steps": asked.steps})
            drawn = sampled(episode, steps_kept(folder), samples)
            for moment in _moments(header, rows, read_rows(folder.journal), drawn):
                comes_out_again(rehearsal, card, moment, CODECS[asked.codec], tuple(asked.models))


def sampled(name: str, steps: int, samples: int) -> list[int]:
    """Which steps to play again: those with the smallest hash, among those that shared a process.

    The first step of a process is fresh by itself.
    """
    shared = (step for step in range(steps) if step % PROCESS_STEPS)
    return sorted(sorted(shared, key=lambda step: _hash(f"{name} {step}"))[:samples])


def comes_out_again(
    rehearsal: Rehearsal,
    card: TaskCard,
    moment: Moment,
    codec: Codec,
    roles: Sequence[Role] = ("gameplay",),
) -> None:
    """Play one step again in a fresh process; Hoarded where anything of it differs.

    A step in which a model gave no reply is passed over: there is nothing to say again.
    """
    if any(call.error for call in moment.row.calls):
        return
    models = dict.fromkeys(roles, Again(calls=deque(moment.row.calls)))
    world = _Recorded(moment.row.answer)
    desk = rehearsal.desk(card, moment.at, world, models, files=moment.files, codec=codec)
    try:
        (row,) = rehearsal.play(desk, 1).rows
    except ScaffoldFault as fault:
        raise Hoarded(
            _sentence(moment.row.step, f"{fault.where} failed: {fault.detail}")
        ) from fault
    after = files_at(rehearsal.journal(desk))
    desk.close()
    what = _difference(moment.row, row) or ("" if after == moment.after else "the files are others")
    if what:
        raise Hoarded(_sentence(moment.row.step, what))


class Again(BaseChatModel):
    """Says again what was said in a step; nothing once that is used up."""

    calls: Any
    _said: int = PrivateAttr(default=0)

    @property
    def _llm_type(self) -> str:
        return "again"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = _message(self.calls.popleft()) if self.calls else AIMessage(content="")
        return ChatResult(generations=[ChatGeneration(message=message)])


class _Recorded:
    """A world that answers as it did."""

    def __init__(self, answer: Observation) -> None:
        self._answer = answer

    def reset(self) -> Observation:
        raise NotImplementedError("a recorded step is not reset")

    def step(self, action: str) -> Observation:
        return self._answer

    def close(self) -> None:
        pass


def _moments(
    header: Header, rows: Iterable[StepRow], journal: Iterator[Row], drawn: Sequence[int]
) -> Iterator[Moment]:
    """The drawn steps of an episode, gone through once."""
    at, shown = Position(step=0, answer=header.answer), noted("", header.answer.text)
    files: dict[str, str] = {}
    ahead = next(journal, None)
    for row in rows:
        if not drawn or row.step > drawn[-1]:
            return
        while ahead is not None and ahead.step < row.step:
            replay(ahead, files)
            ahead = next(journal, None)
        if row.step in drawn:
            before = dict(files)
            while ahead is not None and ahead.step == row.step:
                replay(ahead, files)
                ahead = next(journal, None)
            yield Moment(at, before, row, dict(files))
        at = position_after(row, shown)
        shown = noted(row.note, row.answer.text)


def _message(call: ModelCall) -> AIMessage:
    """A recorded reply as a model would give it, tool calls and all."""
    tools = [
        {"name": tool.name, "args": tool.args, "id": f"again-{number}"}
        for number, tool in enumerate(call.tools)
    ]
    return AIMessage(
        content=call.reply,
        tool_calls=[{**one, "type": "tool_call"} for one in tools if isinstance(one["args"], dict)],
        invalid_tool_calls=[
            {**one, "type": "invalid_tool_call", "error": ""}
            for one in tools
            if isinstance(one["args"], str)
        ],
    )


def _difference(was: StepRow, again: StepRow) -> str:
    """What differs first, in the order in which a step goes; empty where nothing does."""
    acted = zip(was.actions, again.actions, strict=False)
    name = next((old.name for old, new in acted if old != new), "")
    differs = (
        (was.messages[:2] != again.messages[:2], "`observe` or the opening prompt told otherwise"),
        (bool(name), f"{name} answered otherwise"),
        (was.rejections != again.rejections, "`review` judged otherwise"),
        (was.messages != again.messages, "a prompt after the opening one told otherwise"),
        (was.actions != again.actions, "other memory actions ran"),
        (was.action != again.action, "`canonicalise` made another action of the same words"),
        (was.hook_state != again.hook_state, "`observe` or `after_log` left another state"),
    )
    return next((what for found, what in differs if found), "")


def _sentence(step: int, what: str) -> str:
    return (
        f"step {step}, played again in a fresh process, came out differently: {what}; only the "
        "state, the files and what is seen may bear on a step: no clock, no chance, and nothing "
        "kept in the interpreter"
    )


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
