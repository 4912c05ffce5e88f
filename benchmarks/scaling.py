"""Whether `throughput.py` says what several model servers behind one address come to.

    python benchmarks/scaling.py [--slots 8] [--latency 0.5] [--seconds 20]

Plays Crafter episodes, as `rollouts.py` does, with servers that work on a few calls at once each
(`chat_server.py --slots`) behind one address (`spread.py`). What a step takes beside its calls, and
its processor time, are measured at the first point, where nothing is full; all other points are
predicted from these two figures.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import dataclass

from rollouts import CORES, level, served, show, slope
from throughput import Load, Server, Site, rate


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
    parser.add_argument("--latency", type=float, default=0.5, help="seconds")
    parser.add_argument("--seconds", type=float, default=20, help="of each window")
    asked = parser.parse_args()
    server = Server(token_s=asked.latency, token_each_s=0, read_s=0, slots=asked.slots)
    first, *others = points(asked.slots)
    found = measured(first, asked)
    own_s = max(0.0, first.in_flight / found.rate - found.calls * asked.latency)
    load = Load(calls=found.calls, tokens_in=0, tokens_out=1, own_s=own_s, cpu_s=found.cpu_s)
    columns = [column(first, found, server, load)]
    columns += [column(point, measured(point, asked), server, load) for point in others]
    title = (
        f"Crafter, {asked.latency:g} s for each model call, {asked.slots} at once and server; "
        f"a step takes {1000 * own_s:.0f} ms beside its calls, {1000 * found.cpu_s:.1f} ms of CPU"
    )
    show(title, "servers", (str(point.servers) for point in points(asked.slots)), columns)


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
    )


def column(point: Point, found: Found, server: Server, load: Load) -> dict[str, str]:
    site = Site(server, point.servers, CORES, point.in_flight, point.sticky)
    predicted, limit = rate(site, load)
    return {
        "episodes in flight": str(point.in_flight),
        "an episode keeps its server": "yes" if point.sticky else "no",
        "the limit": limit,
        "predicted, steps/s": f"{predicted:.2f}",
        "measured, steps/s": f"{found.rate:.2f}",
        "measured / predicted": f"{found.rate / predicted:.2f}",
    }


if __name__ == "__main__":
    main()
