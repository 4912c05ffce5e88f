"""Names made of content: an episode's id says all that bears on how it plays out.

`episode id = hash(task, its version, seed, scaffold, models, weights, sampling, codec, limits,
engine)`, so the same command finds the same episode, and nothing played by other code, on other
data or by local weights that were trained anew is ever credited to this one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from automem_graph.agent.codecs import TAGS
from automem_graph.models.sampling import PAPER, Sampling
from automem_graph.protocols import Frozen, Role

PLAYED_BY = (
    "protocols.py",
    "wire.py",
    "memory",
    "worlds",
    "models",
    "scaffold",
    "agent",
    "assistant",
    "episodes",
)
"""The package's sources that bear on play, beside the scaffold, which has an id of its own."""

WORLD_PACKAGES = (
    *("crafter", "numpy", "opensimplex"),
    *("nle", "minihack", "gymnasium"),
    *("langgraph", "langchain-core", "jinja2"),
)

ADJECTIVES = "amber brave calm dusty eager frosty gentle hidden ivory jolly keen lucky misty noble "
ADJECTIVES += "olive proud quiet rapid silver tidy upper velvet warm young zesty mellow bold crisp"
NOUNS = "otter falcon cedar harbor meadow lantern comet badger willow canyon ember glacier heron "
NOUNS += "island juniper kestrel lagoon maple nettle orchid pebble quarry raven summit thicket "
NOUNS += "valley walnut yarrow"


class Cast(Frozen):
    """Who plays, by which code: what all episodes of a run have in common."""

    agent: str
    scaffold: str
    """The scaffold's id: a hash of its tree."""
    gameplay: str
    specialist: str
    weights: str = ""
    """What the folders of the gameplay model hold (see `models.local.contents`); empty where it is
    not `local:`, since nothing is known of the weights of others."""
    specialist_weights: str = ""
    sampling: Sampling = PAPER
    """How the gameplay model is sampled."""
    specialist_sampling: Sampling = PAPER
    codec: str = TAGS.name
    engine: str
    task_version: str = ""
    """What the worlds of a task of somebody's own follow from, as a hash: its file, its data. Empty
    for the package's tasks, which are part of the engine."""

    @property
    def models(self) -> Mapping[Role, tuple[str, Sampling]]:
        """Whose model is what, sampled how; a specialist only where that makes two models."""
        models: dict[Role, tuple[str, Sampling]] = {}
        if self.gameplay:
            models["gameplay"] = (self.gameplay, self.sampling)
        specialist = (self.specialist, self.specialist_sampling)
        if self.specialist and specialist != models["gameplay"]:
            models["specialist"] = specialist
        return models

    @property
    def player(self) -> str:
        """Who plays, in a few words: the agent, then its scaffold and models where it has any."""
        names = (name for name, _ in self.models.values())
        return ", ".join(filter(None, (self.agent, self.scaffold, *dict.fromkeys(names))))

    def cast(self) -> dict[str, Any]:
        """These fields alone, as data."""
        return self.model_dump(include=set(Cast.model_fields))


class Asked(Cast):
    """What an episode was asked to do, beside its seed."""

    task: str
    steps: int


class Extent(Frozen):
    """What a run covers: its tasks and seeds."""

    tasks: Mapping[str, int]
    """Each task's name with the world actions that its episodes may take."""
    seeds: tuple[int, ...] | None = None
    """The seeds of every task, ascending; None where episodes are played one by one."""
    left_out: tuple[str, ...] = ()
    """Tasks that were asked for as well but cannot be played on this machine."""


class RunAsked(Cast, Extent):
    """What a run was asked to do: all that its episodes share, which tasks and which seeds."""

    def of(self, task: str) -> Asked:
        """What the run asks of its episodes of a task; KeyError for a task of another run."""
        return Asked(task=task, steps=self.tasks[task], **self.cast())


def episode_id(asked: Asked, seed: int) -> str:
    """`s<seed>-<10 hex>`: the seed for people, the hash for everything that was asked."""
    return f"s{seed}-{_digest({**asked.model_dump(), 'seed': seed})[:10]}"


def fork_id(asked: Asked, seed: int, at: Mapping[str, object], name: str) -> str:
    """`s<seed>-<10 hex>` of what the fork is asked, where it leaves its parent, and its name."""
    content = {**asked.model_dump(), "seed": seed, "at": dict(at), "fork": name}
    return f"s{seed}-{_digest(content)[:10]}"


def run_name(asked: Asked) -> str:
    """`<task>-<words>`: the default folder of what was asked; the same words for the same thing."""
    return f"{asked.task}-{words_for(asked.model_dump())}"


def suite_run_name(suite: str, asked: Sequence[Asked]) -> str:
    """`<suite>-<words>`: the default folder of a suite, given what is asked for each of its tasks.

    Neither the seeds nor the choice of tasks bears on it, so asking for more of them goes on in the
    same folder. A suite of one task shares it with the plays of that task.
    """
    if len(asked) == 1:
        return run_name(asked[0])
    return f"{suite}-{words_for({one.task: one.model_dump() for one in asked})}"


def thread_run_name(thread: str) -> str:
    """`studio-<thread>`: the default folder of a thread, whose id may be any text."""
    return f"studio-{re.sub('[^A-Za-z0-9-]', '_', thread)[:80]}"


@cache
def engine() -> str:
    """A hash of the sources that play, prompts included, and of the world packages' versions."""
    package = Path(__file__).parents[1]
    whole = hashlib.sha256()
    for name in PLAYED_BY:
        path = package / name
        inside = (source for kind in ("*.py", "*.md", "*.json") for source in path.rglob(kind))
        for source in sorted(inside) if path.is_dir() else [path]:
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


def words_for(data: dict[str, object]) -> str:
    """`amber-otter-042`: words for people, drawn by the hash of the data."""
    number = int(_digest(data)[:12], 16)
    adjectives, nouns = ADJECTIVES.split(), NOUNS.split()
    first, rest = number % len(adjectives), number // len(adjectives)
    return f"{adjectives[first]}-{nouns[rest % len(nouns)]}-{rest % 1000:03d}"


def _digest(data: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
