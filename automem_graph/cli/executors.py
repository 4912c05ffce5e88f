"""Where a command plays its episodes: on this machine, or on a Ray cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer

from automem_graph.cli.console import USAGE, stop
from automem_graph.episodes.machine import ThisMachine
from automem_graph.episodes.ray.executor import OnRay
from automem_graph.protocols import Executor


class Where(StrEnum):
    """The executors by name."""

    LOCAL = "local"
    RAY = "ray"


ExecutorOption = Annotated[
    Where, typer.Option("--executor", help="Where episodes are played: here, or on a Ray cluster.")
]
AddressOption = Annotated[
    str,
    typer.Option(
        metavar="HOST:PORT",
        help="With --executor ray: the cluster's head, or auto on a node of it.",
        show_default="RAY_ADDRESS, or a Ray on this machine",
    ),
]


@contextmanager
def opened(where: Where, address: str, parallel: int | None) -> Iterator[Executor]:
    """The executor until the end of the block; NoCluster where Ray is asked for and not there."""
    if where is Where.LOCAL:
        if address:
            stop("--address is that of a Ray cluster: give --executor ray as well.", USAGE)
        with ThisMachine(parallel) as machine:
            yield machine
    else:
        with OnRay(address, parallel) as cluster:
            yield cluster
