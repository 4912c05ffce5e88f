"""Open an episode's desk: its folder, files, world and models, at the step that its trace says."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from threading import RLock
from types import TracebackType

from langchain_core.language_models import BaseChatModel

from automem_graph.agent.context import PlayContext
from automem_graph.agent.desk import GAMEPLAY, SPECIALIST, Desk
from automem_graph.agent.events import Listener
from automem_graph.episodes.identity import Asked, engine, episode_id, run_name, versions
from automem_graph.episodes.layout import FORMAT, EpisodeFolder, RunError, RunFolder, write_json
from automem_graph.episodes.trace import Header, Trace
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
"""Desks open at once; the one unused for longest is left then, and opened again where it stands."""


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
        self._desks: dict[tuple[PlayContext, str | None], Desk] = {}
        self._lock = RLock()

    def __call__(self, context: PlayContext, episode: str | None, thread: str | None) -> Desk:
        """The desk of the episode that the context (and the thread) describes, opened if need be.

        An `episode` that the context does not describe is refused: its code or its limits have
        changed since, and nothing old is credited to what is new.
        """
        with self._lock:
            desk = self._desks.pop((context, thread), None)
            if desk is None:
                while len(self._desks) >= MOST_OPEN:
                    self.leave(*next(iter(self._desks)))
                desk = self._open(context, self.folder(context, thread))
            self._desks[context, thread] = desk  # last in line to be left
        if episode is not None and episode != desk.episode:
            raise RunError(
                f"episode {episode} was begun with other settings or another version of the code; "
                "start a new one, or go on with what began it"
            )
        return desk

    def folder(self, context: PlayContext, thread: str | None = None) -> EpisodeFolder:
        """Where the episode that the context describes lies, whether or not it exists yet."""
        asked = self.asked(context)
        if context.run:
            run = RunFolder(Path(context.run))
        else:
            name = f"studio-{thread}" if thread else run_name(asked)
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
        for context, thread in list(self._desks):
            self.leave(context, thread)
        for host in self._hosts.values():
            host.close()
        self._hosts.clear()
        if self._worlds is not None:
            self._worlds.close()
            self._worlds = None

    def leave(self, context: PlayContext, thread: str | None = None) -> None:
        """Close one episode's desk, where it is open."""
        desk = self._desks.pop((context, thread), None)
        if desk is None:
            return
        desk.end_session()
        desk.world.close()
        if isinstance(desk.recorder, Trace):
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

    def _open(self, context: PlayContext, folder: EpisodeFolder) -> Desk:
        asked = self.asked(context)
        card = find_task(asked.task).card.model_copy(update={"max_steps": asked.steps})
        scaffold = load_scaffold(context.scaffold)
        models = {
            GAMEPLAY: self._resolve(asked.gameplay),
            SPECIALIST: self._resolve(asked.specialist),
        }
        host = self._host(scaffold)
        keep_run(folder.run, asked, scaffold)
        world = self._world(card.name, context.seed)
        try:
            trace, step = _trace_and_world(folder, asked, context.seed, world)
        except BaseException:
            world.close()
            raise
        limits = Quota(read_chars=scaffold.manifest.limits.read_chars)
        memory = Memory(DirectoryFiles(folder.memory), folder.journal, limits)
        memory.rewind(step, 0)
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
        if step == 0:
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


def keep_run(run: RunFolder, asked: Asked, scaffold: Scaffold) -> None:
    """Write what was asked and the scaffold into the run's folder, or check that they agree."""
    if run.asked.exists():
        check_run(run, asked)
        return
    if run.path.resolve().is_relative_to(scaffold.path.resolve()):
        raise RunError(f"{run.path} lies inside the scaffold {scaffold.path}: choose another --out")
    write_json(run.asked, {"format": FORMAT, "asked": asked.model_dump(), "versions": versions()})
    kept = run.scaffold(scaffold.id)
    if not kept.exists():
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        shutil.copytree(scaffold.path, kept, ignore=ignored)


def check_run(run: RunFolder, asked: Asked) -> None:
    """Refuse a folder that holds another run, or one of another version."""
    kept = run.read_asked()
    if kept.get("format") != FORMAT:
        raise RunError(
            f"{run.path} was written by another version of automem-graph (format "
            f"{kept.get('format')}, this one writes {FORMAT}): choose another folder with --out"
        )
    if kept.get("asked") != asked.model_dump():
        was = kept.get("asked") or {}
        other = [name for name, value in asked.model_dump().items() if was.get(name) != value]
        raise RunError(
            f"{run.path} holds a run with another {', '.join(other)}: "
            "choose another folder with --out"
        )


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


def _trace_and_world(
    folder: EpisodeFolder, asked: Asked, seed: int, world: RemoteWorld
) -> tuple[Trace, int]:
    """The episode's trace and the step it stands at, with the world brought to that step."""
    if not folder.trace.exists() or folder.trace.stat().st_size == 0:
        answer = world.reset()
        header = Header(episode=folder.id, seed=seed, asked=asked, answer=answer)
        return Trace.start(folder, header), 0
    trace, rows = Trace.resume(folder)
    answer = world.replay([row.action for row in rows])
    if answer.text != trace.position.answer.text:
        raise RunError(
            f"{folder.trace}: the rebuilt world differs from the recorded one at step "
            f"{trace.position.step}; play into another folder"
        )
    return trace, len(rows)
