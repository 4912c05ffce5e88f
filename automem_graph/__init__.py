"""automem-graph: agents whose memory is a directory of files, and who learn to keep it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automem_graph.assistant.create import create_memory_agent as create_memory_agent
    from automem_graph.assistant.middleware import AutoMemMiddleware as AutoMemMiddleware
    from automem_graph.assistant.places import in_store as in_store
    from automem_graph.assistant.places import per_user as per_user
    from automem_graph.assistant.tools import memory_tools as memory_tools
    from automem_graph.memory.open import open_memory as open_memory
    from automem_graph.memory.open import store_memory as store_memory
    from automem_graph.memory.scopes import with_shared as with_shared
    from automem_graph.memory.shared import SharedMemory as SharedMemory
    from automem_graph.models.resolve import resolve_model as resolve_model
    from automem_graph.proficiency.pipeline.run import run_pipeline as run_pipeline
    from automem_graph.proficiency.train import train_specialist as train_specialist
    from automem_graph.structure.evolve import evolve_scaffold as evolve_scaffold
    from automem_graph.worlds.conversations import conversations as conversations

__version__ = "0.1.0"

_AT = {
    "AutoMemMiddleware": "automem_graph.assistant.middleware",
    "create_memory_agent": "automem_graph.assistant.create",
    "in_store": "automem_graph.assistant.places",
    "per_user": "automem_graph.assistant.places",
    "memory_tools": "automem_graph.assistant.tools",
    "open_memory": "automem_graph.memory.open",
    "store_memory": "automem_graph.memory.open",
    "with_shared": "automem_graph.memory.scopes",
    "SharedMemory": "automem_graph.memory.shared",
    "resolve_model": "automem_graph.models.resolve",
    "evolve_scaffold": "automem_graph.structure.evolve",
    "run_pipeline": "automem_graph.proficiency.pipeline.run",
    "train_specialist": "automem_graph.proficiency.train",
    "conversations": "automem_graph.worlds.conversations",
}
"""Where the names of the front door are: importing the package alone imports none of them."""

__all__ = [*_AT]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _AT:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_AT[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_AT])
