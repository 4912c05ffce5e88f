"""An episode without its times: what two plays of the same episode must have in common."""

from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.trace import read_trace


def timeless(folder: EpisodeFolder) -> tuple:
    """First answer, rows without times, journal, files: all that an episode left behind."""
    header, rows = read_trace(folder)
    kept = []
    for row in rows:
        calls = tuple(call.model_copy(update={"ms": 0.0}) for call in row.calls)
        kept.append(row.model_copy(update={"world_ms": 0.0, "calls": calls}))
    files = {}
    if folder.memory.exists():
        files = {path.name: path.read_bytes() for path in folder.memory.iterdir()}
    journal = folder.journal.read_bytes() if folder.journal.exists() else b""
    return header.answer, kept, journal, files
