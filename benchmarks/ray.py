"""What Ray costs an episode, and whether workers that are killed cost one.

    python benchmarks/ray.py [--episodes 48] [--steps 40]

Plays the same Crafter episodes twice on this machine and twice on a Ray of this machine, after a
first play of each that starts what has to be started, so the times are those of warm drivers and of
warm workers. The overhead is the difference of the two times, in worker time: what an episode holds
its worker longer. Then plays them once more on Ray while two workers are killed with SIGKILL, and
compares what each play has left on disk row by row, times aside.

Nodes are simulated: one machine, whose workers have folders of their own and share none with this
process. What a network adds is not in these figures.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:] = [one for one in sys.path if Path(one or ".").resolve() != HERE]  # it is named `ray`

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from automem_graph.agent.context import PlayContext  # noqa: E402
from automem_graph.episodes.desks import EpisodeDesks  # noqa: E402
from automem_graph.episodes.layout import EpisodeFolder  # noqa: E402
from automem_graph.episodes.machine import ThisMachine  # noqa: E402
from automem_graph.episodes.many import JobEvent, run_episodes  # noqa: E402
from automem_graph.episodes.ray.executor import OnRay  # noqa: E402
from automem_graph.episodes.trace import read_trace  # noqa: E402
from automem_graph.protocols import Executor  # noqa: E402

LIMIT_MS = 50.0
KILLED = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--episodes", type=int, default=48)
    parser.add_argument("--steps", type=int, default=40)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report(asked.episodes, asked.steps, Path(folder))


def report(episodes: int, steps: int, folder: Path) -> None:
    """Play all of it, and print the table."""
    cores = len(os.sched_getaffinity(0))

    def jobs(name: str) -> list[PlayContext]:
        one = PlayContext(task="crafter", steps=steps, steps_per_run=50, run=str(folder / name))
        return [replace(one, seed=seed) for seed in range(episodes)]

    times: dict[str, list[float]] = {"here": [], "ray": []}
    begun = time.perf_counter()
    with ThisMachine(cores) as machine, OnRay(parallel=cores) as ray:
        joined = time.perf_counter() - begun
        warm = timed(machine, jobs("here-0")[:cores])
        started = joined + timed(ray, jobs("ray-0")[:cores])
        for number in (1, 2):  # one after the other, so that a busy machine disturbs both
            times["here"].append(timed(machine, jobs(f"here-{number}")))
            times["ray"].append(timed(ray, jobs(f"ray-{number}")))
        killed: list[int] = []
        disturbed = timed(ray, jobs("killed"), lambda event: kill(event, killed))
    here, there = (statistics.mean(times[name]) for name in ("here", "ray"))
    overhead = 1000 * (there - here) * cores / episodes
    table = Table("", "this machine", "Ray", "ratio", title=f"{episodes} episodes of {steps} steps")
    table.add_row("start and first play, s", f"{warm:.2f}", f"{started:.2f}")
    table.add_row("all of them, s", f"{here:.2f}", f"{there:.2f}", f"{there / here:.3f}")
    table.add_row("spread of two plays, s", *(f"{abs(a - b):.2f}" for a, b in times.values()))
    table.add_row("overhead, ms an episode", "", f"{overhead:.1f}", f"{overhead / LIMIT_MS:.2f}")
    table.add_row(
        f"with {len(killed)} workers killed, s", "", f"{disturbed:.2f}", f"{disturbed / there:.3f}"
    )
    same, lost = compare(jobs("here-1"), jobs("ray-1")), compare(jobs("here-1"), jobs("killed"))
    table.add_row("episodes equal row by row", "", f"{same} of {episodes}")
    table.add_row("the same, workers killed", "", f"{lost} of {episodes}")
    Console().print(table)
    held = same == lost == episodes and len(killed) == KILLED and overhead < LIMIT_MS
    print(f"limit {LIMIT_MS:g} ms an episode: {'held' if held else 'NOT held'}")
    sys.exit(not held)


def timed(
    executor: Executor, jobs: list[PlayContext], hear: Callable[[JobEvent], None] | None = None
) -> float:
    """Seconds that these episodes take; all of them must be done."""
    begun = time.perf_counter()
    results = list(run_episodes(jobs, executor, hear=hear))
    took = time.perf_counter() - begun
    if failed := [one.error for one in results if one.status != "done"]:
        sys.exit(f"{len(failed)} episodes failed, the first with: {failed[0]}")
    return took


def kill(event: JobEvent, killed: list[int]) -> None:
    """Kill a worker when the sixth episode has begun, and another one when the fourteenth has: by
    the time at which that is told all workers are playing."""
    if len(killed) < KILLED and event.kind == "started" and event.job > (12 if killed else 4):
        victim = next((one for one in workers() if one not in killed), None)
        if victim is not None:
            killed.append(victim)
            os.kill(victim, signal.SIGKILL)


def workers() -> list[int]:
    """The processes of this run's workers."""
    parents: dict[int, int] = {}
    named: list[int] = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if (path / "cmdline").read_text().startswith("ray::Worker"):
                named.append(int(path.name))
        except OSError:
            continue
    return [one for one in named if _is_below(one, parents)]


def _is_below(process: int, parents: dict[int, int]) -> bool:
    while process > 1 and process != os.getpid():
        process = parents.get(process, 0)
    return process == os.getpid()


def compare(one: list[PlayContext], other: list[PlayContext]) -> int:
    """How many of these episodes left the same rows, journals and files, times aside."""
    with EpisodeDesks() as desks:
        pairs = [(desks.folder(a), desks.folder(b)) for a, b in zip(one, other, strict=True)]
    return sum(left(a) == left(b) for a, b in pairs)


def left(folder: EpisodeFolder) -> object:
    header, rows = read_trace(folder)
    timeless = [
        row.model_copy(
            update={
                "world_ms": 0.0,
                "calls": tuple(call.model_copy(update={"ms": 0.0}) for call in row.calls),
            }
        )
        for row in rows
    ]
    paths = [folder.journal, *sorted(folder.memory.rglob("*"))]
    return header, timeless, [(path.name, path.read_bytes()) for path in paths if path.is_file()]


if __name__ == "__main__":
    main()
