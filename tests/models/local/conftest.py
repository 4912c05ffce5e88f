"""A base model and two adapters on it, made once."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import torch

from automem_graph.models.local.chat import LocalChat
from support.tiny import save_adapter, save_base

torch.set_num_threads(1)  # faster for models this small, and the other tests need the cores too


class Folders(NamedTuple):
    """Where the models lie."""

    base: Path
    red: Path
    blue: Path

    def name(self, adapter: str = "") -> str:
        """`PATH`, or `PATH@ADAPTER` for the adapter called `red` or `blue`."""
        return f"{self.base}@{getattr(self, adapter)}" if adapter else str(self.base)


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    made = tmp_path_factory.mktemp("models")
    base = save_base(made / "base")
    red = save_adapter(made / "red", base, seed=1)
    return Folders(base, red, save_adapter(made / "blue", base, seed=2))


@pytest.fixture
def chat(folders: Folders) -> Callable[..., LocalChat]:
    """A model of these folders; greedy and brief unless it is told otherwise."""

    def opened(adapter: str = "", **settings: object) -> LocalChat:
        asked = {"temperature": 0, "max_tokens": 24, **settings}
        return LocalChat(model=folders.name(adapter), **asked)

    return opened
