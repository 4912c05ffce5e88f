"""Run a model server: start it, wait until it answers, pass on what ends it, report its last words.

Nothing here knows of vLLM but the path of its list of models, which all servers of OpenAI's
protocol have.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPException
from types import TracebackType
from typing import Self
from urllib.request import ProxyHandler, Request, build_opener

from automem_graph.models.last_words import LastWords
from automem_graph.models.serving import HOST, ServingError

GRACE_S = 30.0
"""Seconds that a server has to end by itself: it frees the memory of its GPUs."""

_POLL_S = 0.2


class ModelServer:
    """A server that runs in a process group of its own until it is left."""

    def __init__(self, child: subprocess.Popen[bytes], port: int) -> None:
        self._child = child
        self._port = port
        self._last = LastWords()
        self._relay = threading.Thread(target=self._relay_output, daemon=True)
        self._relay.start()

    @classmethod
    def start(cls, command: Sequence[str], port: int) -> Self:
        """Start the command, whose output goes to standard error."""
        program = shutil.which(command[0])
        if program is None:
            raise ServingError(
                f"{command[0]} is not installed here: pip install {command[0]}, best into an "
                "environment of its own, or run the command above where it is"
            )
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                raise ServingError(
                    f"port {port} cannot be had ({error.strerror}): choose another with --port"
                ) from error
        child = subprocess.Popen(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C reaches it once, by us, and not a second time by the terminal
        )
        return cls(child, port)

    def wait_until_ready(self, names: Sequence[str], key: str | None, timeout_s: float) -> None:
        """Until it lists these models; ServingError if it ends or takes longer."""
        deadline = time.monotonic() + timeout_s
        while not set(names) <= self._listed(key):
            if self._child.poll() is not None:
                raise ServingError(self._end())
            if time.monotonic() > deadline:
                raise ServingError(
                    f"the server did not answer within {timeout_s:g} s: give it more with --timeout"
                )
            time.sleep(_POLL_S)

    def wait(self) -> None:
        """Until it ends, which it should not do by itself."""
        self._child.wait()
        raise ServingError(self._end())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Ask it to end, as Ctrl-C would; kill all of its group if that takes too long."""
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):  # a second Ctrl-C
                self._child.wait(GRACE_S)
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        self._relay.join(1.0)

    def _listed(self, key: str | None) -> set[str]:
        """The models that it says it serves; none while it does not answer."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        request = Request(f"http://{HOST}:{self._port}/v1/models", headers=headers)
        try:
            with build_opener(ProxyHandler({})).open(request, timeout=5) as answer:
                return {model["id"] for model in json.load(answer)["data"]}
        except (OSError, HTTPException, ValueError, KeyError, TypeError):
            return set()

    def _relay_output(self) -> None:
        assert self._child.stdout is not None
        with self._child.stdout as output:
            for line in output:
                text = line.decode(errors="replace")
                sys.stderr.write(text)
                sys.stderr.flush()
                self._last.hear(text)

    def _end(self) -> str:
        self._relay.join(1.0)
        last = str(self._last)
        said = f": {last[:300].rstrip('.')}" if last else ""
        return f"the server has ended with code {self._child.returncode}{said}"
