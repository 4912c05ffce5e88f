"""Open an episode's desk: its folder, files, world and models, at the step that its trace says."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any

from pydantic import ValidationError

from automem_graph.agent.baselines.desk import BaselineDesk
from automem_graph.agent.codecs import CODECS
from automem_graph.agent.context import MEMORY_AGENTS, SAMPLED, UNUSED, PlayContext
from automem_graph.agent.desk import Desk
from automem_graph.agent.events import Listener
from automem_graph.agent.memory_desk import MemoryDesk
from automem_graph.agent.state import PlayState
from automem_graph.assistant.own.factory import agent_contents, is_agent, load_factory
from automem_graph.episodes.fork import fork
from automem_graph.episodes.identity import Asked, engine, episode_id, run_name, thread_run_name
from automem_graph.episodes.keep import keep_run, keep_scaffold
from automem_graph.episodes.layout import EpisodeFolder, RunError, RunFolder
from automem_graph.episodes.opening import (
    Resolve,
    lay_out,
    open_memory,
    open_models,
    open_trace,
    talk_so_far,
)
from automem_graph.episodes.processes import Processes
from automem_graph.episodes.trace import Moment
from automem_graph.models.local.contents import contents
from automem_graph.models.meter import Meter
from automem_graph.models.resolve import resolve_model
from automem_graph.models.sampling import Sampling
from automem_graph.protocols import TaskCard
from automem_graph.scaffold.load import load_scaffold
from automem_graph.worlds.registry import find_task, no_such_seed, own_version

RUNS = Path("runs")
"""Where runs go by default, below the folder that the command is given in."""

MOST_OPEN = 64
"""Desks open at once; the oldest is left then, and opened again where its trace stands."""


class EpisodeDesks:
    """The agent's `Desks` on this machine: worlds in one process, a scaffold in one host.

    Desks are opened on first use and kept until `close`. `resolve` turns a model's name and
    sampling into the model; tests and benchmarks bring models of their own. `processes` are those
    of someone who shares them between several of these, and closes them; without them each has its
    own. `meter` is that of a budget, which stops what is played here.
    """

    def __init__(
        self,
        *,
        runs: Path = RUNS,
        listener: Listener | None = None,
        resolve: Resolve = resolve_model,
        processes: Processes | None = None,
        meter: Meter | None = None,
    ) -> None:
        self._runs = runs
        self._listener = listener
        self._resolve = resolve
        self.meter = meter
        self._own = Processes()
        self._processes = processes or self._own
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
        """Where the episode that the context describes lies, whether or not it exists yet.

        RunError where its task has no such seed.
        """
        asked = self.asked(context)
        if absent := no_such_seed(asked.task, [context.seed]):
            raise RunError(absent)
        if context.run:
            run = RunFolder(Path(context.run))
        else:
            name = thread_run_name(thread) if thread else run_name(asked)
            run = RunFolder(self._runs / name)
        return run.episode(episode_id(asked, context.seed))

    def asked(self, context: PlayContext) -> Asked:
        """What the context asks for; scaffold, local weights and engine are named by their content.

        What the agent has no use for is empty; RunError where the context names it all the same,
        UnknownModel where a local model has no folder.
        """
        task = find_task(context.task)
        card = task.card
        unused = UNUSED[context.agent]
        for field, thing in unused.items():
            named = getattr(context, field)
            if named != getattr(PlayContext, field):
                raise RunError(
                    f"the agent {context.agent} plays without a {thing}: leave '{named}' out"
                )
        if is_agent(context.gameplay):
            _check_own(context, card)
        sampling, specialist_sampling = _samplings(context)
        gameplay = "" if "gameplay" in unused else context.gameplay
        specialist = "" if "specialist" in unused else context.specialist or context.gameplay
        return Asked(
            task=card.name,
            steps=min(context.steps or card.max_steps, card.max_steps),
            agent=context.agent,
            scaffold="" if "scaffold" in unused else load_scaffold(context.scaffold).id,
            gameplay=gameplay,
            specialist=specialist,
            weights=contents(gameplay) or agent_contents(gameplay),
            specialist_weights=contents(specialist) or agent_contents(specialist),
            sampling=sampling,
            specialist_sampling=specialist_sampling,
            codec=context.codec,
            engine=engine(),
            task_version=own_version(task),
        )

    def close(self) -> None:
        """End every file and process of its own; episodes can be opened again where they stand."""
        for desk in list(self._desks.values()):
            self.leave(desk)
        self._own.close()

    def leave(self, desk: Desk) -> None:
        """Close a desk, if it is open; its episode is opened again where its trace stands."""
        with self._lock:
            paths = [path for path, one in self._desks.items() if one is desk]
            if not paths:
                return
            del self._desks[paths[0]]
            self._asked = {key: one for key, one in self._asked.items() if one is not desk}
        desk.close()

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
        scaffold = load_scaffold(context.scaffold) if asked.scaffold else None
        codec = CODECS[asked.codec]
        tools = scaffold.manifest.actions if scaffold and codec.answers_calls else None
        models = open_models(asked, self._resolve, tools, folder.id)
        host = self._processes.host(scaffold) if scaffold else None
        if not folder.trace.exists():
            keep_run(folder.run, asked)
        if scaffold:
            keep_scaffold(folder.run, scaffold)
        with ExitStack() as undo:
            world = self._processes.world(card.name, context.seed)
            undo.callback(world.close)
            trace = open_trace(folder, asked, context.seed, world)
            undo.callback(trace.close)
            shared: dict[str, Any] = {
                "episode": folder.id,
                "card": card,
                "world": world,
                "models": models,
                "model_names": {role: name for role, (name, _) in asked.models.items()},
                "recorder": trace,
                "codec": codec,
                "meter": self.meter,
                "listener": self._listener,
            }
            desk: Desk
            if scaffold is None or host is None:
                desk = BaselineDesk(**shared, agent=context.agent, seed=context.seed)
            else:
                turn = _turn(state) if state.get("step") == trace.position.step else 0
                wiped = asked.agent == "memory-wiped"
                memory = open_memory(folder, scaffold, trace.position.step, turn)
                shared |= {"scaffold": scaffold, "host": host, "memory": memory, "wiped": wiped}
                if is_agent(asked.gameplay):
                    from automem_graph.assistant.own.desk import (
                        OwnDesk,
                    )  # brings LangChain's agents

                    desk = OwnDesk(
                        **shared, make=load_factory(asked.gameplay), talk=talk_so_far(folder)
                    )
                else:
                    desk = MemoryDesk(**shared)
                lay_out(desk, folder, turn)
            undo.pop_all()
        return desk


def _check_own(context: PlayContext, card: TaskCard) -> None:
    """RunError where an agent of somebody's own cannot be played so."""
    name = context.gameplay
    if context.agent not in MEMORY_AGENTS:
        raise RunError(f"{name} plays with memory: leave the agent {context.agent} out")
    if not card.answers:
        raise RunError(
            f"{name} answers people, and {card.name} takes actions: give it a task of conversations"
        )
    sampled = [field for field in SAMPLED if getattr(context, field) != getattr(PlayContext, field)]
    if sampled and not context.specialist:
        raise RunError(
            f"{name} samples its own model: name a specialist for the {sampled[0]}, or leave it out"
        )


def _samplings(context: PlayContext) -> tuple[Sampling, Sampling]:
    """How the gameplay model and the specialist are sampled; RunError where that cannot be."""
    temperature, tokens = context.specialist_temperature, context.specialist_reply_tokens
    try:
        return (
            Sampling(temperature=context.temperature, max_tokens=context.reply_tokens),
            Sampling(
                temperature=context.temperature if temperature is None else temperature,
                max_tokens=context.reply_tokens if tokens is None else tokens,
            ),
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise RunError(f"no model can be sampled so: {first['loc'][0]}: {first['msg']}") from error


def _turn(state: PlayState) -> int:
    """Model calls that the state's step has behind it."""
    return len(state.get("turn", {}).get("calls", ()))
