"""One episode of a page: its folder as an `Episode`, and its world as frames."""

from __future__ import annotations

from collections.abc import Sequence

from automem_graph.episodes.layout import EpisodeFolder, RunError
from automem_graph.report.frames import Atlas, Frame, frames_of
from automem_graph.report.replay.episode import Episode
from automem_graph.report.replay.shapes import MOST_FRAMES, Outline, Replay


class Shown:
    """An episode that is looked at, at place `k`; any thread may ask. RunError as of `Episode`."""

    def __init__(self, folder: EpisodeFolder, k: int) -> None:
        self.k = k
        self.episode = Episode(folder)
        self._frames = frames_of(folder)

    def outline(self) -> Outline:
        """The episode as it stands now."""
        self.episode.refresh()
        kind = self._frames.kind
        atlas = f"api/episodes/{self.k}/atlas" if kind == "tiles" else None
        return self.episode.outline(self.k, kind, atlas)

    def frame(self, step: int, seconds: float | None = None) -> Frame:
        """The world when the step begins; IndexError where there is no such frame.

        Where drawing it takes longer than `seconds`, what was seen then, as a text with `later`.
        """
        return self._frames.at(step, seconds)

    def frames(self, start: int, stop: int, seconds: float | None = None) -> list[Frame]:
        """The same for a stretch, at most `MOST_FRAMES`; the first that is late is the last."""
        return self._frames.range(start, min(stop, start + MOST_FRAMES), seconds)

    def atlas(self) -> Atlas | None:
        """The textures of tiles; None where frames are not made of these."""
        return self._frames.atlas()

    def close(self) -> None:
        """End what draws the frames."""
        self._frames.close()


def show(folders: Sequence[EpisodeFolder]) -> list[Shown]:
    """Open episodes, in this order; RunError for the first of which nothing can be shown."""
    opened: list[Shown] = []
    try:
        for k, folder in enumerate(folders):
            opened.append(Shown(folder, k))
    except RunError:
        for one in opened:
            one.close()
        raise
    return opened


def replay_of(shown: Sequence[Shown]) -> Replay:
    """All of them at a glance."""
    outlines = [one.outline() for one in shown]
    return Replay(episodes=outlines, live=any(one.status == "running" for one in outlines))
