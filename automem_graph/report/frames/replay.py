"""Frames of a world that can be drawn: its twin takes the actions of the trace again.

Every observation on the way is compared with the trace's. Where they part (another version of a
world's package, a damaged trace) the drawn frames end, and the text of the trace goes on.
"""

from __future__ import annotations

import time
from itertools import takewhile
from threading import Lock
from typing import NamedTuple

from pydantic import TypeAdapter

from automem_graph.report.frames.kept import Kept
from automem_graph.report.frames.tape import Tape, Unreadable
from automem_graph.report.frames.telling import text_frame
from automem_graph.worlds.frames import Frame
from automem_graph.worlds.process import RemoteWorld, WorldCrashed, WorldProcess

BATCH = 50
"""Moments of one request: so long does a frame that is kept already wait at most, or `close`."""

DIFFERS = (
    "the world that is installed here shows something else than the trace, which another version "
    "of it may have written"
)

_FRAME: TypeAdapter[Frame] = TypeAdapter(Frame)


class Parted(NamedTuple):
    """From which step on a replay shows nothing, and why."""

    step: int
    why: str


class Replay:
    """The drawn frames of one episode. A thread that wants a frame far ahead draws all before it;
    others meanwhile get those that are kept."""

    def __init__(self, tape: Tape, task: str, seed: int, kept: Kept | None = None) -> None:
        self._tape = tape
        self._task = task
        self._seed = seed
        self._kept = kept or Kept()
        self._drawing = Lock()
        self._closed = False
        self._process: WorldProcess | None = None
        self._world: RemoteWorld | None = None
        self._next = 0
        """The step that the world's next moment belongs to; at 0 it is to be reset."""
        self._parted: Parted | None = None

    def at(self, step: int, until: float | None = None) -> Frame:
        """The frame of a step that is on the tape; RuntimeError once these are closed.

        After `until` (`time.monotonic` seconds; None waits) its text, to be asked for again.
        """
        frame = self._kept.get(step)
        while frame is None:
            if self._closed:
                raise RuntimeError("these frames are closed")
            if parted := self._ends_before(step):
                return text_frame(self._tape, step, parted.why)
            if until is not None and time.monotonic() > until:
                why = f"Being drawn: the replay has come to step {self._next:,}."
                return text_frame(self._tape, step, why, later=True)
            patience = -1 if until is None else max(0, until - time.monotonic())
            frame = self._draw_on(step, patience)
        return _FRAME.validate_json(frame)

    def close(self) -> None:
        """End the world's process, and forget the frames."""
        self._closed = True
        with self._drawing:
            if self._process is not None:
                self._process.close()
            self._kept.close()

    def _draw_on(self, step: int, patience: float) -> str | None:
        """Draw one batch on the way to a step, or note why that cannot be; its frame, if drawn.

        Nothing is done where others draw for longer than `patience` (seconds; -1 waits).
        """
        if not self._drawing.acquire(timeout=patience):
            return None
        try:
            if not (self._closed or self._ends_before(step) or self._kept.get(step)):
                if step < self._next:  # it was drawn, and the store was full
                    self._next = 0
                self._film()
        except (Unreadable, WorldCrashed, OSError, ValueError, RuntimeError) as error:
            self._part(str(error))
        finally:
            frame = self._kept.get(step)
            self._drawing.release()
        return frame

    def _film(self) -> None:
        """Draw the next batch, as far as it shows what the trace says."""
        world = self._opened()
        first = self._next
        moments = self._tape.told(first, first + BATCH)
        actions = [moment.action for moment in moments[first == 0 :]]  # none leads to the first
        shots, stopped = world.film(actions, reset=first == 0)
        pairs = zip(moments, shots, strict=False)
        same = [shot[1] for _, shot in takewhile(lambda pair: pair[0].text == pair[1][0], pairs)]
        self._kept.add(first, same)
        self._next += len(same)
        if len(same) < len(moments):
            self._part(_said(stopped) if len(same) == len(shots) else DIFFERS)

    def _opened(self) -> RemoteWorld:
        """The world, in a process of its own; another one where that has died."""
        if self._world is None or self._process is None or not self._process.alive:
            self._next = 0
            self._process = WorldProcess.start()
            self._world = self._process.open(self._task, self._seed)
        return self._world

    def _ends_before(self, step: int) -> Parted | None:
        """What stands in the way of drawing this step, if anything does."""
        parted = self._parted
        return parted if parted is not None and step >= parted.step else None

    def _part(self, why: str) -> None:
        self._parted = Parted(self._next, f"Not drawn from step {self._next} on: {why}.")


def _said(stopped: str) -> str:
    """What a world raised, without where in its code."""
    return stopped.rpartition(" (")[0]
