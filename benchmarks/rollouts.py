"""How close many episodes at once come to the rate that the model's latency allows.

    python benchmarks/rollouts.py [--parallel 8,16,32,64] [--steps 60] [--latency 0.5]

Plays as many Crafter episodes as are in flight, with a model behind HTTP (`chat_server.py`, in a
process of its own) that takes the latency for every answer, through the `openai:` client that
anybody would use. The ideal is as if nothing but the model took time: episodes in flight over calls
per step times latency. Rates, CPU and memory are of the window in which all episodes are in flight:
from when each has a step behind it to when the first one ends.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from flat import processor_ms, resident, tree
from rich.console import Console
from rich.table import Table

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.machine import ThisMachine
from automem_graph.episodes.many import JobEvent, run_episodes

HERE = Path(__file__).parent
CORES = len(os.sched_getaffinity(0))

ROLES = {
    "episodes.driver": "drivers",
    "worlds.host": "worlds",
    "scaffold.host": "scaffolds",
    "chat_server": "server",
}
"""Which process a command line belongs to; the rest is the parent."""

SHOWN = (*ROLES.values(), "parent")


@dataclass
class Sample:
    """What the processes have used up to a moment."""

    at: float
    steps: int
    calls: int
    cpu: Counter[str]
    """Seconds of processor time by role."""
    machine: float
    """Seconds of processor time that the whole machine was busy, whoever with."""


@dataclass
class Watch:
    """Follows the events of one level, and samples its window."""

    jobs: int
    at: dict[int, JobEvent] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    """Resident bytes of all drivers, about once a second."""
    over: bool = False

    def hear(self, event: JobEvent) -> None:
        if event.kind == "ended" and not self.over:
            self.over = True
            self.sample()
        self.at[event.job] = event
        started = len(self.at) == self.jobs and all(one.step for one in self.at.values())
        if started and not self.over and (not self.samples or self._due()):
            self.sample()

    def _due(self) -> bool:
        return time.monotonic() - self.samples[-1].at >= 1

    def sample(self) -> None:
        steps = sum(event.step for event in self.at.values())
        calls = sum(event.calls for event in self.at.values())
        cpu, resident = used()
        self.samples.append(Sample(time.monotonic(), steps, calls, cpu, machine_busy()))
        self.memory.append(resident)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--parallel", default="8,16,32,64", help="episodes in flight, by commas")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--latency", type=float, default=0.5, help="seconds")
    asked = parser.parse_args()
    with served(asked.latency):
        levels = [
            level(parallel, asked.steps, asked.latency)
            for parallel in map(int, asked.parallel.split(","))
        ]
    table = Table(title=f"Crafter, {asked.latency:g} s for each model call, {CORES} cores")
    table.add_column("episodes in flight")
    for parallel in asked.parallel.split(","):
        table.add_column(parallel, justify="right")
    for measure in levels[0]:
        table.add_row(measure, *(figures[measure] for figures in levels))
    Console().print(table)


@contextmanager
def served(latency: float) -> Iterator[None]:
    """A model server on this machine, named to OpenAI's client by the environment."""
    command = [sys.executable, str(HERE / "chat_server.py"), "--latency", str(latency)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        port = int(server.stdout.readline())
        os.environ |= {"OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1", "OPENAI_API_KEY": "none"}
        yield
    finally:
        server.stdin.close()
        server.wait(10)


def level(parallel: int, steps: int, latency: float) -> dict[str, str]:
    """Play at one level of parallelism; its column of the table."""
    watch = Watch(parallel)
    with tempfile.TemporaryDirectory() as folder:
        jobs = [
            PlayContext(
                seed=seed, steps=steps, gameplay="openai:late", run=f"{folder}/run",
                steps_per_run=50,
            )
            for seed in range(parallel)
        ]  # fmt: skip
        failed = [
            result.error
            for result in run_episodes(jobs, ThisMachine(parallel), hear=watch.hear)
            if result.error
        ]
    if failed:
        raise SystemExit(f"{len(failed)} episodes failed: {failed[0]}")
    return figures(watch, parallel, latency)


def figures(watch: Watch, parallel: int, latency: float) -> dict[str, str]:
    first, last = watch.samples[0], watch.samples[-1]
    seconds, steps, calls = last.at - first.at, last.steps - first.steps, last.calls - first.calls
    ideal = parallel / (calls / steps * latency)
    cpu = last.cpu - first.cpu
    busy = (last.machine - first.machine) / (seconds * CORES)
    driver = cpu["drivers"] / seconds / min(parallel, CORES)
    quarter = max(1, len(watch.memory) // 4)
    memory = [
        statistics.mean(part) / 2**20 for part in (watch.memory[:quarter], watch.memory[-quarter:])
    ]
    return {
        "calls per step": f"{calls / steps:.2f}",
        "ideal, steps/s": f"{ideal:.2f}",
        "reached, steps/s": f"{steps / seconds:.2f}",
        "of the ideal": f"{steps / seconds / ideal:.1%}",
        "the limit": "CPU" if max(busy, driver) > 0.9 else "latency",
        "cores busy, all programs": f"{busy:.0%}",
        "cores busy, these processes": f"{cpu.total() / seconds / CORES:.0%}",
        "a driver's core busy": f"{driver:.0%}",
        "CPU per step, ms": f"{1000 * cpu.total() / steps:.1f}",
        **{f"  {role}": f"{1000 * cpu[role] / steps:.1f}" for role in SHOWN},
        "drivers' CPU per call, ms": f"{1000 * cpu['drivers'] / calls:.1f}",
        "drivers, first quarter, MiB": f"{memory[0]:.0f}",
        "drivers, last quarter, MiB": f"{memory[1]:.0f}",
    }


def used() -> tuple[Counter[str], int]:
    """Processor seconds of this process and all below it by role, and the drivers' memory."""
    cpu: Counter[str] = Counter()
    memory = 0
    for process in tree(os.getpid()):
        with suppress(OSError):
            command = Path(f"/proc/{process}/cmdline").read_text()
            role = next((role for part, role in ROLES.items() if part in command), "parent")
            cpu[role] += processor_ms(process) / 1000
            memory += resident(process) if role == "drivers" else 0
    return cpu, memory


def machine_busy() -> float:
    """Processor seconds that all cores together have been busy since the machine started."""
    user, nice, system, _, _, irq, soft, steal = map(
        int, Path("/proc/stat").read_text().split("\n")[0].split()[1:9]
    )
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
