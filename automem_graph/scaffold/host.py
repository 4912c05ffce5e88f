"""The scaffold host: a process of trusted code that forks one process per session.

It compiles the scaffold, confines itself and then forks on request, so that every session starts
from the same state, nothing outlives one, and a stuck one costs only its own episode.

On its control socket it first sends one frame, `{"ready": true}` or `{"error": [where, detail]}`.
Then it only receives commands (`channel.Command`). The end of the control socket ends it and all
that it forked.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from automem_graph import wire
from automem_graph.scaffold import channel, sandbox, step
from automem_graph.scaffold.fence import Fence, Imports
from automem_graph.scaffold.sources import Compiled, SourceError, compile_scaffold

NEEDED_HERE = frozenset(
    {"os.fork", "os.kill", "socket.__new__", "resource.setrlimit"}
    | {"ctypes.create_string_buffer", "ctypes.addressof"}  # to hand the kernel its filter
)


def main(descriptor: int, folder: str) -> None:
    """Serve one scaffold on the control socket with that file descriptor, until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    try:
        compiled = compile_scaffold(Path(folder))
    except SourceError as error:
        wire.send(control, {"error": [error.where, error.detail]}, channel.REPLY_BYTES)
        return
    fence = _confine(compiled)
    wire.send(control, {"ready": True}, channel.REPLY_BYTES)
    _serve(control, compiled, fence)


def _confine(compiled: Compiled) -> Fence:
    """Close everything that scaffold code must not reach; what it may import is loaded inside."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)
    sys.argv[:] = [""]
    sandbox.confine_host(compiled.folder)
    fence = Fence(compiled.folder, NEEDED_HERE)
    fence.raise_fence()
    Imports(compiled.folder, compiled.modules).close_path()
    for name in sorted(compiled.imports):
        with suppress(BaseException):  # the step's own import will say what is wrong
            importlib.import_module(name)
    for name in [name for name in sys.modules if name.partition(".")[0] == "automem_graph"]:
        del sys.modules[name]
    for clock in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(clock, step.late)
    for _ in range(10):
        step.warm_up(compiled)
    gc.collect()
    gc.freeze()  # forked processes share these pages instead of copying them
    return fence


def _serve(control: socket.socket, compiled: Compiled, fence: Fence) -> None:
    processes: dict[int, int] = {}  # session: process id
    while (command := channel.receive_command(control)) is not None:
        _reap(processes)
        what, session, descriptor = command
        if what == channel.KILL and session in processes:
            os.kill(processes[session], signal.SIGKILL)
        elif what == channel.OPEN and descriptor is not None:
            with suppress(OSError):  # no process: the session finds its socket closed
                processes[session] = _fork(control, descriptor, compiled, fence)
            os.close(descriptor)
    for process in processes.values():
        os.kill(process, signal.SIGKILL)


def _fork(control: socket.socket, descriptor: int, compiled: Compiled, fence: Fence) -> int:
    host = os.getpid()
    process = os.fork()
    if process:
        return process
    try:
        control.close()
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=descriptor)
        step.warm_up(compiled)
        sandbox.confine_step(host)
        fence.permit(())
        step.serve(peer, compiled)
    finally:
        os._exit(1)


def _reap(processes: dict[int, int]) -> None:
    """Forget the processes that have ended, before their ids can mean other ones."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG)[0]) != 0:
            for session in [key for key, process in processes.items() if process == ended]:
                del processes[session]
