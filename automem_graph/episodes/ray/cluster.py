"""Joining a Ray cluster, or starting a Ray on this machine, without its noise."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from automem_graph.episodes.ray.remote import Needs

CONNECT_S = 3.0
ANSWER_S = 10.0
"""Seconds for a cluster's head to take a connection, and to say that it is well."""

STORE_BYTES = 256 * 2**20
"""The object store of a Ray of our own: scaffolds and kept steps pass through it."""

LOOPBACK: Mapping[str, str] = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""Has a Ray that is started listen on 127.0.0.1 alone: whoever reaches its ports may run code."""

QUIET: Mapping[str, str] = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
}
"""Nothing is sent home by Ray, and nothing is warned about that bears on nobody here."""


class NoCluster(Exception):
    """There is no Ray to play on; says why, and what to do."""


@dataclass
class Cluster:
    """A Ray that this process is connected to."""

    ray: Any
    own: bool
    """Whether it was joined here, and so is left here."""

    @classmethod
    def join(cls, address: str) -> Self:
        """Connect to the cluster at the address, or start one on this machine; NoCluster."""
        address = address or os.environ.get("RAY_ADDRESS", "") or "local"
        for name, value in {**QUIET, **(LOOPBACK if address == "local" else {})}.items():
            os.environ.setdefault(name, value)
        try:
            import ray
        except ImportError:
            raise NoCluster(
                "Ray is not installed: pip install 'automem-graph[ray]' (it has no wheels for "
                "some versions of Python)"
            ) from None
        if address not in ("local", "auto"):
            _check(address)
        if ray.is_initialized():
            return cls(ray, own=False)
        store = {"object_store_memory": STORE_BYTES} if address == "local" else {}
        try:
            ray.init(
                address=address,
                include_dashboard=False if address == "local" else None,
                log_to_driver=False,
                logging_level=logging.CRITICAL,
                **store,
            )
        except Exception as error:  # a boundary: Ray raises classes of many kinds, also bare ones
            ray.shutdown()
            said = " ".join(str(error).split())[:300]
            if address == "local":
                raise NoCluster(f"no Ray could be started on this machine: {said}") from None
            raise NoCluster(
                f"the Ray cluster at {address} cannot be joined from here: {said} Run the command "
                "on a node of it, or by `ray job submit`"
            ) from None
        _print(False)
        return cls(ray, own=True)

    def room(self, needs: Needs) -> int:
        """How many workers fit into the cluster as it is; NoCluster where none does."""
        found = self.ray.cluster_resources()
        cpus = found.get("CPU", 0.0)
        fit = int(cpus // needs.cpus) if needs.cpus else int(cpus) or 1
        if needs.memory_bytes:
            fit = min(fit, int(found.get("memory", 0.0) // needs.memory_bytes))
        if fit < 1:
            asked = f"{needs.cpus:g} CPUs"
            asked += f" and {needs.memory_bytes:,} bytes of memory" if needs.memory_bytes else ""
            raise NoCluster(f"the Ray cluster has no room for a worker, which needs {asked}")
        return fit

    def leave(self) -> None:
        """Disconnect, where it was joined here; a Ray of our own ends then."""
        if self.own:
            self.own = False
            self.ray.shutdown()
            _print(True)


def _print(said: bool) -> None:
    """Whether Ray prints what it has to say: of workers that die a page, on standard output.

    There is no public way. Where this one is gone the page is printed, and all else holds.
    """
    with suppress(ImportError):
        from ray._private import worker

        if hasattr(worker, "_worker_logs_enabled"):
            worker._worker_logs_enabled = said


def _check(address: str) -> None:
    """NoCluster where no Ray answers there: by itself it would try for many minutes."""
    host, _, port = address.rpartition(":")
    if "://" in address or not host or not port.isdigit():
        raise NoCluster(
            f"'{address}' is no address of a Ray cluster: give host:port of its head, such as "
            "10.0.0.1:6379, or auto on a node of it"
        )
    problem = ""
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_S).close()
        check = [sys.executable, "-P", "-m", "ray.scripts.scripts", "health-check"]
        done = subprocess.run(
            [*check, "--address", address], capture_output=True, timeout=ANSWER_S, check=False
        )
        problem = "what is there is no Ray of this version" if done.returncode else ""
    except subprocess.TimeoutExpired:
        problem = f"what is there says nothing within {ANSWER_S:g} s"
    except OSError as error:
        problem = error.strerror or str(error) or "timed out"
    if problem:
        raise NoCluster(
            f"no Ray cluster answers at {address} ({problem}): start one there with "
            "`ray start --head`, or leave --address out to play on this machine"
        )
