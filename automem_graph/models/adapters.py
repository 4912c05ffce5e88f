"""LoRA adapters of a server that takes them while it runs, as vLLM does where it is told to.

Which ones a server holds is its own state: it forgets them when it is started anew. A name stands
for one adapter for ever, since a server that reloads another one under it has answered from stale
cache blocks (vLLM issue 42125).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from automem_graph.models.resolve import CONNECT_S, UnknownModel

LOAD_S = 600.0
"""Seconds that loading may take: an adapter has some gigabytes."""

START = (
    "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True automem serve FOLDER --run -- --enable-lora "
    "--max-loras 2 --max-lora-rank 256"
)
"""A server that takes adapters, started by hand."""

ANSWER_BYTES = 1 << 20

_ADDING = "add_lora method failed"
"""What vLLM says, with status 500, of an adapter that its engine could not take in."""


class NotServed(RuntimeError):
    """The server is not there, or not as it must be: one sentence on what to start."""


class _Refusal(Exception):
    """A status that is no success, and what the server says."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"{status}: {words}")
        self.status = status
        self.words = words


class AdapterServer:
    """The server at `url`, which ends in /v1."""

    def __init__(self, url: str) -> None:
        self._url = url

    def listed(self) -> Mapping[str, str]:
        """The models that it serves, base models and adapters, each with where it has it from."""
        try:
            told = json.loads(self._ask("models", CONNECT_S))
            return {str(one["id"]): str(one.get("root") or "") for one in told["data"]}
        except (_Refusal, ValueError, LookupError, TypeError, AttributeError) as error:
            said = f"{self} does not list its models ({_line(str(error))}): start it with {START}"
            raise NotServed(said) from error

    def check(self, nowhere: Path) -> None:
        """NotServed unless it would take adapters; asked by one in a folder that is not there."""
        try:
            self._load("automem-no-adapter", nowhere)
        except _Refusal as refusal:
            if not _finds_nothing(refusal):
                raise self._why(refusal, nowhere) from refusal

    def load(self, name: str, folder: Path) -> None:
        """Have it serve the adapter by this name, unless it does already.

        NotServed where the server is not as it must be; UnknownModel where it takes others, and
        not this one.
        """
        if name in self.listed():
            return
        try:
            self._load(name, folder)
        except _Refusal as refusal:
            raise self._why(refusal, folder) from refusal

    def drop(self, name: str) -> None:
        """Have it forget the adapter; one that stays is in nobody's way."""
        with suppress(NotServed, _Refusal):
            self._ask("unload_lora_adapter", CONNECT_S, {"lora_name": name})

    def __str__(self) -> str:
        return f"the server at {self._url}"

    def _load(self, name: str, folder: Path) -> None:
        path = str(folder.absolute())
        self._ask("load_lora_adapter", LOAD_S, {"lora_name": name, "lora_path": path})

    def _why(self, refusal: _Refusal, folder: Path) -> NotServed | UnknownModel:
        """What a refusal to load means."""
        words = refusal.words.lower()
        if refusal.status in (401, 403):
            return NotServed(f"{self} refuses the key ({refusal}): check VLLM_API_KEY")
        if _finds_nothing(refusal):
            return NotServed(
                f"{self} does not find {folder.absolute()} ({refusal}): let it see this folder at "
                "the same path"
            )
        if refusal.status in (404, 405) or "not enabled" in words:
            return NotServed(
                f"{self} takes no adapters while it runs ({refusal}): start it with {START}"
            )
        if "max_lora_rank" in words:
            return NotServed(
                f"{self} takes no adapter of this rank ({refusal}): start it with a higher "
                "--max-lora-rank, 512 at most"
            )
        if refusal.status >= 500 and (_ADDING not in words or "out of memory" in words):
            return NotServed(f"{self} failed to load an adapter ({refusal}): see its log")
        return UnknownModel(f"{self} refuses it ({refusal})")

    def _ask(self, path: str, seconds: float, body: Mapping[str, str] | None = None) -> bytes:
        """What it answers; NotServed where it does not, _Refusal for any other status."""
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get("VLLM_API_KEY"):
            headers["Authorization"] = f"Bearer {key}"
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self._url}/{path}", data=data, headers=headers)
        try:
            with urlopen(request, timeout=seconds) as answer:
                return bytes(answer.read(ANSWER_BYTES))
        except HTTPError as error:
            with error:
                said = error.read(ANSWER_BYTES)
            raise _Refusal(error.code, _words(said)) from error
        except (OSError, HTTPException) as error:
            cause = getattr(error, "reason", None) or error
            raise NotServed(
                f"{self} cannot be reached ({_line(str(cause))}): start it with {START}"
            ) from error


def _finds_nothing(refusal: _Refusal) -> bool:
    """Whether the server takes adapters, and found none in the folder that it was told."""
    return "no adapter found" in refusal.words.lower()


def _words(body: bytes) -> str:
    """What an error says: vLLM's and FastAPI's forms, and any text."""
    text = body.decode(errors="replace")
    with suppress(ValueError):
        told: Any = json.loads(text)
        if isinstance(told, Mapping):
            inner = told.get("error", told)
            found = inner.get("message") if isinstance(inner, Mapping) else inner
            text = str(found or told.get("detail") or text)
    return _line(text)


def _line(text: str) -> str:
    return " ".join(text.split())[:300].rstrip(".")
