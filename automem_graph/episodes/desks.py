"""Open an episode's desk: its folder, files, world and models, at the step that its trace says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from threading import RLock
from types import TracebackType

from langchain_core.language_models import BaseChatModel

from automem_graph.agent.context import PlayContext
from automem_graph.agent.desk import GAMEPLAY, SPECIALIST, Desk
from automem_graph.agent.events import Listener
from automem_graph.agent.state import PlayState
from automem_graph.episodes.fork import fork
from automem_graph.episodes.identity import Asked, engine, episode_id, run_name
from automem_graph.episodes.keep import keep_run, keep_scaffold
from automem_graph.episodes.layout import EpisodeFolder, RunError, RunFolder
from automem_graph.episodes.trace import Header, Moment, Trace
from automem_graph.memory.directory import DirectoryFiles
from automem_graph.memory.journal import read_rows
from automem_graph.memory.memory import Deed, Memory
from automem_graph.memory.quota import Quota
from automem_graph.memory.rows import files_at
from automem_graph.models.resolve import resolve_model
from automem_graph.protocols import Edit
from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.load import Scaffold, load_scaffold
from automem_graph.worlds.process import RemoteWorld, WorldProcess
from automem_graph.worlds.registry import find_task

RUNS = Path("runs")
"""Where runs go by default, below the folder that the command is given in."""

MOST_OPEN = 64
"""Desks open at once; the oldest is left then, and opened again where its trace stands."""


class EpisodeDesks:
    """The agent's `Desks` on this machine: worlds in one process, a scaffold in one host.

    Desks are opened on first use and kept until `close`. `resolve` turns a model's name into the
    model; tests and benchmarks bring models of their own.
    """

    def __init__(
        self,
        *,
        runs: Path = RUNS,
        listener: Listener | None = None,
        resolve: Callable[[str], BaseChatModel] = resolve_model,
    ) -> None:
        self._runs = runs
        self._listener = listener
        self._resolve = resolve
        self._worlds: WorldProcess | None = None
        self._hosts: dict[str, ScaffoldHost] = {}
        self._desks: dict[Path, Desk] = {}
        self._asked: dict[tuple[PlayContext, str | None, str | None], Desk] = {}
        """The open desks again, by what is asked for at every node."""
        self._lock = RLock()

    def __call__(self, context: PlayContext, state: PlayState, thread: str | None) -> Desk:
        """The desk of the episode that the state names, else of the one the context describes.

        A state with a `fork` gets the desk of that fork, which is made on first use.
        """
        asking = (context, thread, state.get("episode"))
        with self._lock:
            desk = self._asked.get(asking)
            if desk is None or state.get("fork"):
                folder = self._named(context, state, thread)
                desk = self._desks.get(folder.path) or self._open(context, folder, state)
                self._desks[folder.path] = desk
                if not state.get("fork"):
                    self._asked[asking] = desk
                while len(self._desks) > MOST_OPEN:
                    self.leave(next(iter(self._desks.values())))
            return desk

    def _named(self, context: PlayContext, state: PlayState, thread: str | None) -> EpisodeFolder:
        """The folder of the episode that the state names, made where that is a new fork."""
        described = self.folder(context, thread)
        folder = described.run.episode(state.get("episode") or described.id)
        if not state.get("fork"):
            return folder
        at = Moment(episode=folder.id, step=state["step"], turn=_turn(state))
        return fork(folder, at, state["fork"], self.asked(context))

    def folder(self, context: PlayContext, thread: str | None = None) -> EpisodeFolder:
        """Where the episode that the context describes lies, whether or not it exists yet."""
        asked = self.asked(context)
        if context.run:
            run = RunFolder(Path(context.run))
        else:
            name = f"studio-{_plain(thread)}" if thread else run_name(asked)
            run = RunFolder(self._runs / name)
        return run.episode(episode_id(asked, context.seed))

    def asked(self, context: PlayContext) -> Asked:
        """What the context asks for, with the scaffold and the engine named by their content."""
        card = find_task(context.task).card
        return Asked(
            task=card.name,
            steps=min(context.steps or card.max_steps, card.max_steps),
            agent=context.agent,
            scaffold=load_scaffold(context.scaffold).id,
            gameplay=context.gameplay,
            specialist=context.specialist or context.gameplay,
            engine=engine(),
        )

    def close(self) -> None:
        """End every process and file; episodes can be opened again where they stand."""
        for desk in list(self._desks.values()):
            self.leave(desk)
        for host in self._hosts.values():
            host.close()
        self._hosts.clear()
        if self._worlds is not None:
            self._worlds.close()
            self._worlds = None

    def leave(self, desk: Desk) -> None:
        """Close a desk, if it is open; its episode is opened again where its trace stands."""
        with self._lock:
            paths = [path for path, one in self._desks.items() if one is desk]
            if not paths:
                return
            del self._desks[paths[0]]
            self._asked = {key: one for key, one in self._asked.items() if one is not desk}
        desk.end_session()
        desk.world.close()
        desk.recorder.close()

    def __enter__(self) -> EpisodeDesks:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self, context: PlayContext, folder: EpisodeFolder, state: PlayState) -> Desk:
        """Open an episode at the step where its trace stands, and at the state's turn of it."""
        asked = self.asked(context)
        card = find_task(asked.task).card.model_copy(update={"max_steps": asked.steps})
        scaffold = load_scaffold(context.scaffold)
        models = {
            GAMEPLAY: self._resolve(asked.gameplay),
            SPECIALIST: self._resolve(asked.specialist),
        }
        host = self._host(scaffold)
        if not folder.trace.exists():
            keep_run(folder.run, asked)
        keep_scaffold(folder.run, scaffold)
        world = self._world(card.name, context.seed)
        try:
            trace = open_trace(folder, asked, context.seed, world)
        except BaseException:
            world.close()
            raise
        limits = Quota(read_chars=scaffold.manifest.limits.read_chars)
        memory = Memory(DirectoryFiles(folder.memory), folder.journal, limits)
        stands = trace.position.step
        turn = _turn(state) if state.get("step") == stands else 0
        memory.rewind(stands, turn)
        desk = Desk(
            episode=folder.id,
            card=card,
            scaffold=scaffold,
            host=host,
            memory=memory,
            world=world,
            models=models,
            model_names={GAMEPLAY: asked.gameplay, SPECIALIST: asked.specialist},
            recorder=trace,
            listener=self._listener,
            wiped=asked.agent == "memory-wiped",
        )
        if stands == 0 and turn == 0:
            lay_out(desk)
        desk.initial_files = files_at(read_rows(folder.journal), 0)
        return desk

    def _world(self, task: str, seed: int) -> RemoteWorld:
        """A world in the worlds' process; a new process where the last one has died."""
        if self._worlds is None or not self._worlds.alive:
            self._worlds = WorldProcess.start()
        return self._worlds.open(task, seed)

    def _host(self, scaffold: Scaffold) -> ScaffoldHost:
        if scaffold.id not in self._hosts:
            self._hosts[scaffold.id] = ScaffoldHost.start(scaffold)
        return self._hosts[scaffold.id]


