"""Whether a long episode costs the same at its end as at its beginning.

    python benchmarks/flat.py [--steps 100000]

Plays one Crafter episode whose player is kept alive, with a model that answers at once and writes a
line in every LOG: v0's ever-growing log. Prints time per step, resident memory, bytes of trace and
of checkpoint for the first thousand steps after a warm-up and for the last thousand. Processor time
is that of all processes of the run: other programs on the machine disturb it less than the clock.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from harness import Instant
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from rich.console import Console
from rich.table import Table

from automem_graph.agent.context import PlayContext
from automem_graph.agent.events import Event, Stepped
from automem_graph.agent.graph import create_inner_loop
from automem_graph.agent.loop import supersteps
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.protocols import TaskCard, World
from automem_graph.worlds.crafter.task import CRAFTER
from automem_graph.worlds.crafter.world import CrafterWorld

WINDOW = 1000
WARM_UP = 1000
EVERY = 100
"""Steps between two looks at the processes."""
HERE = Path(__file__).parent


class Undying(CrafterWorld):
    """Crafter whose player is fed, healed and woken before every step, without a step limit."""

    def step(self, action: str):
        engine = self._engine
        if engine is not None:
            for vital in ("health", "food", "drink", "energy"):
                engine.player.inventory[vital] = 9
            engine._length = None
        return super().step(action)


class UndyingTask:
    """`flat:UNDYING`, for the process that hosts worlds."""

    card: TaskCard = CRAFTER.card.model_copy(
        update={"name": "flat:UNDYING", "max_steps": 1_000_000}
    )

    def open(self, seed: int) -> World:
        return Undying(seed)


UNDYING = UndyingTask()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=100_000)
    steps = parser.parse_args().steps
    os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    with tempfile.TemporaryDirectory() as folder:
        report(steps, play(steps, Path(folder)))


def play(steps: int, folder: Path) -> dict[str, tuple[float, float]]:
    """Play the episode; per measure its value in the first and in the last window."""
    times: list[float] = []
    memory: list[int] = []
    worked: list[float] = []

    def hear(event: Event) -> None:
        if isinstance(event, Stepped):
            times.append(time.perf_counter())
            if event.step % EVERY == 0:
                processes = list(tree(os.getpid()))
                memory.append(sum(map(resident, processes)))
                worked.append(sum(map(processor_ms, processes)))

    context = PlayContext(
        task="flat:UNDYING", steps=steps, gameplay="instant", run=str(folder / "run"),
        steps_per_run=50,
    )  # fmt: skip
    with (
        SqliteSaver.from_conn_string(str(folder / "checkpoints.sqlite")) as saver,
        EpisodeDesks(listener=hear, resolve=lambda *_: Instant()) as desks,
    ):
        loop = create_inner_loop(desks, checkpointer=saver)
        config: RunnableConfig = {
            "recursion_limit": supersteps(context),
            "configurable": {"thread_id": "flat"},
        }
        sizes = []
        done = False
        while not done:
            done = loop.invoke({}, config, context=context, durability="exit")["done"]
            sizes.append(checkpoint_bytes(saver))
        trace = desks.folder(context).trace.read_bytes().splitlines()[1:]
    walls = [1000 * (after - before) for before, after in pairwise(times)]
    first, last = WARM_UP // EVERY, WINDOW // EVERY
    return {
        "time per step, ms (median)": windows(walls, statistics.median),
        "processor time per step, ms": (
            (worked[first + last] - worked[first]) / WINDOW,
            (worked[-1] - worked[-1 - last]) / WINDOW,
        ),
        "resident memory, MiB": (memory[first] / 2**20, memory[-1] / 2**20),
        "trace bytes per step": windows([len(line) for line in trace], statistics.mean),
        "newest checkpoint, bytes": (sizes[WARM_UP // 50], sizes[-1]),
    }


def windows(values, of) -> tuple[float, float]:
    """A figure of the first thousand values after the warm-up, and of the last thousand."""
    return of(values[WARM_UP : WARM_UP + WINDOW]), of(values[-WINDOW:])


def tree(process: int) -> Iterator[int]:
    """A process and all that are alive below it."""
    yield process
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in path.read_text().split():
                yield from tree(int(child))


def resident(process: int) -> int:
    """Resident memory of a process, in bytes."""
    with suppress(OSError):
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def processor_ms(process: int) -> float:
    """Milliseconds that a process and those children of it that have ended were running."""
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return 1000 * sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def checkpoint_bytes(saver: SqliteSaver) -> int:
    """Size of the newest checkpoint as it is stored."""
    row = saver.conn.execute(
        "select length(checkpoint) + length(metadata) from checkpoints "
        "order by checkpoint_id desc limit 1"
    ).fetchone()
    return int(row[0])


def report(steps: int, measured: dict[str, tuple[float, float]]) -> None:
    """Print the table that docs/performance.md shows."""
    table = Table("measure", "first 1,000", "last 1,000", "ratio", title=f"{steps:,} steps")
    for name, (first, last) in measured.items():
        table.add_row(name, f"{first:,.2f}", f"{last:,.2f}", f"{last / first:.3f}")
    Console().print(table)


if __name__ == "__main__":
    main()
