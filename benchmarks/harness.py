"""What a step costs outside the world and the model, and how much a trace and its prompts repeat.

    python benchmarks/harness.py [--steps 3000]

Plays Crafter with a model that answers at once: one LOG call, one PLAN call that searches, one
that commits. Prints the overhead per step (whole wall time less what the world's process and the
model took), its first and last quarter side by side, the bytes of trace and journal per step, and
the share of prompt characters that repeat the prefix of an earlier prompt in blocks of 64.

What LangGraph itself takes for the same nodes in the same order, with nothing in them, is measured
in the same run: the ratio of the two tells more than milliseconds of another machine do.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterable
from itertools import chain, cycle, pairwise
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import RunnableConfig
from pydantic import PrivateAttr
from rich.console import Console
from rich.table import Table

from automem_graph.agent.context import PlayContext
from automem_graph.agent.events import Event, Stepped
from automem_graph.agent.graph import join
from automem_graph.agent.state import PlayState
from automem_graph.agent.step import StepRow
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.play import play_on
from automem_graph.episodes.trace import prompt_of, read_trace

BLOCK = 64
STEP = ("observe", "log", "remember", "plan", "recall", "plan", "act")
"""The nodes of a step with three calls, in order."""

MOVES = ("Move North", "Move South")
"""To and fro: nothing is learnt and little can go wrong, so that an episode lasts."""


class Instant(BaseChatModel):
    """Writes a line in LOG, searches in PLAN, then commits: three calls a step, in no time."""

    _moves: Any = PrivateAttr(default_factory=lambda: cycle(MOVES))
    _lines: int = PrivateAttr(default=0)

    @property
    def _llm_type(self) -> str:
        return "instant"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        generation = ChatGeneration(message=AIMessage(content=self._reply(messages[-1].text)))
        return ChatResult(generations=[generation])

    def _reply(self, said: str) -> str:
        if "# LOG" in said:
            self._lines += 1
            return f"<|APPEND|>notes.md|I moved, and saw thing {self._lines % 97}.<|END|><|DONE|>"
        if "# PLAN" in said:
            return "<|SEARCH|>notes.md|thing 7<|END|>"
        return f"<|ACTION|>{next(self._moves)}<|END|>"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=3000)
    steps = parser.parse_args().steps
    with tempfile.TemporaryDirectory() as folder:
        walls, rows, sizes = play(steps, Path(folder))
    report(walls, rows, sizes, bare_graph(min(steps, 1000)))


def play(steps: int, folder: Path) -> tuple[list[float], list[StepRow], list[int]]:
    """Play episodes, seed after seed, until `steps` steps are done.

    Returns the overhead of each step in milliseconds, the rows, and the bytes each left on disk.
    """
    overheads: list[float] = []
    rows: list[StepRow] = []
    sizes: list[int] = []
    seed = 0
    while len(rows) < steps:
        times: list[float] = []

        def hear(event: Event, times: list[float] = times) -> None:
            if isinstance(event, Stepped):
                times.append(time.perf_counter())

        with EpisodeDesks(listener=hear, resolve=lambda *_: Instant()) as desks:
            context = PlayContext(
                seed=seed, steps=steps - len(rows), gameplay="instant", run=str(folder / str(seed)),
                steps_per_run=50,
            )  # fmt: skip
            episode = desks.folder(context)
            play_on(desks, context, episode.id)
            _, played = read_trace(episode)
        walls = [after - before for before, after in pairwise(times)]
        for wall, row in zip(walls, played[1:], strict=True):
            models = sum(call.ms for call in row.calls)
            overheads.append(wall * 1000 - row.world_ms - models)
        rows += played
        sizes += _bytes_per_step(episode)
        seed += 1
    return overheads, rows, sizes


def bare_graph(steps: int) -> float:
    """Milliseconds of a step that visits the same nodes of the same graph, with nothing in them."""
    ahead = chain(STEP[1:], STEP * (steps - 1), ["end"])

    def node(_: PlayState) -> Any:
        return {"turn": {"next": next(ahead)}}

    loop = join(dict.fromkeys([*STEP, "commit"], node)).compile()
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


def repeated_share(prompts: Iterable[str]) -> tuple[float, float]:
    """The share of characters in 64-character blocks that repeat an earlier prompt's prefix, and
    the characters per prompt that do not."""
    seen: set[int] = set()
    repeated = total = count = 0
    for prompt in prompts:
        count += 1
        total += len(prompt)
        prefix, new = 0, False
        for end in range(BLOCK, len(prompt) + 1, BLOCK):
            prefix = hash((prefix, prompt[end - BLOCK : end]))
            new = new or prefix not in seen
            seen.add(prefix)
            repeated += 0 if new else BLOCK
    return repeated / total, (total - repeated) / count


def report(overheads: list[float], rows: list[StepRow], sizes: list[int], langgraph: float) -> None:
    """Print the table that docs/performance.md shows."""
    quarter = len(overheads) // 4
    first, last = overheads[:quarter], overheads[-quarter:]
    prompts = [
        "".join(f"{message['role']}\n{message['content']}\n" for message in prompt_of(row, call))
        for row in rows
        for call in range(len(row.calls))
    ]
    share, fresh = repeated_share(prompts)
    calls = len(prompts) / len(rows)
    table = Table("measure", "value", "bound", title=f"{len(rows):,} Crafter steps")
    table.add_row("model calls per step", f"{calls:.2f}", "3")
    table.add_row("overhead per step, mean", f"{statistics.mean(overheads):.2f} ms", "3 ms")
    table.add_row("overhead per step, median", f"{statistics.median(overheads):.2f} ms", "")
    table.add_row("LangGraph alone, its nodes empty", f"{langgraph:.2f} ms", "")
    times = statistics.mean(overheads) / langgraph
    table.add_row("overhead / LangGraph alone", f"{times:.2f}", "")
    growth = statistics.median(last) / statistics.median(first)
    table.add_row("last quarter / first quarter", f"{growth:.2f}", "about 1")
    table.add_row("world per step", f"{statistics.mean(row.world_ms for row in rows):.2f} ms", "")
    table.add_row("trace and journal per step", f"{statistics.mean(sizes):,.0f} bytes", "6,144")
    ratio = statistics.mean(sizes[-quarter:]) / statistics.mean(sizes[:quarter])
    table.add_row("last quarter / first quarter", f"{ratio:.2f}", "about 1")
    table.add_row("prompt characters repeated", f"{share:.1%}", "80 %")
    table.add_row("new prompt characters per step", f"{fresh * calls:,.0f}", "")
    Console().print(table)


if __name__ == "__main__":
    main()
