"""Framed JSON over a stream socket: how trusted code talks to its child processes.

A frame is a four-byte big-endian length and that many bytes of UTF-8 JSON. The two sides take
turns: whoever sent a frame waits for one, so nothing follows a frame. Used by the process that
hosts scaffolds and the one that hosts worlds. Standard library only: the scaffold host loads
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

    Raises WireError at the end of the stream, for a length over `limit` bytes, for a body that is
    not JSON and for anything after it. After any of these errors the stream is of no further use.
    """
    frame = bytearray()
    end = _LENGTH.size
    while len(frame) < end:
        frame += _some(sock, end - len(frame), deadline)
        if end == _LENGTH.size <= len(frame):
            (size,) = _LENGTH.unpack_from(frame)
            if size > limit:
                raise WireError(f"the peer announced {size:,} bytes; the limit is {limit:,}")
            end += size
    size = end - _LENGTH.size
    if len(frame) > end:
        raise WireError(f"the peer sent something after its {size:,} bytes")
    try:
        return json.loads(frame[_LENGTH.size :])
    except (ValueError, RecursionError) as error:
        raise WireError(f"the peer sent {size:,} bytes that are not JSON: {error}") from error


def _some(sock: socket.socket, missing: int, deadline: float | None) -> bytes:
    """What is there, which is a whole small frame in most cases: two calls would cost more."""
    if deadline is not None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer in time")
        sock.settimeout(left)
    try:
        chunk = sock.recv(min(max(missing, 1 << 16), 1 << 20))
    except ConnectionError as error:
        raise WireError(f"the connection broke: {error}") from error
    if not chunk:
        raise WireError("the peer closed the connection")
    return chunk
