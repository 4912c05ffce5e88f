"""What confines scaffold code on this machine, applied in two layers, and an honest report of it.

The host process enters the outer layer (all but forking), each process it forks for a step the
inner one. Neither can be left again.
"""

from __future__ import annotations

import resource
import sys
from dataclasses import dataclass
from pathlib import Path

from automem_graph.scaffold import kernel, landlock, seccomp
from automem_graph.scaffold.readable import readable

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 60  # of one step's process, over all its calls
OPEN_FILES = 32


@dataclass(frozen=True)
class Isolation:
    """Which layers hold on this machine, for `automem doctor`, and what none of them covers."""

    platform: str
    landlock_abi: int
    seccomp: bool
    memory_limit: bool
    not_covered: tuple[str, ...]

    @property
    def kernel_enforced(self) -> bool:
        """Whether the kernel, and not only the interpreter, keeps scaffold code in."""
        return self.landlock_abi > 0 and self.seccomp


def isolation() -> Isolation:
    """Probe this machine; changes nothing."""
    found, filtered, linux = landlock.abi(), seccomp.available(), sys.platform == "linux"
    gaps = [
        "processor time below the limits, and side channels such as timing and caches",
        "reading the standard library and the system's shared libraries",
        "whether any path exists, and its size and dates (stat)",
    ]
    if not found:
        gaps.append("reading files by native code: this kernel has no Landlock")
    if not filtered:
        gaps.append("system calls by native code: no seccomp filter for this platform")
    if not linux:
        gaps.append("memory: no address space limit on this platform")
    return Isolation(sys.platform, found, filtered, linux, tuple(gaps))


def confine_host(folder: Path) -> None:
    """The outer layer: no file but `readable` ones, no new socket, no program, bounded memory."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    if sys.platform == "linux":
        _limit(resource.RLIMIT_AS, MEMORY_BYTES)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    if landlock.abi():
        landlock.confine(readable(folder))
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
    if seccomp.available():
        seccomp.confine("forking")


def confine_step(host: int) -> None:
    """The inner layer, for a process that `host` forked: no process, no signal, limited time."""
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    if sys.platform == "linux":
        kernel.die_with_parent(host)
    if seccomp.available():
        seccomp.confine("running")


def _limit(which: int, most: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(which, (most, most))
