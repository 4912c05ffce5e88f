"""What a step costs outside the world and the model, and how much a trace and its prompts repeat.

    python benchmarks/harness.py [--steps 3000]

Plays Crafter and NetHack (a third of the steps, where it is installed) with a model that answers at
once: one LOG call, one PLAN call that searches, one that commits. Prints the overhead per step
(whole wall time less what the world's process and the model took), whole steps a second with all
processes on one core, the bytes of trace and journal per step, and the prompt characters per step
that do not repeat the prefix of an earlier prompt in blocks of 64. A second table says where the
time goes; it is of further steps, since the watch itself takes time.

The nodes are walked, as in every episode that nobody watches. In the same run the steps are also
played as LangGraph's graph of them, and that graph alone with nothing in its nodes: the ratios tell
more than milliseconds of another machine do.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, cycle, pairwise
from pathlib import Path
from typing import Any

from breakdown import Ledger, watched
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import RunnableConfig
from prefixes import prompt_texts, repeated_share
from pydantic import PrivateAttr
from rich.console import Console
from rich.table import Table

from automem_graph.agent.context import PlayContext
from automem_graph.agent.events import Event, Stepped
from automem_graph.agent.graph import inner_loop
from automem_graph.agent.state import PlayState
from automem_graph.agent.step import StepRow
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.play import play_on
from automem_graph.episodes.trace import read_trace
from automem_graph.worlds.registry import missing

STEP = ("observe", "log", "remember", "plan", "recall", "plan", "act")
"""The nodes of a step with three calls, in order."""

MOVES = {
    "crafter": ("Move North", "Move South"),
    "nethack": ("north", "east", "search", "south", "west", "search"),
}
"""To and fro: nothing is learnt and little can go wrong, so that an episode lasts."""

Run = Callable[[EpisodeDesks, PlayContext, str], None]
"""Plays the episode of that name to its end."""

NEW_CHARS = {"crafter": 2500, "nethack": 6000}
"""Prompt characters per step that no model has seen as a prefix, at most."""


class Instant(BaseChatModel):
    """Writes a line in LOG, searches in PLAN, then commits: three calls a step, in no time."""

    moves: tuple[str, ...] = MOVES["crafter"]
    _moves: Any = PrivateAttr()
    _lines: int = PrivateAttr(default=0)

    def model_post_init(self, _: Any) -> None:
        self._moves = cycle(self.moves)

    @property
    def _llm_type(self) -> str:
        return "instant"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        return _result(self._reply(str(messages[-1].content)))

    def _reply(self, said: str) -> str:
        if "# LOG" in said:
            self._lines += 1
            return f"<|APPEND|>notes.md|I moved, and saw thing {self._lines % 97}.<|END|><|DONE|>"
        if "# PLAN" in said:
            return "<|SEARCH|>notes.md|thing 7<|END|>"
        return f"<|ACTION|>{next(self._moves)}<|END|>"


@cache
def _result(reply: str) -> ChatResult:
    """What a model gives back, made once for each reply: its making is no part of a step."""
    return ChatResult(generations=[ChatGeneration(message=AIMessage(content=reply))])


@dataclass
class Played:
    """Steps of one task, episode after episode; the first step of each is not timed."""

    rows: list[StepRow] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    """Bytes that each step left on disk."""
    walls: list[float] = field(default_factory=list)
    overheads: list[float] = field(default_factory=list)
    """Of each timed step, in milliseconds: all of it, and without world and model."""
    cpu: float = 0.0
    """Milliseconds of processor time of all processes over the timed steps."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=3000)
    steps = parser.parse_args().steps
    with tempfile.TemporaryDirectory() as folder:
        played = {"crafter": play("crafter", steps, Path(folder) / "crafter")}
        graph = play("crafter", max(steps // 3, 100), Path(folder) / "graph", run=run_graph)
        bare = bare_graph(min(steps, 1000))
        with one_core():
            pinned = play("crafter", max(steps // 3, 100), Path(folder) / "pinned")
        with watched() as ledger:
            seen = play("crafter", max(steps // 3, 100), Path(folder) / "watched", ledger)
        if missing("nethack") is None:
            played["nethack"] = play("nethack", max(steps // 3, 100), Path(folder) / "nethack")
    console = Console()
    for task, one in played.items():
        console.print(report(task, one))
    console.print(as_graph(played["crafter"], graph, bare))
    console.print(on_one_core(pinned))
    console.print(ledger.table(len(seen.walls), statistics.mean(seen.walls)))


def play(
    task: str, steps: int, folder: Path, ledger: Ledger | None = None, run: Run = play_on
) -> Played:
    """Play episodes, seed after seed, until `steps` steps are done."""
    from flat import processor_ms, tree  # it takes the model from here

    def cpu() -> float:
        return sum(map(processor_ms, tree(os.getpid())))

    played = Played()
    seed = 0
    while len(played.rows) < steps:
        times: list[float] = []
        spent: list[float] = []

        def hear(event: Event, times: list[float] = times, spent: list[float] = spent) -> None:
            if isinstance(event, Stepped):
                if not times:
                    spent.append(cpu())
                    if ledger is not None:
                        ledger.begin()
                times.append(time.perf_counter())

        model = Instant(moves=MOVES[task])
        with EpisodeDesks(listener=hear, resolve=lambda *_, model=model: model) as desks:
            context = PlayContext(
                task=task, seed=seed, steps=steps - len(played.rows), gameplay="instant",
                run=str(folder / str(seed)), steps_per_run=50,
            )  # fmt: skip
            episode = desks.folder(context)
            run(desks, context, episode.id)
            if ledger is not None:
                ledger.end()
            played.cpu += cpu() - spent[0]
        _, rows = read_trace(episode)
        for wall, row in zip((b - a for a, b in pairwise(times)), rows[1:], strict=True):
            played.walls.append(wall * 1000)
            models = sum(call.ms for call in row.calls)
            played.overheads.append(wall * 1000 - row.world_ms - models)
        played.rows += rows
        played.sizes += _bytes_per_step(episode)
        seed += 1
    return played


def run_graph(desks: EpisodeDesks, context: PlayContext, episode: str) -> None:
    """As `play_on` does where somebody watches, with nobody there."""
    loop = inner_loop(desks)
    while not desks(context, {"episode": episode}, None).finished:
        loop.run({"episode": episode}, context, {})


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this thread, and what it starts, on one core until the end of the block."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def bare_graph(steps: int) -> float:
    """Milliseconds of a step that visits the same nodes of the same graph, with nothing in them."""
    ahead = chain(STEP[1:], STEP * (steps - 1), ["end"])

    def node(_: PlayState) -> Any:
        return {"turn": {"next": next(ahead)}}

    hollow = replace(inner_loop(EpisodeDesks()), nodes=dict.fromkeys([*STEP, "commit"], node))
    loop = hollow.compile()
    started = time.perf_counter()
    config: RunnableConfig = {"recursion_limit": len(STEP) * steps + 1}
    for _ in loop.stream({}, config, stream_mode=[]):
        pass
    return (time.perf_counter() - started) * 1000 / steps


def _bytes_per_step(folder: EpisodeFolder) -> list[int]:
    """Bytes that each step left: its row, and on average its rows of the memory's journal."""
    lines = folder.trace.read_bytes().splitlines(keepends=True)[1:]
    journal = folder.journal.stat().st_size / max(len(lines), 1)
    return [len(line) + round(journal) for line in lines]


def report(task: str, played: Played) -> Table:
    """The table that docs/performance.md shows."""
    overheads, sizes, rows = played.overheads, played.sizes, played.rows
    quarter = len(overheads) // 4
    share, fresh = repeated_share(text for row in rows for text in prompt_texts(row))
    calls = sum(len(row.calls) for row in rows) / len(rows)
    table = Table("measure", "value", "bound", title=f"{task}, {len(rows):,} steps")
    table.add_row("model calls per step", f"{calls:.2f}", "3")
    table.add_row("overhead per step, mean", f"{statistics.mean(overheads):.2f} ms", "2.5 ms")
    table.add_row("overhead per step, median", f"{statistics.median(overheads):.2f} ms", "")
    growth = statistics.median(overheads[-quarter:]) / statistics.median(overheads[:quarter])
    table.add_row("last quarter / first quarter", f"{growth:.2f}", "about 1")
    table.add_row("world per step", f"{statistics.mean(row.world_ms for row in rows):.2f} ms", "")
    cpu = played.cpu / len(overheads)
    table.add_row("processor time per step, all processes", f"{cpu:.2f} ms", "")
    table.add_row("trace and journal per step", f"{statistics.mean(sizes):,.0f} bytes", "4,096")
    ratio = statistics.mean(sizes[-quarter:]) / statistics.mean(sizes[:quarter])
    table.add_row("last quarter / first quarter", f"{ratio:.2f}", "about 1")
    table.add_row("prompt characters repeated", f"{share:.1%}", "80 %")
    table.add_row("new prompt characters per step", f"{fresh * calls:,.0f}", f"{NEW_CHARS[task]:,}")
    return table


def as_graph(walked: Played, graph: Played, bare: float) -> Table:
    """What the same steps cost as LangGraph's graph, which Studio and LangSmith watch."""
    table = Table("measure", "walked", "as a graph", "ratio", title="crafter, as a graph")
    for name, mean in (("mean", statistics.mean), ("median", statistics.median)):
        one, other = mean(walked.overheads), mean(graph.overheads)
        ms = f"{one:.2f} ms", f"{other:.2f} ms"
        table.add_row(f"overhead per step, {name}", *ms, f"{other / one:.2f}")
    cpu, more = (each.cpu / len(each.walls) for each in (walked, graph))
    table.add_row("processor time per step", f"{cpu:.2f} ms", f"{more:.2f} ms", f"{more / cpu:.2f}")
    table.add_row("LangGraph alone, its nodes empty", "", f"{bare:.2f} ms", "")
    return table


def on_one_core(played: Played) -> Table:
    """Whole steps a second where driver, world and scaffold host share a core."""
    table = Table("measure", "value", "bound", title="crafter, all processes on one core")
    rate = 1000 / statistics.mean(played.walls)
    table.add_row("whole steps per second", f"{rate:.0f}", "250")
    table.add_row("whole step, median", f"{statistics.median(played.walls):.2f} ms", "4 ms")
    cpu = played.cpu / len(played.walls)
    table.add_row("processor time per step, all processes", f"{cpu:.2f} ms", "")
    return table


if __name__ == "__main__":
    main()
