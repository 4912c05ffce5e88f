"""Names made of content: an episode's id says all that bears on how it plays out.

`episode id = hash(task, seed, scaffold, models, limits, engine)`, so the same command finds the
same episode, and nothing played by other code is ever credited to this one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from automem_graph.protocols import Frozen

PLAYED_BY = (
    "protocols.py",
    "wire.py",
    "memory",
    "worlds",
    "models",
    "scaffold",
    "agent",
    "episodes",
)
"""The package's sources that bear on play, beside the scaffold, which has an id of its own."""

WORLD_PACKAGES = ("crafter", "numpy", "opensimplex", "langgraph", "langchain-core", "jinja2")

ADJECTIVES = "amber brave calm dusty eager frosty gentle hidden ivory jolly keen lucky misty noble "
ADJECTIVES += "olive proud quiet rapid silver tidy upper velvet warm young zesty mellow bold crisp"
NOUNS = "otter falcon cedar harbor meadow lantern comet badger willow canyon ember glacier heron "
NOUNS += "island juniper kestrel lagoon maple nettle orchid pebble quarry raven summit thicket "
NOUNS += "valley walnut yarrow"


class Asked(Frozen):
    """What a run was asked to do: all that its episodes share. Seeds name the episodes."""

    task: str
    steps: int
    agent: str
    scaffold: str
    """The scaffold's id: a hash of its tree."""
    gameplay: str
    specialist: str
    engine: str


def episode_id(asked: Asked, seed: int) -> str:
    """`s<seed>-<10 hex>`: the seed for people, the hash for everything that was asked."""
    return f"s{seed}-{_digest({**asked.model_dump(), 'seed': seed})[:10]}"


def fork_id(asked: Asked, seed: int, at: Mapping[str, object], name: str) -> str:
    """`s<seed>-<10 hex>` of what the fork is asked, where it leaves its parent, and its name."""
    content = {**asked.model_dump(), "seed": seed, "at": dict(at), "fork": name}
    return f"s{seed}-{_digest(content)[:10]}"


def run_name(asked: Asked) -> str:
    """`<task>-<words>`: the default folder of what was asked; the same words for the same thing."""
    number = int(_digest(asked.model_dump())[:12], 16)
    adjectives, nouns = ADJECTIVES.split(), NOUNS.split()
    first, rest = number % len(adjectives), number // len(adjectives)
    return f"{asked.task}-{adjectives[first]}-{nouns[rest % len(nouns)]}-{rest % 1000:03d}"


@cache
def engine() -> str:
    """A hash of the sources that play and of the world packages' versions."""
    package = Path(__file__).parents[1]
    whole = hashlib.sha256()
    for name in PLAYED_BY:
        path = package / name
        for source in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            whole.update(f"{source.relative_to(package).as_posix()}\0".encode())
            whole.update(source.read_bytes())
    whole.update(json.dumps(versions(), sort_keys=True).encode())
    return whole.hexdigest()[:12]


def versions() -> dict[str, str]:
    """Installed versions of the packages that bear on play; "absent" for a missing one."""
    return {name: installed(name) or "absent" for name in WORLD_PACKAGES}


def installed(name: str) -> str | None:
    """The installed version of a package; None where it is missing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _digest(data: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
