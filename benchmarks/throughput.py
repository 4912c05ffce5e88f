"""Episodes an hour, and what they cost, from servers, latency, tokens, cores: arithmetic only.

    python benchmarks/throughput.py --servers 4 --in-flight 160 --steps 1000 --calls 3
        --tokens-in 1033 --cached 0.8 --tokens-out 200 --cpu-ms 13 --cores 16

Episodes wait for their model call or for a core, and for nothing else. Three things bound them: how
long a step takes when nobody is in the way, what the servers answer at once, what the cores carry.
`scaling.py` measures whether that is so. The rates of the default server are the estimate of
docs/qwen32b.md: 32B weights on one H200.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from math import comb
from typing import Literal

Limit = Literal["episodes in flight", "servers", "cores"]


@dataclass(frozen=True)
class Server:
    """How long a model server works on a call, while it works on so many of them."""

    token_s: float = 0.0225
    """Seconds for a token of every reply, as if none of them had a context to read."""
    token_each_s: float = 0.000545
    """What each reply under way adds to that."""
    read_s: float = 1 / 6000
    """Seconds for a token of a prompt that is in no cache; nothing else is done meanwhile."""
    slots: int = 40
    """Calls that it works on at once; the others wait."""

    def call_s(self, calls: float, load: Load) -> float:
        """Seconds from a call to its answer where so many are under way, all of them in slots."""
        reads = load.tokens_in * (1 - load.cached) * self.read_s
        return calls * reads + load.tokens_out * (self.token_s + calls * self.token_each_s)


@dataclass(frozen=True)
class Load:
    """What a step asks of a model and of the machine that plays."""

    calls: float = 3.0
    """Model calls of a step, one after the other."""
    tokens_in: float = 1033.0
    """Tokens of a prompt."""
    cached: float = 0.8
    """The part of them that the server need not read again."""
    tokens_out: float = 200.0
    own_s: float = 0.02
    """Seconds of a step in which no call of it is under way."""
    cpu_s: float = 0.013
    """Processor time of a step: drivers, worlds, scaffold hosts."""


@dataclass(frozen=True)
class Site:
    """Where episodes are played: all servers behind one address, all cores for players."""

    server: Server = Server()
    servers: int = 1
    cores: int = 2
    in_flight: int = 16
    sticky: bool = False
    """Whether an episode stays with the server that its name hashes to."""


def rate(site: Site, load: Load) -> tuple[float, Limit]:
    """Steps a second of all episodes together, and what they are limited by."""
    if site.sticky:
        here, others, all_ways = site.in_flight, site.servers - 1, site.servers**site.in_flight
        chances = (
            comb(here, some) * others ** (here - some) / all_ways for some in range(here + 1)
        )
        each = (chance * one_server(site.server, load, some) for some, chance in enumerate(chances))
        served = site.servers * sum(each)
    else:
        served = site.servers * one_server(site.server, load, site.in_flight / site.servers)
    if (carried := site.cores / load.cpu_s) < served:
        return carried, "cores"
    full = site.in_flight / site.servers > site.server.slots
    return served, "servers" if full else "episodes in flight"


def episodes_per_hour(site: Site, load: Load, steps: float) -> float:
    """Episodes of so many steps, once as many as are in flight are under way."""
    return 3600 * rate(site, load)[0] / steps


def latency_of_step(site: Site, load: Load) -> float:
    """Seconds from one step of an episode to its next, by Little's law."""
    return site.in_flight / rate(site, load)[0]


def one_server(server: Server, load: Load, episodes: float) -> float:
    """Steps a second of the episodes that one server has.

    An episode is at the server but for `own_s` of each step, so calls under way and the rate follow
    from each other; bisection, since more calls under way take longer.
    """
    low, high = 0.0, float(episodes)
    for _ in range(50):
        under_way = (low + high) / 2
        away = _served(server, load, under_way) * load.own_s
        low, high = (under_way, high) if under_way + away < episodes else (low, under_way)
    return _served(server, load, high)


def _served(server: Server, load: Load, under_way: float) -> float:
    """Steps a second where so many calls are under way, or wait for a slot."""
    working = min(under_way, server.slots)
    return working / (load.calls * server.call_s(max(working, 1.0), load))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--servers", type=int, default=1)
    parser.add_argument("--slots", type=int, default=Server.slots, help="calls a server works on")
    parser.add_argument("--token-ms", type=float, default=1000 * Server.token_s)
    parser.add_argument("--token-each-ms", type=float, default=1000 * Server.token_each_s)
    parser.add_argument("--read", type=float, default=1 / Server.read_s, help="tokens a second")
    parser.add_argument("--in-flight", type=int, default=40, help="episodes")
    parser.add_argument("--sticky", action="store_true", help="an episode keeps its server")
    parser.add_argument("--cores", type=int, default=16)
    parser.add_argument("--steps", type=float, default=1000, help="of an episode")
    parser.add_argument("--calls", type=float, default=Load.calls, help="of a step")
    parser.add_argument("--tokens-in", type=float, default=Load.tokens_in, help="of a call")
    parser.add_argument("--cached", type=float, default=Load.cached, help="part of these")
    parser.add_argument("--tokens-out", type=float, default=Load.tokens_out, help="of a call")
    parser.add_argument("--cpu-ms", type=float, default=1000 * Load.cpu_s, help="of a step")
    parser.add_argument("--server-price", type=float, default=0.0, help="an hour of one")
    parser.add_argument("--core-price", type=float, default=0.0, help="an hour of one")
    asked = parser.parse_args()
    server = Server(asked.token_ms / 1000, asked.token_each_ms / 1000, 1 / asked.read, asked.slots)
    site = Site(server, asked.servers, asked.cores, asked.in_flight, asked.sticky)
    load = Load(
        calls=asked.calls,
        tokens_in=asked.tokens_in,
        cached=asked.cached,
        tokens_out=asked.tokens_out,
        cpu_s=asked.cpu_ms / 1000,
    )
    steps, limit = rate(site, load)
    hourly = episodes_per_hour(site, load, asked.steps)
    price = asked.servers * asked.server_price + asked.cores * asked.core_price
    print(f"{steps:.2f} steps a second, limited by {limit}")
    print(f"{latency_of_step(site, load):.1f} s from a step of an episode to its next")
    print(f"{hourly:.1f} episodes of {asked.steps:g} steps an hour")
    print(f"{steps * load.cpu_s:.1f} of {asked.cores} cores busy")
    print(f"{steps * load.calls * load.tokens_out:,.0f} tokens said a second")
    if price:
        print(f"{price / hourly:.3f} an episode, at {price:g} an hour")


if __name__ == "__main__":
    main()
