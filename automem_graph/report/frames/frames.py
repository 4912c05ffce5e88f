"""The frames of one episode, from its trace and from the twin of its world."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType, TracebackType
from typing import Any, Self

from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.report.frames.replay import Replay
from automem_graph.report.frames.tape import Tape, Unreadable
from automem_graph.report.frames.telling import MESSAGE_CHARS, chat_frame, plain, text_frame
from automem_graph.worlds.crafter.textures import atlas
from automem_graph.worlds.frames import Atlas, Frame, Kind, Text
from automem_graph.worlds.registry import TaskUnavailable, UnknownTask, find_playable, task_names

_KINDS: Mapping[str, Kind] = MappingProxyType(
    {"crafter": "tiles", "nethack": "terminal", "minihack": "terminal", "errands": "chat"}
)
"""What the package's tasks look like, by the first word of their names."""


def frames_of(folder: EpisodeFolder) -> Frames:
    """The frames of an episode that is over, running, failed or another version's; never raises.

    Nothing is replayed, and no process started, before a frame is asked for. A task of somebody's
    own is not even loaded: its name stands in a trace, which may be anyone's.
    """
    tape = Tape(folder)
    try:
        header = tape.header()
    except Unreadable as error:
        return Frames(tape, "text", why=str(error))
    match header:
        case {"asked": {"task": str(task)}, "seed": int(seed)}:
            kind = _kind(task, header)
        case _:
            return Frames(tape, "text", why=f"{folder.id} does not say what it plays")
    if kind in ("chat", "text"):
        return Frames(tape, kind)
    try:
        find_playable(task)
    except (UnknownTask, TaskUnavailable) as error:
        return Frames(tape, "text", why=str(error))
    return Frames(tape, kind, replay=Replay(tape, task, seed))


def _kind(task: str, header: Mapping[str, Any]) -> Kind:
    """What a task looks like; one that nobody here knows is told by its trace."""
    match header:
        case {"answers": True} | {"answer": {"facts": {"session": _}}}:
            return "chat"
    name = task.partition("+")[0]
    known = name in task_names() and ":" not in task
    return _KINDS.get(name.partition("-")[0], "text") if known else "text"


class Frames:
    """The world of an episode when each step begins: step 0 to n, n after the last action.

    Any thread may ask. What cannot be drawn comes as `Text`, whose caption says why.
    """

    def __init__(
        self, tape: Tape, kind: Kind, *, why: str = "", replay: Replay | None = None
    ) -> None:
        self._tape = tape
        self._kind: Kind = kind
        self._why = why
        self._replay = replay

    @property
    def kind(self) -> Kind:
        """What the frames are, as far as the world can be replayed."""
        return self._kind

    def atlas(self) -> Atlas | None:
        """The textures of frames of kind `tiles`; None for other kinds, or without them."""
        try:
            return atlas() if self._kind == "tiles" else None
        except OSError:
            return None

    def at(self, step: int, seconds: float | None = None) -> Frame:
        """The world as it stands when the step begins; IndexError where the trace is shorter.

        What lies far ahead takes a while (about 1,500 steps a second): who will not wait for more
        than some seconds gets a `Text` that is `later`, and asks again to have more of it drawn.
        """
        return self._at(step, None if seconds is None else time.monotonic() + seconds)

    def _at(self, step: int, until: float | None) -> Frame:
        try:
            if not self._tape.has(step):
                raise IndexError(f"there is no step {step} in this episode")
            if self._replay is not None:
                return self._replay.at(step, until)
            if self._kind == "chat":
                return chat_frame(self._tape, step)
            return text_frame(self._tape, step, self._why)
        except Unreadable as error:
            return Text(text="", caption=plain(str(error), MESSAGE_CHARS))

    def range(self, start: int, stop: int, seconds: float | None = None) -> list[Frame]:
        """The frames of `start <= step < stop`, as far as there is a trace.

        The first one that has to be drawn `later` is the last.
        """
        until = None if seconds is None else time.monotonic() + seconds
        frames: list[Frame] = []
        try:
            there = self._tape.known(stop)
        except Unreadable:
            there = 0
        for step in range(max(0, start), min(stop, there)):
            frames.append(self._at(step, until))
            if isinstance(frames[-1], Text) and frames[-1].later:
                break
        return frames

    def close(self) -> None:
        """End what was started, and forget what was drawn; drawn frames then are a RuntimeError."""
        if self._replay is not None:
            self._replay.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