def _plain(thread: str) -> str:
    """A thread's id as part of a folder's name: whoever uses the graph may choose any id."""
    return re.sub(r"[^A-Za-z0-9-]", "_", thread)[:80]


def _turn(state: PlayState) -> int:
    """Model calls that the state's step has behind it."""
    return len(state.get("turn", {}).get("calls", ()))


def lay_out(desk: Desk) -> None:
    """Put the scaffold's initial files into an empty memory: one row of the journal, before step 0.

    They are the files under `files/<task>/` of the scaffold, then what its hook makes for the task.
    """
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


def open_trace(folder: EpisodeFolder, asked: Asked, seed: int, world: RemoteWorld) -> Trace:
    """The episode's trace, begun or resumed, with the world brought to where it stands."""
    if not folder.trace.exists():
        header = Header(episode=folder.id, seed=seed, asked=asked, answer=world.reset())
        return Trace.start(folder, header)
    trace, rows = Trace.resume(folder)
    if trace.header.asked != asked or trace.header.seed != seed:
        raise RunError(
            f"episode {folder.id} was begun with other settings or another version of the code; "
            "start a new one, or go on with what began it"
        )
    answer = world.replay([row.action for row in rows])
    if answer.text != trace.position.answer.text:
        raise RunError(
            f"{folder.trace}: the rebuilt world differs from the recorded one at step "
            f"{trace.position.step}; play into another folder"
        )
    return trace
