"""Traces of any task without anybody having played, for what looks at them afterwards."""

import json
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from automem_graph.agent.step import StepRow
from automem_graph.episodes.hold import hold
from automem_graph.episodes.identity import Asked
from automem_graph.episodes.layout import EpisodeFolder, RunFolder
from automem_graph.episodes.trace import Header, Trace, read_trace
from automem_graph.worlds.registry import find_task
from support.runs import WHO


def walk(
    task: str, run: Path, *, steps: int, seed: int = 42, moves: Sequence[str] = ()
) -> EpisodeFolder:
    """The trace of a random walk, by `moves` or all actions: the same whatever the sources are."""
    folder = RunFolder(run).episode(f"s{seed}-0123456789")
    kind, choice = find_task(task), random.Random(f"{task} {seed}")
    asked = Asked(task=task, steps=steps, **WHO)
    world = kind.open(seed)
    begun = Header(episode=folder.id, seed=seed, asked=asked, answer=world.reset())
    trace = Trace.start(folder, begun, hold(folder.path))
    for step in range(steps):
        action = choice.choice(moves or kind.card.actions)
        answer = world.step(action)
        trace.write(
            StepRow(step=step, messages=(), calls=(), said=action, action=action, answer=answer)
        )
        assert step == steps - 1 or not answer.done, "choose another seed"
    trace.close()
    world.close()
    return folder


def texts(folder: EpisodeFolder) -> list[str]:
    """What the world showed when each step began, and after the last one."""
    header, rows = read_trace(folder)
    return [header.answer.text, *(row.answer.text for row in rows)]


def changed(folder: EpisodeFolder, to: Path, change: Callable[[list[Any]], Any]) -> EpisodeFolder:
    """A copy of an episode whose trace's lines, as data, were changed in place."""
    copy = EpisodeFolder(to / "episodes" / folder.id)
    shutil.copytree(folder.path, copy.path)
    lines = [json.loads(line) for line in folder.trace.read_text().splitlines()]
    change(lines)
    copy.trace.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return copy
