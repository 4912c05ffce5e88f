"""Framed JSON over a stream socket: how trusted code talks to its child processes.

A frame is a four-byte big-endian length and that many bytes of UTF-8 JSON. Used by the process
that hosts scaffolds and the one that hosts worlds. Standard library only: the scaffold host loads
it before it closes its import path.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

_LENGTH = struct.Struct(">I")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=True).encode


class WireError(Exception):
    """The peer is gone, or sent something that is no frame."""


def send(sock: socket.socket, message: Any, limit: int) -> None:
    """Send one frame; ValueError where it would exceed `limit` bytes (nothing is sent then)."""
    body = _encode(message).encode("utf-8", "replace")
    if len(body) > limit:
        raise ValueError(f"a message of {len(body):,} bytes is over the limit of {limit:,}")
    sock.sendall(_LENGTH.pack(len(body)) + body)


def receive(sock: socket.socket, limit: int, deadline: float | None = None) -> Any:
    """The next frame, by `deadline` (`time.monotonic` seconds; None waits): TimeoutError after it.

    Raises WireError at the end of the stream, for a length over `limit` bytes and for a body that
    is not JSON. After any of these errors the stream is of no further use.
    """
    (size,) = _LENGTH.unpack(_exactly(sock, _LENGTH.size, deadline))
    if size > limit:
        raise WireError(f"the peer announced {size:,} bytes; the limit is {limit:,}")
    try:
        return json.loads(_exactly(sock, size, deadline))
    except (ValueError, RecursionError) as error:
        raise WireError(f"the peer sent {size:,} bytes that are not JSON: {error}") from error


def _exactly(sock: socket.socket, size: int, deadline: float | None) -> bytes:
    chunks = bytearray()
    while len(chunks) < size:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("no answer in time")
            sock.settimeout(left)
        try:
            chunk = sock.recv(min(size - len(chunks), 1 << 20))
        except ConnectionError as error:
            raise WireError(f"the connection broke: {error}") from error
        if not chunk:
            raise WireError("the peer closed the connection")
        chunks += chunk
    return bytes(chunks)
