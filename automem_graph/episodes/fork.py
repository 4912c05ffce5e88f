"""A fork: a new episode that shares the steps of another one up to a moment, and goes its own way.

Nothing of the other episode is touched. The fork's world is rebuilt by its actions, its files by
their journal; both are copied up to the moment, byte for byte.
"""

from __future__ import annotations

from automem_graph.episodes.identity import Asked, fork_id
from automem_graph.episodes.layout import EpisodeFolder, RunError, write_whole
from automem_graph.episodes.trace import Moment, line_of, read_trace, whole_lines
from automem_graph.memory.journal import scan


def fork(parent: EpisodeFolder, at: Moment, name: str, asked: Asked) -> EpisodeFolder:
    """The fork of this name at this moment, made if it is not there yet.

    `asked` may differ from what the parent was asked: another model or scaffold goes on from here.
    Raises RunError for a moment that the parent has not reached, and for another task.
    """
    header, rows = read_trace(parent)
    if not 0 <= at.step <= len(rows):
        raise RunError(
            f"{parent.path} has steps 0 to {len(rows)}; it cannot be forked at {at.step}"
        )
    if asked.task != header.asked.task:
        raise RunError(f"{parent.path} plays {header.asked.task}, not {asked.task}")
    folder = parent.run.episode(fork_id(asked, header.seed, at.model_dump(), name))
    if folder.trace.exists():
        return folder
    ends = [end for row, end in scan(parent.journal) if row.position < (at.step, at.turn)]
    if ends:  # an agent without memory files keeps no journal
        write_whole(folder.journal, parent.journal.read_bytes()[: max(ends)].decode())
    begun = header.model_copy(update={"episode": folder.id, "parent": at, "asked": asked})
    shared = b"".join(list(whole_lines(parent))[1 : at.step + 1]).decode()
    write_whole(folder.trace, line_of(begun) + shared)
    return folder
