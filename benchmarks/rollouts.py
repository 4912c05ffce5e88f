"""How close many episodes at once come to the rate that the model's latency and the CPU allow.

    python benchmarks/rollouts.py [--episodes 256] [--parallel 32,64,128,256] [--latency 0.5]

Asks for so many Crafter episodes and plays some of them at once, with a model behind HTTP
(`chat_server.py`, in a process of its own) that takes the latency for every answer, through the
`openai:` client that anybody would use. Two ideals: as if nothing but the model took time, which is
episodes in flight over calls per step times latency; and as if nobody ever waited, which is the
cores over the processor time of a step, the server's included. The smaller one is the limit. What
other programs do on the machine is not taken out of it, and shown.

All figures are of a window that begins when every episode in flight has a step behind it. They are
slopes over it, not differences of its ends: reports come twice a second.
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
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
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
    "spread": "spreader",
}
"""Which process a command line belongs to; the rest is the parent."""

SHOWN = ("drivers", "worlds", "scaffolds", "server", "parent")


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


class Over(Exception):
    """The window is over."""


@dataclass
class Watch:
    """Follows the events of one level, and samples its window about once a second."""

    parallel: int
    seconds: float
    at: dict[int, JobEvent] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    """Resident bytes of all drivers."""

    def hear(self, event: JobEvent) -> None:
        if event.kind == "ended":
            raise SystemExit(
                f"an episode ended before the window did: {event.note or 'it is done'}"
            )
        self.at[event.job] = event
        if sum(one.step > 0 for one in self.at.values()) < self.parallel:
            return
        if not self.samples or time.monotonic() - self.samples[-1].at >= 1:
            self.sample()
        if time.monotonic() - self.samples[0].at > self.seconds:
            raise Over

    def sample(self) -> None:
        steps = sum(event.step for event in self.at.values())
        calls = sum(event.calls for event in self.at.values())
        cpu, resident = used()
        self.samples.append(Sample(time.monotonic(), steps, calls, cpu, machine_busy()))
        self.memory.append(resident)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--episodes", type=int, default=256, help="that are asked for")
    parser.add_argument("--parallel", default="32,64,128,256", help="episodes in flight, by commas")
    parser.add_argument("--latency", type=float, default=0.5, help="seconds")
    parser.add_argument("--seconds", type=float, default=30, help="of each window")
    asked = parser.parse_args()
    levels = [int(parallel) for parallel in asked.parallel.split(",")]
    with served("--latency", str(asked.latency)) as port:
        os.environ |= {"OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1", "OPENAI_API_KEY": "none"}
        columns = [
            figures(level("openai:late", asked.episodes, parallel, asked.seconds), asked.latency)
            for parallel in levels
        ]
    title = f"{asked.episodes} of Crafter, {asked.latency:g} s for each model call, {CORES} cores"
    show(title, "episodes in flight", map(str, levels), columns)


def show(title: str, over: str, heads: Iterator[str], columns: Sequence[dict[str, str]]) -> None:
    """Print a table of which each column was measured alike."""
    table = Table(title=title)
    table.add_column(over)
    for head in heads:
        table.add_column(head, justify="right")
    for measure in columns[0]:
        table.add_row(measure, *(column[measure] for column in columns))
    Console().print(table)


@contextmanager
def served(*options: str, program: str = "chat_server.py") -> Iterator[int]:
    """A server on this machine, in a process of its own; its port."""
    command = [sys.executable, str(HERE / program), *options]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield int(server.stdout.readline())
    finally:
        server.stdin.close()
        server.wait(10)


def level(model: str, episodes: int, parallel: int, seconds: float) -> Watch:
    """Play so many at once, from the start of the drivers to the end of the window."""
    watch = Watch(min(parallel, episodes), seconds)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        jobs = [
            PlayContext(seed=seed, gameplay=model, run=f"{folder}/run", steps_per_run=50)
            for seed in range(episodes)
        ]
        results = run_episodes(jobs, ThisMachine(parallel), hear=watch.hear)
        with closing(results), suppress(Over):
            list(results)
    return watch


def slope(by: Sequence[float], of: Sequence[float]) -> float:
    """How much of the one there is for one more of the other."""
    return statistics.linear_regression(by, of).slope


def figures(watch: Watch, latency: float) -> dict[str, str]:
    first, last = watch.samples[0], watch.samples[-1]
    seconds = last.at - first.at
    steps = [sample.steps for sample in watch.samples]
    reached = slope([sample.at for sample in watch.samples], steps)
    calls = slope(steps, [sample.calls for sample in watch.samples])
    cpu = {role: slope(steps, [one.cpu[role] for one in watch.samples]) for role in SHOWN}
    ours, all_programs = (last.cpu - first.cpu).total(), last.machine - first.machine
    by_latency, by_cpu = watch.parallel / (calls * latency), CORES / sum(cpu.values())
    quarter = max(1, len(watch.memory) // 4)
    memory = [
        statistics.mean(part) / 2**20 for part in (watch.memory[:quarter], watch.memory[-quarter:])
    ]
    return {
        "calls per step": f"{calls:.2f}",
        "ideal by latency, steps/s": f"{by_latency:.1f}",
        "ideal by CPU, steps/s": f"{by_cpu:.1f}",
        "the limit": "latency" if by_latency < by_cpu else "CPU",
        "reached, steps/s": f"{reached:.1f}",
        "of the smaller ideal": f"{reached / min(by_latency, by_cpu):.1%}",
        "cores busy, all programs": f"{all_programs / seconds / CORES:.0%}",
        "cores busy, these processes": f"{ours / seconds / CORES:.0%}",
        "CPU per step, ms": f"{1000 * sum(cpu.values()):.1f}",
        **{f"  {role}": f"{1000 * cpu[role]:.1f}" for role in SHOWN},
        "CPU per model call, ms": f"{1000 * sum(cpu.values()) / calls:.1f}",
        "  of which in the drivers": f"{1000 * cpu['drivers'] / calls:.1f}",
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
