"""The control for memory: the same agent, whose files and hook state are wiped after every step.

What the files carry from step to step is the difference to it. The scaffold's initial files stay:
they are knowledge that it brings along, not memory of the episode.
"""

from __future__ import annotations

from automem_graph.agent.memory_desk import MemoryDesk
from automem_graph.agent.state import Step
from automem_graph.memory.memory import Deed
from automem_graph.protocols import Edit


def wipe(desk: MemoryDesk, state: Step) -> None:
    """Put the files back to what they were before the first step: one row of the journal."""
    edits = []
    for entry in desk.memory.index():
        if entry.name not in desk.initial_files:
            edits.append(Edit(op="remove", file=entry.name))
    for name, text in desk.initial_files.items():
        if desk.memory.text(name) != text:
            edits.append(Edit(op="replace", file=name, text=text))
    if edits:
        turn = max(0, len(state["calls"]) - 1)
        desk.memory.perform(
            Deed(step=state["step"], turn=turn, role="scaffold", action="wipe"), edits
        )
