"""A replay as one file: the page with all the answers that it would ask for, chunk by chunk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from automem_graph.report.replay.page import write_export
from automem_graph.report.replay.shown import Shown, replay_of

CHUNK = 100
"""Steps of a chunk: so much is unpacked at once when somebody looks at one of them."""


def export(shown: Sequence[Shown], file: Path, hear: Callable[[int], None] | None = None) -> None:
    """Write the page; OSError where that fails, and then there is no half of it.

    `hear` is told how many steps have been written, now and then.
    """
    half = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with half.open("w", encoding="utf-8", errors="replace", newline="\n") as opened:
            write_export(opened, _pieces(shown, hear or (lambda _: None)))
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)


def _pieces(shown: Sequence[Shown], hear: Callable[[int], None]) -> Iterator[tuple[str, Any]]:
    """What the page looks up, by name (see `page.write_export`)."""
    replay = replay_of(shown).model_copy(update={"live": False})
    yield "replay", replay.model_dump(mode="json")
    written = 0
    for one in shown:
        steps = replay.episodes[one.k].steps
        if (atlas := one.atlas()) is not None:
            yield f"e{one.k}-atlas", atlas.model_dump(mode="json")
        for number, start in enumerate(range(0, steps + 1, CHUNK)):
            stop = min(start + CHUNK, steps)
            frames = one.frames(start, min(start + CHUNK, steps + 1))
            yield f"e{one.k}-frames-{number}", [frame.model_dump(mode="json") for frame in frames]
            told = one.episode.step_range(start, stop)
            yield f"e{one.k}-steps-{number}", [step.model_dump(mode="json") for step in told]
            yield f"e{one.k}-files-{number}", one.episode.changed_files(start, stop)
            written += stop - start
            hear(written)
