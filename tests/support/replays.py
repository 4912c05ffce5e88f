"""Episodes to be looked at: short ones that were played, and what becomes of them on disk."""

import json
import shutil
from pathlib import Path
from typing import Any

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import EpisodeFolder, RunFolder
from automem_graph.episodes.play import play_episode


def played(run: Path, task: str, steps: int, **context: Any) -> EpisodeFolder:
    """An episode of `offline:player`, or of whom the context names."""
    asked = {"gameplay": "offline:player"} if context.get("agent") != "random" else {}
    with EpisodeDesks() as desks:
        told = PlayContext(task=task, run=str(run), steps=steps, **{**asked, **context})
        play_episode(desks, told)
        return desks.folder(told)


def copy_of(folder: EpisodeFolder, run: str = "copy") -> EpisodeFolder:
    """A copy of an episode and its run's prompts, to be changed."""
    if (prompts := folder.run.path / "prompts").is_dir():
        shutil.copytree(prompts, f"{run}/prompts", dirs_exist_ok=True)
    copy = RunFolder(Path(run)).episode(folder.id)
    shutil.copytree(folder.path, copy.path)
    return copy


def lines_of(folder: EpisodeFolder) -> list[bytes]:
    """The lines of its trace: a header, then a row a step."""
    return folder.trace.read_bytes().splitlines(keepends=True)


def cut(folder: EpisodeFolder, steps: int, torn: bytes = b"") -> None:
    """Have the trace end after so many steps, with the beginning of the next; no result."""
    folder.trace.write_bytes(b"".join(lines_of(folder)[: steps + 1]) + torn)
    folder.result.unlink(missing_ok=True)


def longer(folder: EpisodeFolder, steps: int) -> EpisodeFolder:
    """A copy whose steps come again and again until there are so many; no result."""
    copy = copy_of(folder, "longer")
    header, *rows = lines_of(copy)
    data = [json.loads(row) for row in rows]
    again = [{**data[step % len(data)], "step": step} for step in range(steps)]
    copy.trace.write_bytes(header + b"".join(json.dumps(row).encode() + b"\n" for row in again))
    copy.result.unlink(missing_ok=True)
    return copy
