"""One address for several model servers: as much of a router as `scaling.py` needs.

    python benchmarks/spread.py [--sticky] PORT...

Shares the requests out in turn or, sticky, by a hash of their `X-Session-ID`. Prints its port,
serves loopback until its standard input closes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import zlib
from itertools import count

SESSION = re.compile(rb"\r\nx-session-id: *([^\r]*)\r\n")
SIZE = re.compile(rb"\r\ncontent-length: *(\d+)\r\n")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The head of a request or of an answer, and all of it."""
    head = await reader.readuntil(b"\r\n\r\n")
    size = SIZE.search(head.lower())
    return head, head + await reader.readexactly(int(size[1]) if size else 0)


class Spreader:
    """Each connection of a client has one of its own to each server that it was sent to."""

    def __init__(self, ports: list[int], sticky: bool) -> None:
        self._ports = ports
        self._sticky = sticky
        self._number = count()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened: dict[int, Streams] = {}
        try:
            while True:
                head, request = await message(reader)
                port = self._port(head)
                if port not in opened:
                    opened[port] = await asyncio.open_connection("127.0.0.1", port)
                answers, server = opened[port]
                server.write(request)
                _, answer = await message(answers)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            for one in (writer, *(server for _, server in opened.values())):
                one.close()

    def _port(self, head: bytes) -> int:
        told = SESSION.search(head.lower()) if self._sticky else None
        key = zlib.crc32(told[1]) if told else next(self._number)
        return self._ports[key % len(self._ports)]


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("ports", type=int, nargs="+")
    parser.add_argument("--sticky", action="store_true")
    asked = parser.parse_args()
    spreader = Spreader(asked.ports, asked.sticky)
    listening = await asyncio.start_server(spreader.serve, "127.0.0.1", 0, backlog=1024)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    os._exit(0)  # whoever is still connected is not told


if __name__ == "__main__":
    asyncio.run(main())
