"""An episode's folder as a replay needs it: an outline, any step, any file, whatever is asked for.

Of the trace only the places of its lines are kept in memory, so that an episode of any length can
be looked at, and one that is being played followed. Nothing is written, no world is opened here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import groupby, repeat
from typing import Any

from pydantic import ValidationError

from automem_graph.episodes.identity import Asked
from automem_graph.episodes.layout import FORMAT, EpisodeFolder, RunError
from automem_graph.memory.rows import replay
from automem_graph.report.replay.ending import ending_of, is_held
from automem_graph.report.replay.ending import told as told_error
from automem_graph.report.replay.events import Timeline
from automem_graph.report.replay.finding import version_of
from automem_graph.report.replay.lines import Lines
from automem_graph.report.replay.past import Past
from automem_graph.report.replay.rows import Ending, Glance, Head, Told
from automem_graph.report.replay.searching import (
    MOST_HITS,
    MOST_ROWS,
    Wanted,
    hit,
    hits_in,
    written_by,
)
from automem_graph.report.replay.shapes import (
    MOST_STEPS,
    Event,
    File,
    Files,
    Hit,
    Hits,
    Outline,
    Status,
    Step,
)
from automem_graph.report.replay.telling import LEAD, kept_prompts, told
from automem_graph.structure.desk.plain import one_line, visible
from automem_graph.worlds.frames import Kind


class OutOfRange(ValueError):
    """A step that the episode does not have; says which there are."""


class Episode:
    """One episode, as far as it goes; any thread may ask. RunError where nothing can be shown.

    A line that is no row ends what is shown, and `outline` says so.
    """

    def __init__(self, folder: EpisodeFolder) -> None:
        self.folder = folder
        self._version = version_of(folder)
        self._kept = kept_prompts(folder.run.path)
        self._lock = threading.Lock()
        with self._lock:
            self._begin()
            self._grow()

    def _begin(self) -> None:
        rows = Lines(self.folder.trace)
        line = next(rows.grow(), None)
        if line is None:
            raise RunError(f"{self.folder.trace} has no complete line: play the episode first")
        try:
            self.head = Head.model_validate_json(line)
        except ValidationError as error:
            raise RunError(f"{self.folder.trace}:1 is no header: {told_error(error)}") from error
        self._rows, self._past, self._problem = rows, Past(self.folder.journal), ""
        self._timeline = Timeline(self.head.answer)

    @property
    def steps(self) -> int:
        """Complete steps that are known of."""
        return max(0, len(self._rows) - 1)

    def refresh(self) -> None:
        """Take in what has been played since."""
        with self._lock:
            if self._rows.replaced:
                self._begin()
            self._grow()

    def _grow(self) -> None:
        for line in self._rows.grow() if not self._problem else ():
            try:
                row = Glance.model_validate_json(line)
                if row.step != self.steps - 1:
                    raise ValueError(f"step {row.step} stands in the place of {self.steps - 1}")
            except ValueError as error:
                self._rows.drop_last()
                said = told_error(error) if isinstance(error, ValidationError) else str(error)
                self._problem = f"{self.folder.trace}:{self.steps + 2} is damaged: {said}"
                break
            self._timeline.take(row)
        self._past.grow(self.steps)

    def outline(self, k: int, frames: Kind, atlas: str | None) -> Outline:
        """What the page needs first; `frames` is their kind, `atlas` where its tiles are."""
        asked, head = self.head.asked, self.head
        player, models = _player(asked)
        task = one_line(str(asked.get("task", "")), 200)
        with self._lock:
            status, why, ended = self._status()
            return Outline(
                k=k,
                id=one_line(self.folder.id, 100),
                task=task,
                title=one_line(f"{task}, seed {head.seed}, {player}", 400),
                version=one_line(self._version, 100),
                seed=head.seed,
                scaffold=one_line(str(asked.get("scaffold", "")), 200),
                agent=one_line(str(asked.get("agent", "")), 100),
                models={role: one_line(name, 200) for role, name in models.items()},
                status=status,
                why=one_line(why, 1000),
                steps=self.steps,
                progression=self._timeline.points,
                events=[*self._events(), *ended],
                writes=self._past.writes,
                files=sorted(visible(name) for name in self._past.names),
                frames=frames,
                atlas=atlas,
            )

    @property
    def running(self) -> bool:
        """Whether somebody is playing it now."""
        return self._status()[0] == "running"

    def step_range(self, start: int, stop: int, most: int = MOST_STEPS) -> list[Step]:
        """Steps `start` to `stop`, without the latter; fewer where there are fewer, or too many."""
        if not 0 <= start <= stop:
            raise OutOfRange(f"there are no steps {start} to {stop}; there are 0 to {self.steps}")
        stop = min(stop, start + most, self.steps)
        lead = max(0, start - LEAD)
        rows = [self._told(step, line) for step, line in enumerate(self._lines(lead, stop), lead)]
        return list(told(self.head, rows, start, self._kept))

    def files(self, step: int) -> Files:
        """The files after a step, and what they were when it began."""
        if not -1 <= step < max(self.steps, 1):
            raise OutOfRange(f"there is no step {step}; there are 0 to {self.steps - 1}")
        after = self._past.at(step + 1)
        before = self._past.at(step) if step >= 0 else after
        return Files(
            step=step,
            files=[
                File(
                    name=visible(name),
                    text=visible(text),
                    before=visible(before.get(name, "")) if before.get(name) != text else None,
                )
                for name, text in sorted(after.items())
            ],
            removed=[visible(name) for name in sorted(before.keys() - after.keys())],
        )

    def changed_files(self, start: int, stop: int) -> dict[str, Any]:
        """The files when a step begins, and what becomes of them until another one does.

        `start` is a list of names and texts, `changes` of steps, names and texts, None for a file
        that is removed: one for each file that a step changed.
        """
        begun: list[list[str]] = [[name, text] for name, text in self._past.at(start).items()]
        changes = [
            [step, visible(name), None if text is None else visible(text)]
            for step, changed in self._past.changes(start, stop)
            for name, text in changed.items()
        ]
        return {"start": [list(map(visible, one)) for one in begun], "changes": changes}

    def search(self, text: str, start: int = 0) -> Hits:
        """Where something stands, from a step on, in any case; see `Hits`."""
        wanted, found = Wanted(text), list[Hit]()
        if not wanted or start < 0:
            return Hits(hits=[])
        if start == 0 and (first := hit(wanted, 0, "observation", self.head.answer.text)):
            found.append(first)
        stop = min(start + MOST_ROWS, self.steps)
        lines = zip(self._lines(start, stop), self._written(start), strict=False)
        for step, (line, written) in enumerate(lines, start):
            if wanted.may_be_in(line):
                found += hits_in(wanted, self._told(step, line), written)
            elif one := hit(wanted, step, "file", written):
                found.append(one)
            if len(found) >= MOST_HITS:
                stop = step + 1
                break
        return Hits(hits=found, next=stop if stop < self.steps else None)

    def _written(self, step: int) -> Iterator[str]:
        """For each step from this one on the lines that were written; it does not end."""
        files, rows = self._past.since(step)
        for at, of_step in groupby(rows, lambda row: row.step):
            yield from repeat("", at - step)
            lines = []
            for row in of_step:
                lines.append(written_by(row, files))
                replay(row, files)
            yield "\n".join(lines)
            step = at + 1
        yield from repeat("")

    def _lines(self, start: int, stop: int) -> Iterator[bytes]:
        return self._rows.read(start + 1, stop + 1)

    def _told(self, step: int, line: bytes) -> Told:
        try:
            return Told.model_validate_json(line)
        except ValidationError as error:
            where = f"{self.folder.trace}:{step + 2}"
            raise RunError(f"{where} is damaged: {told_error(error)}") from error

    def _events(self) -> list[Event]:
        events = [*self._timeline.events, *self._past.prunes]
        return sorted(events, key=lambda event: event.step)

    def _status(self) -> tuple[Status, str, list[Event]]:
        """How the episode stands, why, and what is to be told of its end."""
        ending, unread = ending_of(self.folder)
        wrong = "; ".join(
            filter(None, (self._foreign(), self._problem, self._past.problem, unread))
        )
        if ending is not None and ending.status == "done":
            end = Event(step=max(0, self.steps - 1), kind="end", text=_told_end(ending))
            return ("partial" if wrong else "done"), wrong, [] if self._problem else [end]
        if is_held(self.folder):
            return "running", wrong, []
        if ending is not None and ending.status == "failed":
            why = ending.error or "it failed"
            end = Event(step=self.steps, kind="failed", text=one_line(why, 160))
            return "failed", "; ".join(filter(None, (why, wrong))), [end]
        why = (ending and ending.error) or "it has not ended, and nobody plays it now"
        return "partial", "; ".join(filter(None, (why, wrong))), []

    def _foreign(self) -> str:
        if self.head.format == FORMAT:
            return ""
        return (
            f"it was written by another version (format {self.head.format}, this one writes "
            f"{FORMAT}): what it has in common is shown"
        )


def _player(said: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Who plays, in a few words, and the models by role; of another version what there is."""
    try:
        asked = Asked.model_validate(said)
    except ValidationError:
        models = {role: str(said[role]) for role in ("gameplay", "specialist") if said.get(role)}
        return ", ".join(dict.fromkeys(models.values())), models
    return asked.player, {role: name for role, (name, _) in asked.models.items()}


def _told_end(ending: Ending) -> str:
    by = "the world" if ending.ended == "world" else "the step limit"
    return f"{by} ended it at {ending.progression or 0:.1%}"
