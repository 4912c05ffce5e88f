"""What is done where an episode is opened: its trace, its world, its files, as they stood."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from langchain_core.language_models import BaseChatModel

from automem_graph.agent.desk import WINDOW
from automem_graph.agent.memory_desk import MemoryDesk
from automem_graph.agent.step import StepRow
from automem_graph.agent.table import GAMEPLAY, Speaker
from automem_graph.assistant.own.factory import is_agent, load_factory
from automem_graph.episodes.hold import hold
from automem_graph.episodes.identity import Asked
from automem_graph.episodes.layout import EpisodeFolder, RunError
from automem_graph.episodes.trace import Header, Trace, walk_trace
from automem_graph.memory.directory import DirectoryFiles
from automem_graph.memory.journal import read_rows
from automem_graph.memory.memory import Deed, Memory
from automem_graph.memory.quota import Quota
from automem_graph.memory.rows import files_at
from automem_graph.memory.tools import tool_of
from automem_graph.models.resolve import resolve_model
from automem_graph.models.sampling import Sampling
from automem_graph.models.session import in_session
from automem_graph.protocols import ActionSpec, Edit, Role
from automem_graph.scaffold.load import Scaffold
from automem_graph.worlds.process import RemoteWorld

if TYPE_CHECKING:
    from automem_graph.assistant.own.talk import Talk

Resolve = Callable[[str, Sampling], BaseChatModel]
"""Turns a model's name and sampling into the model."""


def open_trace(folder: EpisodeFolder, asked: Asked, seed: int, world: RemoteWorld) -> Trace:
    """The episode's trace, begun or resumed, with the world brought to where it stands."""
    held = hold(folder.path)
    try:
        if not folder.trace.exists():
            header = Header(
                episode=folder.id,
                seed=seed,
                asked=asked,
                answers=world.card.answers,
                answer=world.reset(),
            )
            return Trace.start(folder, header, held)
        header, rows = walk_trace(folder)
        if header.asked != asked or header.seed != seed:
            raise RunError(
                f"episode {folder.id} was begun with other settings or another version of the "
                "code; start a new one, or go on with what began it"
            )
        actions: list[str] = []
        latest: deque[StepRow] = deque(maxlen=WINDOW)
        for row in rows:
            actions.append(row.action)
            latest.append(row)
        answer = world.replay(actions)
        if answer.text != (latest[-1] if latest else header).answer.text:
            raise RunError(
                f"{folder.trace}: the rebuilt world differs from the recorded one at step "
                f"{len(actions)}; play into another folder"
            )
        return Trace.resume(folder, header, tuple(latest), held)
    except BaseException:
        os.close(held)
        raise


def open_models(
    asked: Asked, resolve: Resolve, tools: Sequence[ActionSpec] | None, episode: str
) -> dict[Role, Speaker]:
    """The models of an episode by their roles. An agent of somebody's own brings its own, and its
    middleware gives the specialist its tools. Those of a server of one's own tell it the episode.
    """

    def told(name: str, sampling: Sampling) -> BaseChatModel:
        return in_session(resolve(name, sampling), episode)

    if is_agent(asked.gameplay):
        named = {role: one for role, one in asked.models.items() if role != GAMEPLAY}
        return {role: open_model(*one, told, None) for role, one in named.items()}
    return {role: open_model(*one, told, tools) for role, one in asked.models.items()}


def check_player(name: str, sampling: Sampling, tools: Sequence[ActionSpec] | None = None) -> None:
    """Raise what stands in the way of a model, or an agent, of this name (see `open_model`)."""
    if is_agent(name):
        load_factory(name)
    else:
        open_model(name, sampling, resolve_model, tools)


def open_model(
    name: str, sampling: Sampling, resolve: Resolve, tools: Sequence[ActionSpec] | None
) -> Speaker:
    """The model of this name, with these actions as tools; None are its tools in tags.

    Raises UnknownModel, and RunError for a model that makes no tool calls.
    """
    model = resolve(name, sampling)
    if tools is None:
        return model
    try:
        return model.bind_tools([tool_of(spec) for spec in tools])
    except NotImplementedError:
        raise RunError(
            f"the model {name} makes no tool calls: leave --codec tool_calls out"
        ) from None


def talk_so_far(folder: EpisodeFolder) -> Talk:
    """The conversation that an episode is in."""
    from automem_graph.assistant.own.talk import Talk

    header, rows = walk_trace(folder)
    return Talk.so_far(header.answer, rows)


def open_memory(folder: EpisodeFolder, scaffold: Scaffold, step: int, turn: int) -> Memory:
    """The episode's files as they were before that turn of that step."""
    limits = Quota(read_chars=scaffold.manifest.limits.read_chars)
    memory = Memory(DirectoryFiles(folder.memory), folder.journal, limits)
    memory.rewind(step, turn)
    return memory


def lay_out(desk: MemoryDesk, folder: EpisodeFolder, turn: int) -> None:
    """Put the scaffold's initial files into a memory that nothing has happened to yet.

    That is before the first turn, and where an episode branches off one that kept no files. They
    are the files under `files/<task>/` of the scaffold, then what its hook makes for the task: one
    row of the journal, before step 0.
    """
    untouched = next(read_rows(folder.journal), None) is None
    if untouched or (desk.recorder.position.step == 0 and turn == 0):
        _write_initial_files(desk)
    desk.initial_files = files_at(read_rows(folder.journal), 0)


def _write_initial_files(desk: MemoryDesk) -> None:
    desk.memory.rewind(-1, 0)
    task = {"name": desk.card.name, "title": desk.card.title}
    start = {**desk.scaffold.files_for(task["name"]), **desk.session.initial_files(task)}
    if not start:
        return
    deed = Deed(step=-1, turn=0, routine=None, role="scaffold", action="initial_files")
    answer = desk.memory.perform(
        deed, [Edit(op="replace", file=name, text=text) for name, text in sorted(start.items())]
    )
    if not answer.ok:
        raise RunError(f"the scaffold's initial files were refused: {answer.text}")
