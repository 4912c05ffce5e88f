"""The first use of a memory: the scaffold's initial files are laid out, once."""

from __future__ import annotations

from automem_graph.agent.speech import clean
from automem_graph.assistant.desk import KeeperDesk
from automem_graph.memory.rows import Deed
from automem_graph.memory.source import Source
from automem_graph.protocols import Edit


class FilesRefused(RuntimeError):
    """The memory does not take the scaffold's initial files; says why."""


def lay_out(desk: KeeperDesk) -> None:
    """Put the scaffold's initial files into a memory that has none.

    They are nobody's words, so their source is the scaffold. Where another conversation begins at
    the same moment, whoever comes second finds the files of the first.
    """
    if desk.shared.index():
        return
    task = {"name": desk.card.name, "title": desk.card.title}
    start = {**desk.scaffold.files_for(task["name"]), **desk.session.initial_files(task)}
    if not start:
        return
    visit = desk.shared.visit(Source(role="scaffold"))
    for name in start:  # a file that has come since is one that changed, and is not replaced
        visit.text(name)
    deed = Deed(step=-1, turn=0, role="scaffold", action="initial_files")
    edits = [Edit(op="replace", file=name, text=text) for name, text in sorted(start.items())]
    answer = visit.perform(deed, edits)
    if not answer.ok and not desk.shared.index():
        raise FilesRefused(f"the scaffold's initial files were refused: {clean(answer.text)}")
