"""Read turns from the traces of finished episodes, one step after the other.

Only a step and the memory files of one episode are held at a time, so a run of any size can be
read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

from automem_graph.agent.context import MEMORY_AGENTS
from automem_graph.agent.observe import noted
from automem_graph.agent.step import ActionRow, ModelCall, StepRow
from automem_graph.agent.table import GAMEPLAY, SPECIALIST
from automem_graph.assistant.own.factory import is_agent
from automem_graph.episodes.identity import Asked
from automem_graph.episodes.layout import EPISODE_ID, EpisodeFolder, RunError, RunFolder
from automem_graph.episodes.play import EpisodeResult, read_result
from automem_graph.episodes.tallies import MemoryTally
from automem_graph.episodes.trace import prompt_of, walk_trace
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import Row
from automem_graph.proficiency.ledger import Data
from automem_graph.proficiency.turns import ActionView, Reply, Turn, TurnView
from automem_graph.protocols import ActionSpec, Role, Routine
from automem_graph.scaffold.load import load_scaffold


class NoData(RunError):
    """No data to train on come of this; the message says why.

    `data` are what there is where only their number is not enough.
    """

    def __init__(self, why: str, data: Data | None = None) -> None:
        super().__init__(why)
        self.data = data


@dataclass(frozen=True)
class Episode:
    """A finished episode."""

    folder: EpisodeFolder
    result: EpisodeResult
    better_than: float
    """Share of the task's other episodes whose progression is lower."""

    @property
    def asked(self) -> Asked:
        return self.result.asked


def read_turns(run: RunFolder) -> Iterator[Turn]:
    """Every turn of every finished episode of a run, episode by episode, in order."""
    for episode in finished_episodes([run]):
        yield from turns_of(episode)


def finished_episodes(runs: Sequence[RunFolder]) -> tuple[Episode, ...]:
    """The finished episodes of all these runs, each once: failed and open ones are left out.

    NoData where there are none, or where they were played in a way that gives no examples.
    """
    found: dict[str, tuple[EpisodeFolder, EpisodeResult]] = {}
    for run in runs:
        if not run.path.is_dir():
            raise NoData(f"there is no run in {run.path}: there is no such folder")
        for path in sorted(run.path.glob("episodes/*/episode.json")):
            folder = EpisodeFolder(path.parent)
            result = read_result(folder) if EPISODE_ID.fullmatch(folder.id) else None
            if result is not None and result.status == "done" and folder.id not in found:
                _refuse_useless(run, result.asked)
                found[folder.id] = (folder, result)
    if not found:
        raise NoData(_nothing_in(runs))
    earned: dict[str, list[float]] = defaultdict(list)
    for _, result in found.values():
        earned[result.asked.task].append(result.progression or 0.0)
    ordered = {task: sorted(scores) for task, scores in earned.items()}
    return tuple(
        Episode(folder, result, _rank(result.progression or 0.0, ordered[result.asked.task]))
        for folder, result in found.values()
    )


def _rank(score: float, ordered: Sequence[float]) -> float:
    return bisect_left(ordered, score) / max(1, len(ordered) - 1)


def _refuse_useless(run: RunFolder, asked: Asked) -> None:
    if asked.agent not in MEMORY_AGENTS:
        raise NoData(
            f"{run.path} was played by the agent {asked.agent}, which keeps no memory: play it "
            "with the agent memory"
        )
    if asked.codec != "tags":
        raise NoData(
            f"{run.path} was played with tool calls, and examples are replies in tags: play it "
            "again without --codec tool_calls"
        )


def _nothing_in(runs: Sequence[RunFolder]) -> str:
    where = ", ".join(str(run.path) for run in runs) or "no run"
    inside = [path for run in runs for path in sorted(run.path.glob("*/*/episodes"))]
    inside += [path for run in runs for path in sorted(run.path.glob("*/episodes"))]
    if inside:
        names = ", ".join(str(path.parent) for path in inside[:4])
        return f"{where} holds no episodes itself: name one of the runs in it, such as {names}"
    return f"there is no finished episode in {where}: automem evaluate plays some"


def keeper_of(asked: Asked) -> Role:
    """Who kept memory: the specialist, or the gameplay model where it was the only one."""
    two = SPECIALIST in asked.models or is_agent(asked.gameplay)
    return SPECIALIST if two else GAMEPLAY


