"""Play the toy world with models behind local servers, as a user would name them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel

from automem_graph.agent.context import PlayContext
from automem_graph.agent.step import StepRow
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.play import EpisodeResult, play_episode
from automem_graph.episodes.trace import read_trace
from automem_graph.models import calling, servers
from automem_graph.models.resolve import resolve_model
from automem_graph.models.sampling import Sampling
from support import toy
from support.openai_answers import Request
from support.openai_server import OpenAIServer


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pauses, few tries, and no memory of servers that had the same port."""
    monkeypatch.setattr(calling, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(calling, "TRIES", 2)
    monkeypatch.setattr(servers, "_HEALTH", {})


def routine_of(request: Request) -> str:
    """Which routine a request is in: the last heading says it."""
    said = "\n".join(str(m["content"]) for m in request.body["messages"] if m["role"] == "user")
    return "plan" if said.rfind("# PLAN") > said.rfind("# LOG") else "log"


class Served:
    """An episode of the toy world, played by the models of servers."""

    def __init__(
        self,
        model: OpenAIServer,
        specialist: OpenAIServer | None,
        *,
        streaming: bool = False,
        **asked: Any,
    ) -> None:
        names = {"gameplay": f"vllm:act@{model.url}"}
        if specialist is not None:
            names["specialist"] = f"vllm:keep@{specialist.url}"

        def resolve(name: str, sampling: Sampling) -> BaseChatModel:
            return resolve_model(name, sampling).model_copy(update={"streaming": streaming})

        self.desks = EpisodeDesks(resolve=resolve)
        self.context = PlayContext(**{"task": toy.NAME, "run": "run", **names, **asked})

    def play(self) -> EpisodeResult:
        return play_episode(self.desks, self.context)

    def rows(self) -> list[StepRow]:
        return read_trace(self.desks.folder(self.context))[1]


@contextmanager
def served(
    model: OpenAIServer, specialist: OpenAIServer | None = None, /, **asked: Any
) -> Iterator[Served]:
    at = Served(model, specialist, **asked)
    try:
        yield at
    finally:
        at.desks.close()
