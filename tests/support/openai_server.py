"""A local server that speaks OpenAI's chat protocol, as well or as badly as a test wants.

    with OpenAIServer(lambda request: "Hello.") as server:
        model = resolve_model(f"vllm:any@{server.url}")

A script is a function from a request to what is answered: a text, or one of the classes of
`openai_answers`. Requests are served at once, each by a thread of its own.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from typing import Any

from support.openai_answers import (
    Answer,
    Cut,
    Nonsense,
    Refusal,
    Reply,
    Request,
    Silence,
    completion,
    events,
)

Script = Callable[[Request], Answer]


class OpenAIServer:
    """Serves one script, from `with` to its end; `requests` are in the order of their coming."""

    def __init__(self, script: Script, models: Sequence[str] = ("any",), port: int = 0) -> None:
        self.script = script
        self.models = models
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        self._open: set[socket] = set()
        self._gone = threading.Event()
        self._listen(port)

    def _listen(self, port: int) -> None:
        self._http = _Server(("127.0.0.1", port), _Handler)
        self._http.chat = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> OpenAIServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.die()

    def die(self) -> None:
        """Stop listening and cut every connection, as a process that is killed."""
        if self._gone.is_set():
            return
        self._gone.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        with self._lock:
            for connection in self._open:
                _shut(connection)

    def rise(self) -> None:
        """Listen again where it has died, as a process that is started again."""
        self._listen(self.port)
        self._gone.clear()
        self._thread.start()

    def holds(self, connection: socket, *, opened: bool) -> None:
        with self._lock:
            (self._open.add if opened else self._open.discard)(connection)

    def answer(self, request: Request) -> Answer:
        """What the script says; a silence is kept here."""
        with self._lock:
            self.requests.append(request)
        said = self.script(request)
        if isinstance(said, Silence):
            self._gone.wait(said.seconds)
        return said


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    chat: OpenAIServer

    def handle_error(self, *_: Any) -> None:
        """Whoever asked may have gone; a script that fails is a test's own mistake, and shows."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*_)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.chat.holds(self.connection, opened=True)

    def finish(self) -> None:
        self.server.chat.holds(self.connection, opened=False)
        with suppress(OSError):  # whoever asked has gone
            super().finish()

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        listed = {"data": [{"id": name, "object": "model"} for name in self.server.chat.models]}
        self._send(200, json.dumps(listed if self.path == "/v1/models" else {}))

    def do_POST(self) -> None:
        size = int(self.headers["content-length"])
        sent = self.rfile.read(size)
        if len(sent) < size:  # whoever asked has gone
            self.close_connection = True
            return
        body = json.loads(sent)
        if self.path != "/v1/chat/completions":
            self._send(404, json.dumps({"detail": "Not Found"}))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(body=body, headers=headers)
        said = self.server.chat.answer(request)
        try:
            self._say(request, Reply(said) if isinstance(said, str) else said)
        except OSError:
            self.close_connection = True

    def _say(self, request: Request, said: Answer) -> None:
        match said:
            case Refusal():
                error = {"message": said.message, "type": "error", "code": said.code}
                self._send(said.status, json.dumps({"error": error}), headers=said.headers)
            case Nonsense():
                self._send(200, said.body, said.kind)
            case Cut() if request.streams:
                self._stream(events(Reply(said.text, finish=""), request), done=False)
                if said.politely:
                    self.wfile.write(b"0\r\n\r\n")
                self._hang_up()
            case Reply() if request.streams:
                self._stream(events(said, request), done=True)
                self.wfile.write(b"0\r\n\r\n")
            case Reply():
                self._send(200, json.dumps(completion(said, request)))
            case _:
                self._hang_up()

    def _send(
        self,
        status: int,
        body: str,
        kind: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        data = body.encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def _stream(self, events: Iterator[dict[str, Any]], *, done: bool) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for event in events:
            self._chunk(json.dumps(event))
        if done:
            self._chunk("[DONE]")

    def _chunk(self, data: str) -> None:
        piece = f"data: {data}\n\n".encode()
        self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        self.wfile.flush()

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        _shut(self.connection)


def _shut(connection: socket) -> None:
    with suppress(OSError):
        connection.shutdown(SHUT_RDWR)