def spoken_in(row: StepRow, routine: Routine, keeper: Role) -> list[int]:
    """The calls of a turn, by their index in the row: those to which a reply came."""
    return [
        number
        for number, call in enumerate(row.calls)
        if call.routine == routine and call.role == keeper and not call.error
    ]


def turns_of(episode: Episode) -> Iterator[Turn]:
    """The turns of an episode, in order. RunError and JournalError for damaged files."""
    header, rows = walk_trace(episode.folder)
    specs = declared_actions(episode.folder, header.asked.scaffold)
    keeper = keeper_of(header.asked)
    memory = _Memory(read_rows(episode.folder.journal), specs)
    shown = noted("", header.answer.text)
    for row in rows:
        spoken: dict[Routine, list[int]] = {}
        files: dict[Routine, dict[str, int]] = {}
        for routine in get_args(Routine):
            if calls := spoken_in(row, routine, keeper):
                memory.advance(row.step, calls[0])
                spoken[routine], files[routine] = calls, memory.lines()
        memory.advance(row.step + 1, 0)
        actions = memory.actions_of(row)
        for routine, calls in spoken.items():
            replies = tuple(_reply(row, call) for call in calls)
            yield Turn(
                view=TurnView(
                    id=f"{episode.folder.id}/{row.step}/{routine}",
                    episode=episode.folder.id,
                    task=header.asked.task,
                    seed=header.seed,
                    step=row.step,
                    routine=routine,
                    progression=episode.result.progression or 0.0,
                    better_than=episode.better_than,
                    steps=episode.result.steps,
                    observation=shown,
                    replies=tuple(reply.text for reply in replies),
                    actions=tuple(seen for acted, seen in actions if acted.turn in calls),
                    files=files[routine],
                    prompt_chars=sum(len(said["content"]) for said in replies[-1].prompt),
                ),
                replies=replies,
                actions=specs,
            )
        shown = noted(row.note, row.answer.text)


def declared_actions(folder: EpisodeFolder, scaffold: str) -> tuple[ActionSpec, ...]:
    """The actions of the scaffold that played an episode, as its run keeps it."""
    return _declared(folder.run.scaffold(scaffold))


@cache
def _declared(path: Path) -> tuple[ActionSpec, ...]:
    return load_scaffold(path).manifest.actions


def _reply(row: StepRow, call: int) -> Reply:
    made: ModelCall = row.calls[call]
    return Reply(prompt_of(row, call), made.reply, made.token_ids)


class _Memory:
    """An episode's files and memory actions, followed along its journal."""

    def __init__(self, journal: Iterator[Row], specs: Sequence[ActionSpec]) -> None:
        self._journal = journal
        self._next = next(journal, None)
        self._tally = MemoryTally({spec.name: spec.kind for spec in specs})
        self._kinds: Mapping[str, str] = self._tally.kinds
        self._deeds: list[tuple[Row, bool]] = []
        """What models did since the last step, and whether it was a repeated write."""
        self._counted: dict[str, tuple[str, int]] = {}

    def advance(self, step: int, turn: int) -> None:
        """Follow it to the beginning of that turn."""
        while self._next is not None and self._next.position < (step, turn):
            repeated = self._tally.repeated
            self._tally.take(self._next)
            if self._next.role != "scaffold":
                self._deeds.append((self._next, self._tally.repeated > repeated))
            self._next = next(self._journal, None)

    def lines(self) -> dict[str, int]:
        """Each file's number of lines now."""
        for name, text in self._tally.files.items():
            before = self._counted.get(name)
            if before is None or before[0] is not text:
                self._counted[name] = (text, text.count("\n"))
        return {name: self._counted[name][1] for name in sorted(self._tally.files)}

    def actions_of(self, row: StepRow) -> list[tuple[ActionRow, ActionView]]:
        """The step's memory actions, each with what the journal knows of it."""
        deeds, self._deeds = iter([*self._deeds, None]), []
        deed = next(deeds)
        seen = []
        for acted in row.actions:
            known = deed is not None and deed[0].action == acted.name
            seen.append((acted, self._view(acted, deed if known else None)))
            deed = next(deeds) if known else deed
        return seen

    def _view(self, acted: ActionRow, deed: tuple[Row, bool] | None) -> ActionView:
        row, repeated = deed or (None, False)
        return ActionView(
            name=acted.name,
            kind=self._kinds.get(acted.name, ""),
            args=row.args if row else {},
            result=acted.result,
            ok=acted.ok,
            found=row.found if row else None,
            repeated=repeated,
        )
