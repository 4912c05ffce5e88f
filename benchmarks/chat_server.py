"""A chat-completions server whose model thinks for a fixed time: the far end of `rollouts.py`.

    python benchmarks/chat_server.py [--latency 0.5] [--slots 0]

Speaks just enough HTTP/1.1 and of OpenAI's format for OpenAI's own client. Prints its port, serves
loopback until its standard input closes. The model plays Crafter as `harness.Instant` does: one
line in LOG, a search in PLAN, then a move to and fro.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from contextlib import nullcontext

MOVES = ("Move North", "Move South")


def reply(body: bytes, number: int) -> str:
    """What the model says to a request, which its last message decides."""
    said = json.loads(body)["messages"][-1]["content"]
    if "# LOG" in said:
        return f"<|APPEND|>notes.md|I moved, and saw thing {number % 97}.<|END|><|DONE|>"
    if "# PLAN" in said:
        return "<|SEARCH|>notes.md|thing 7<|END|>"
    return f"<|ACTION|>{MOVES[number % 2]}<|END|>"


def completion(text: str, number: int, prompt_bytes: int) -> bytes:
    """The HTTP response of a chat completion; tokens are bytes over four."""
    usage = {"prompt_tokens": prompt_bytes // 4, "completion_tokens": len(text) // 4}
    message = {"role": "assistant", "content": text}
    body = json.dumps(
        {
            "id": f"chatcmpl-{number}",
            "object": "chat.completion",
            "created": 0,
            "model": "late",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {**usage, "total_tokens": sum(usage.values())},
        }
    ).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


class Server:
    """Works for `latency` seconds on every request, on `slots` of them at once; 0 are all."""

    def __init__(self, latency: float, slots: int) -> None:
        self._latency = latency
        self._answered = 0
        self._slots = asyncio.Semaphore(slots) if slots else nullcontext()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept alive."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                size = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
                body = await reader.readexactly(size)
                self._answered += 1
                number = self._answered
                answer = completion(reply(body, number), number, size)
                async with self._slots:
                    await asyncio.sleep(self._latency)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--latency", type=float, default=0.5, help="seconds")
    parser.add_argument("--slots", type=int, default=0, help="requests at once; 0: no limit")
    asked = parser.parse_args()
    served = Server(asked.latency, asked.slots)
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    os._exit(0)  # whoever is still connected is not told


if __name__ == "__main__":
    asyncio.run(main())
