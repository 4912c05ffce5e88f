"""`automem serve`: one vLLM server for a base model and its specialists."""

from __future__ import annotations

import os
import shlex
import signal
from types import FrameType
from typing import Annotated, NoReturn

import typer

from automem_graph.cli.console import FAILURE, USAGE, stop
from automem_graph.models.launching import ModelServer
from automem_graph.models.serving import (
    HOST,
    ServingError,
    read_adapter,
    serve_command,
    served_names,
)


def serve(
    base: Annotated[str, typer.Argument(help="The base model: a name on the hub, or a folder.")],
    options: Annotated[
        list[str] | None,
        typer.Argument(help="After --, options of vllm serve: -- --max-model-len 16384"),
    ] = None,
    adapter: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=PATH", help="A specialist's LoRA adapter; may be repeated."),
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where it listens.")] = 8000,
    run: Annotated[
        bool, typer.Option("--run", help="Run it, too, and say when it answers.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="With --run: how long it may take.")
    ] = 1800,
) -> None:
    """Print the command that serves a base model and its specialists from one copy of the weights.

    They are two names at one address, which is what --model and --specialist then take. With --run
    the command is run as well, until Ctrl-C.
    """
    try:
        adapters = [read_adapter(text) for text in adapter or ()]
        command = serve_command(base, adapters, port, options or ())
    except ServingError as error:
        stop(f"{error}.", USAGE)
    typer.echo(shlex.join(command))
    names = served_names(base, adapters, options or ())
    specialist = f" --specialist vllm:{names[-1]}@http://{HOST}:{port}" if adapters else ""
    play = f"automem play crafter --model vllm:{names[0]}@http://{HOST}:{port}{specialist}"
    if run:
        _run(command, port, names, timeout, play)
    else:
        typer.echo(f"then: {play}", err=True)


def _run(command: list[str], port: int, names: list[str], timeout: float, play: str) -> None:
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with ModelServer.start(command, port) as server:
            server.wait_until_ready(names, os.environ.get("VLLM_API_KEY"), timeout)
            typer.echo(f"ready: {play}", err=True)
            server.wait()
    except ServingError as error:
        stop(f"{error}.", FAILURE)
    except KeyboardInterrupt:
        stop("the server is stopped.", 130)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
