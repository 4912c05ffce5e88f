"""The frames of one episode, from its trace and from the twin of its world."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.report.frames.tape import Tape, Unreadable
from automem_graph.report.frames.telling import MESSAGE_CHARS, plain, text_frame
from automem_graph.worlds.frames import Atlas, Frame, Kind, Text


def frames_of(folder: EpisodeFolder) -> Frames:
    """The frames of an episode that is over, running, failed or another version's; never raises.

    Nothing is replayed, and no process started, before a frame is asked for.
    """
    return Frames(folder)


class Frames:
    """The world of an episode when each step begins: step 0 to n, n after the last action.

    Any thread may ask. What cannot be drawn comes as `Text`, whose caption says why.
    """

    def __init__(self, folder: EpisodeFolder) -> None:
        self._tape = Tape(folder)

    @property
    def kind(self) -> Kind:
        """What the frames are, as long as the world can be replayed."""
        return "text"

    def atlas(self) -> Atlas | None:
        """The textures of frames of kind `tiles`; None for other kinds."""
        return None

    def at(self, step: int) -> Frame:
        """The world as it stands when the step begins; IndexError where the trace is shorter."""
        try:
            if not self._tape.has(step):
                raise IndexError(f"there is no step {step} in this episode")
            return text_frame(self._tape, step)
        except Unreadable as error:
            return Text(text="", caption=plain(str(error), MESSAGE_CHARS))

    def range(self, start: int, stop: int) -> list[Frame]:
        """The frames of `start <= step < stop`, as far as the trace goes."""
        there = self._tape.known(stop)
        return [self.at(step) for step in range(max(0, start), min(stop, there))]

    def close(self) -> None:
        """End what was started, and forget what was drawn."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
