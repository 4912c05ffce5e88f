"""Frames: an episode's world as people know it, drawn on demand by replaying its twin.

frames = frames_of(folder)
frames.at(12)          the world as it stands when step 12 begins
frames.range(0, 100)   the same for steps 0 to 99
frames.close()
"""

from automem_graph.report.frames.frames import Frames, frames_of
from automem_graph.worlds.frames import Atlas, Chat, Frame, Said, Terminal, Text, Tiles

__all__ = [
    "Atlas",
    "Chat",
    "Frame",
    "Frames",
    "Said",
    "Terminal",
    "Text",
    "Tiles",
    "frames_of",
]
