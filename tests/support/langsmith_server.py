"""A local server that speaks as much of LangSmith's protocol as its client needs here.

    with LangSmithServer() as server:
        ...  # with LANGSMITH_ENDPOINT=server.url

It keeps what it is sent: `runs`, `feedback`, `sessions`, `datasets`, `examples`, and every byte.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from zstandard import ZstdDecompressor

BATCHES = {
    "use_multipart_endpoint": True,
    "size_limit": 100,
    "size_limit_bytes": 20 << 20,
    "scale_up_qsize_trigger": 1000,
    "scale_up_nthreads_limit": 16,
    "scale_down_nempty_trigger": 4,
}
FLAGS = {"zstd_compression_enabled": True}
INFO = {"version": "0.13.0", "batch_ingest_config": BATCHES, "instance_flags": FLAGS}
"""What the hosted server says of itself, as far as it bears on how it is sent traces."""

NEEDED = {
    "datasets": {"tenant_id": str(uuid4()), "created_at": "2026-01-01T00:00:00Z"},
    "sessions": {"tenant_id": str(uuid4()), "start_time": "2026-01-01T00:00:00Z"},
    "examples": {"created_at": "2026-01-01T00:00:00Z"},
}
"""What the client wants to be told of what it creates, besides what it has said itself."""

Row = dict[str, Any]


class LangSmithServer:
    """Listens from `with` to its end; `refuses` are statuses that paths are answered with."""

    def __init__(self, **refuses: int) -> None:
        self.deaf = threading.Event()
        """While it is set no request is answered."""
        self.refuses = {f"/{path.replace('_', '/')}": status for path, status in refuses.items()}
        self.requests: list[tuple[str, str]] = []
        """Methods and paths, in the order of their coming."""
        self.sent = b""
        """All that ever came, headers and bodies, unpacked."""
        self.runs: dict[str, Row] = {}
        """By id: what was posted, and patches on top of it."""
        self.tables: dict[str, list[Row]] = {"datasets": [], "sessions": [], "examples": []}
        """What was created, by the first part of its path."""
        self.feedback: dict[str, Row] = {}
        """By id."""
        self._lock = threading.Lock()
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.langsmith = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def roots(self) -> list[Row]:
        """Traces, by their first runs, in the order of their beginning."""
        found = [run for run in self.runs.values() if not run.get("parent_run_id")]
        return sorted(found, key=lambda run: run["start_time"])

    def under(self, root: Row) -> list[Row]:
        """All runs of a trace but its first."""
        trace = root["id"]
        return [run for run in self.runs.values() if run["trace_id"] == trace != run["id"]]

    def __enter__(self) -> LangSmithServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.deaf.clear()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Any:
        """A status, and what to say."""
        while self.deaf.is_set():
            time.sleep(0.05)
        path, _, query = target.partition("?")
        with self._lock:
            self.requests.append((method, path))
            self.sent += str(headers).encode() + body
            if path in self.refuses:
                return self.refuses[path], {"detail": "no"}
            if path == "/info":
                return 200, INFO
            if path == "/runs/multipart":
                self._ingest(headers["content-type"], body)
                return 202, {}
            asked = {key: value[0] for key, value in parse_qs(query).items()}
            return self._table(method, path, asked, json.loads(body) if body else None)

    def _ingest(self, kind: str, body: bytes) -> None:
        parts = BytesParser().parsebytes(b"content-type: " + kind.encode() + b"\r\n\r\n" + body)
        for part in parts.get_payload():  # type: ignore[union-attr]
            name = str(part.get_param("name", header="content-disposition"))  # type: ignore[union-attr]
            said = json.loads(part.get_payload(decode=True))  # type: ignore[union-attr, arg-type]
            what, run, *field = name.split(".")
            if what == "feedback":
                self.feedback[run] = said
                continue
            assert what in ("post", "patch"), name
            kept = self.runs.setdefault(run, {})
            kept |= {field[0]: said} if field else {k: v for k, v in said.items() if v is not None}

    def _table(self, method: str, path: str, asked: Mapping[str, str], said: Any) -> Any:
        _, name, *rest = path.split("/")
        rows = self.tables[name]
        if method == "GET":
            wanted = {key: asked[key] for key in ("name", "dataset", "id") if key in asked}
            start = int(asked.get("offset", 0))
            found = [row for row in rows if all(_matches(row, *each) for each in wanted.items())]
            return 200, found[start : start + int(asked.get("limit", 100))]
        created = [
            {"id": str(uuid4()), **NEEDED[name], **{k: v for k, v in row.items() if v is not None}}
            for row in (said if rest == ["bulk"] else [said])
        ]
        if name != "examples" and any(row["name"] == created[0]["name"] for row in rows):
            return 409, {"detail": "there is one of this name"}
        rows += created
        return 200, created if rest == ["bulk"] else created[0]


def _matches(row: Row, key: str, value: str) -> bool:
    return str(row["dataset_id" if key == "dataset" else key]) == value


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    langsmith: LangSmithServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if headers.get("content-encoding") == "zstd":
            body = ZstdDecompressor().decompressobj().decompress(body)
        status, said = self.server.langsmith.answer(self.command, self.path, headers, body)
        data = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    do_GET = do_POST = do_PATCH = _answer
