"""A small package with entry points, as if pip had installed it into a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

TASK = """
from automem_graph.protocols import Observation, TaskCard

CARD = TaskCard(
    name="a name of its own", title="{title}", instructions="Wait.", actions=("Wait",),
    default_action="Wait", max_steps=3,
)


class Room:
    def __init__(self, seed):
        self.text = f"room {{seed}}"
    def reset(self):
        return Observation(text=self.text)
    def step(self, action):
        return Observation(text=f"still {{self.text}}", progression=0.5)
    def close(self):
        pass


class Rooms:
    card = CARD
    open = staticmethod(Room)


def made():
    return Rooms()


ROOMS = Rooms()
BROKEN = 42


def raises():
    raise RuntimeError("no\\nroom")
"""


def install(
    folder: Path, name: str, module: str, tasks: Mapping[str, str], version: str = "1.0"
) -> Path:
    """Put a distribution there whose entry points are these; returns its module's file."""
    folder.mkdir(exist_ok=True)
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    entries = "".join(f"{task} = {where}\n" for task, where in tasks.items())
    (info / "entry_points.txt").write_text(f"[automem_graph.tasks]\n{entries}")
    source = folder / f"{module}.py"
    source.write_text(TASK.format(title=name))
    return source
