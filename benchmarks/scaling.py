"""Whether `throughput.py` says what several model servers behind one address come to.

    python benchmarks/scaling.py [--slots 8] [--latency 1] [--seconds 30]

Plays Crafter episodes, as `rollouts.py` does, with servers that work on a few calls at once each
(`chat_server.py --slots`) behind one address (`spread.py`). What a step takes beside its calls, and
its processor time, are measured at the first point, where nothing is full; all other points are
predicted from these two figures: from how many episodes each server had, and, on average, from
how many it would have by chance. Before that, a count: what a server has read already of its
prompts, where the calls of eight episodes of the offline player go to any server or to the
episode's.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import zlib
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from harness import repeated_share
from rich.console import Console
from rich.table import Table
from rollouts import CORES, level, served, slope
from throughput import Load, Server, Site, one_server, rate

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.layout import RunFolder
from automem_graph.episodes.many import run_episodes
from automem_graph.episodes.trace import prompt_of, read_trace


@dataclass(frozen=True)
class Point:
    """One row of the table."""

    servers: int
    in_flight: int
    sticky: bool = False


@dataclass(frozen=True)
class Found:
    """Steps a second, and what a step has taken."""

    rate: float
    calls: float
    cpu_s: float
    split: tuple[float, ...]
    """How many episodes each server had."""


def points(slots: int) -> list[Point]:
    """Nothing full; a server that is; its load on two, and on four that it just fills; the same
    where episodes keep their server, which leaves some of the slots empty."""
    most = 4 * slots
    return [
        Point(1, slots // 2),
        Point(1, most),
        Point(2, most),
        Point(4, most),
        Point(2, most, sticky=True),
        Point(4, most, sticky=True),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--slots", type=int, default=8, help="calls that a server works on at once")
    parser.add_argument("--latency", type=float, default=1, help="seconds")
    parser.add_argument("--seconds", type=float, default=30, help="of each window")
    asked = parser.parse_args()
    server = Server(token_s=asked.latency, token_each_s=0, read_s=0, slots=asked.slots)
    show_prefixes()
    first, *others = points(asked.slots)
    found = measured(first, asked)
    own_s = max(0.0, first.in_flight / found.rate - found.calls * asked.latency)
    load = Load(calls=found.calls, tokens_in=0, tokens_out=1, own_s=own_s, cpu_s=found.cpu_s)
    rows = [row(first, found, server, load)]
    rows += [row(point, measured(point, asked), server, load) for point in others]
    table = Table(
        title=f"steps a second: Crafter, {asked.latency:g} s for each model call, "
        f"{asked.slots} at once and server",
        caption=f"a step takes {1000 * own_s:.0f} ms beside its calls, {1000 * load.cpu_s:.1f} of "
        "them CPU: measured in the first row, and what the others are predicted from",
    )
    for name in rows[0]:
        table.add_column(name, justify="right")
    for each in rows:
        table.add_row(*each.values())
    Console(width=100).print(table)


def show_prefixes() -> None:
    """How much of what they are sent servers have read, in blocks of 64 characters."""
    prompts = played(episodes=8, steps=100)
    table = Table(title="prompt characters that the server has read already")
    for name in ("servers", "shared out anyhow", "by episode"):
        table.add_column(name, justify="right")
    for servers in (1, 2, 4):
        anyhow, rest = random.Random(0), range(servers)
        table.add_row(
            str(servers),
            f"{read_already([(anyhow.choice(rest), prompt) for _, prompt in prompts]):.1%}",
            f"{read_already([(episode % servers, prompt) for episode, prompt in prompts]):.1%}",
        )
    Console().print(table)


def played(episodes: int, steps: int) -> list[tuple[int, str]]:
    """The prompts of some episodes, each with its episode's number, step by step."""
    with tempfile.TemporaryDirectory() as folder:
        jobs = [
            PlayContext(seed=seed, steps=steps, gameplay="offline:player", run=folder)
            for seed in range(episodes)
        ]
        run = RunFolder(Path(folder))
        traces = [read_trace(run.episode(one.episode))[1] for one in run_episodes(jobs)]
    return [
        (number, "".join(f"{message['role']}\n{message['content']}\n" for message in prompt))
        for step in range(steps)
        for number, trace in enumerate(traces)
        for row in trace[step : step + 1]
        for prompt in (prompt_of(row, call) for call in range(len(row.calls)))
    ]


def read_already(sent: list[tuple[int, str]]) -> float:
    """The share of all characters that repeats a prefix of what the same server was sent before."""
    known = total = 0.0
    for server in {server for server, _ in sent}:
        prompts = [prompt for to, prompt in sent if to == server]
        size = sum(map(len, prompts))
        known += repeated_share(prompts)[0] * size
        total += size
    return known / total


def measured(point: Point, asked: argparse.Namespace) -> Found:
    with ExitStack() as stack:
        options = ("--latency", str(asked.latency), "--slots", str(asked.slots))
        ports = [stack.enter_context(served(*options)) for _ in range(point.servers)]
        sticky = ("--sticky",) if point.sticky else ()
        port = stack.enter_context(served(*sticky, *map(str, ports), program="spread.py"))
        model = f"vllm:late@http://127.0.0.1:{port}"
        watch = level(model, point.in_flight, point.in_flight, asked.seconds)
    steps = [sample.steps for sample in watch.samples]
    return Found(
        rate=slope([sample.at for sample in watch.samples], steps),
        calls=slope(steps, [sample.calls for sample in watch.samples]),
        cpu_s=slope(steps, [sample.cpu.total() for sample in watch.samples]),
        split=split(point, [event.episode for event in watch.at.values()]),
    )


def split(point: Point, episodes: list[str]) -> tuple[float, ...]:
    """The episodes of each server; as many on average where they are shared out in turn."""
    if not point.sticky:
        return (point.in_flight / point.servers,) * point.servers
    here = Counter(zlib.crc32(episode.encode()) % point.servers for episode in episodes)
    return tuple(here[number] for number in range(point.servers))


def row(point: Point, found: Found, server: Server, load: Load) -> dict[str, str]:
    expected, limit = rate(Site(server, point.servers, CORES, point.in_flight, point.sticky), load)
    predicted = sum(one_server(server, load, episodes) for episodes in found.split)
    return {
        "servers": str(point.servers),
        "shared out": "by episode" if point.sticky else "in turn",
        "episodes of each": " ".join(f"{episodes:g}" for episodes in found.split),
        "limit": limit,
        "on average": f"{expected:.2f}",
        "predicted": f"{predicted:.2f}",
        "measured": f"{found.rate:.2f}",
        "ratio": f"{found.rate / predicted:.2f}",
    }


if __name__ == "__main__":
    main()
