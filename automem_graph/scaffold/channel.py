"""What the trusted side and the scaffold host agree on: commands, and how large frames may be."""

from __future__ import annotations

import socket
import struct
from typing import NamedTuple

REQUEST_BYTES = 16 * 1024 * 1024
REPLY_BYTES = 4 * 1024 * 1024

OPEN, KILL = b"o", b"k"
_COMMAND = struct.Struct(">cQ")


class Command(NamedTuple):
    """OPEN a process for a session, which will talk on the descriptor, or KILL it."""

    what: bytes
    session: int
    descriptor: int | None


def send_open(control: socket.socket, session: int, descriptor: int) -> None:
    """Ask for a process that answers on the socket with that file descriptor."""
    socket.send_fds(control, [_COMMAND.pack(OPEN, session)], [descriptor])


def send_kill(control: socket.socket, session: int) -> None:
    """Ask for the end of that session's process, whatever it is doing."""
    control.sendall(_COMMAND.pack(KILL, session))


def receive_command(control: socket.socket) -> Command | None:
    """The next command; None at the end of the control socket."""
    data, descriptors, _, _ = socket.recv_fds(control, _COMMAND.size, 1)
    if len(data) != _COMMAND.size:
        return None
    what, session = _COMMAND.unpack(data)
    return Command(what, session, descriptors[0] if descriptors else None)
