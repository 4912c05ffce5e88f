"""Names of worlds that say nothing of their seeds.

A proposer that knew a seed, or could tell the order of seeds, might write a scaffold for these
worlds alone. It reads `e01`, `e02`, ...: the same world has the same label for all candidates.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from automem_graph.episodes.layout import EPISODE_ID
from automem_graph.evaluation.results import Key

_SEEDS = re.compile(r"\b(seeds?)\b[\s:=#'\"]*\d+(?:\s*(?:,|-|and|to)\s*\d+)*", re.IGNORECASE)
_FOLDER = re.compile(r"\S*/(?:episodes|scaffolds|plays|attempts)/[^/\s]+/")
_PATH = re.compile(r"(?<![\w.])/(?:[^/\s'\":]+/)+")


def labels_of(keys: Sequence[Key], salt: str) -> dict[Key, str]:
    """A label for each world, in the order of their hashes with the salt.

    Whoever has the salt and guesses the seeds could find out which is which.
    """
    ordered = sorted(keys, key=lambda key: _hash(key, salt))
    width = max(2, len(str(len(ordered))))
    return {key: f"e{number:0{width}}" for number, key in enumerate(ordered, start=1)}


def anonymous(text: str, labels: Mapping[str, str] | None = None) -> str:
    """A sentence of this program without seeds, ids of episodes and paths of this machine.

    `labels` are those of episodes, by their ids.
    """
    known = labels or {}
    text = _PATH.sub("", _FOLDER.sub("", text))
    text = EPISODE_ID.sub(lambda found: known.get(found[0], "an episode"), text)
    return _SEEDS.sub("a world", text)


def _hash(key: Key, salt: str) -> bytes:
    task, seed = key
    return hashlib.sha256(f"{salt}\0{task}\0{seed}".encode()).digest()
