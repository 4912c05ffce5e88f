"""The mixture: which of the examples that a recipe's turns give are kept.

Nothing is drawn from a generator: an order made of the examples' content decides, so the same
examples give the same mixture, and one example more moves few others.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from automem_graph.proficiency.recipe import Composition
from automem_graph.protocols import Routine


class Candidate(NamedTuple):
    """An example that might be kept: where it comes from, and what it is, as a hash."""

    id: str
    episode: str
    task: str
    seed: int
    routine: Routine
    digest: bytes
    """Of the prompt and the target."""
    prompt_chars: int
    target_chars: int
    prompt_tokens: int = 0
    target_tokens: int = 0
    has_ids: bool = False
    place: tuple[int, int] = (0, 0)
    """Its bytes in the file of candidates: where they begin, and how many."""


def compose(candidates: Sequence[Candidate], mixture: Composition) -> list[Candidate]:
    """The candidates that the mixture keeps, in their order.

    Tasks are thinned by their weights, then episodes to their cap, then the routines to LOG's
    share, and last all to `most`. LOG's share is kept exactly, up to one example, by leaving out of
    the routine that there is too much of: where one of the two is missing, nothing is left.
    """
    of_tasks = _by(candidates, lambda one: one.task)
    weights = {task: mixture.task_weights.get(task, 1.0) for task in of_tasks}
    heaviest = max(weights.values(), default=0.0) or 1.0
    left: list[Candidate] = []
    for task, own in of_tasks.items():
        left += _evenly(own)[: round(len(own) * weights[task] / heaviest)]
    if mixture.most_per_episode is not None:
        episodes = _by(left, _episode).values()
        left = [one for own in episodes for one in _evenly(own)[: mixture.most_per_episode]]
    kept = {one.id for one in _mixed(left, mixture)}
    return [one for one in candidates if one.id in kept]


def draw(candidates: Sequence[Candidate], most: int, seed: int) -> list[Candidate]:
    """So many of the candidates, each as likely as any other, in their order."""

    def luck(one: Candidate) -> bytes:
        return hashlib.sha256(b"%d %s" % (seed, one.digest)).digest()

    kept = {one.id for one in sorted(candidates, key=luck)[:most]}
    return [one for one in candidates if one.id in kept]


def _episode(one: Candidate) -> str:
    return one.episode


def _by(
    candidates: Iterable[Candidate], of: Callable[[Candidate], str]
) -> dict[str, list[Candidate]]:
    groups = defaultdict(list)
    for one in candidates:
        groups[of(one)].append(one)
    return groups


def _mixed(pool: Sequence[Candidate], mixture: Composition) -> list[Candidate]:
    """At most as many as asked for, with LOG's share where there is one."""
    if mixture.log_share is None:
        return _evenly(pool)[: mixture.most]
    share = mixture.log_share
    log = _evenly([one for one in pool if one.routine == "log"])
    plan = _evenly([one for one in pool if one.routine == "plan"])
    amount = float(mixture.most)
    if share > 0:
        amount = min(amount, len(log) / share)
    if share < 1:
        amount = min(amount, len(plan) / (1 - share))
    of_log = round(int(amount) * share)
    return log[:of_log] + plan[: int(amount) - of_log]


def _evenly(pool: Sequence[Candidate]) -> list[Candidate]:
    """In the order in which they are drawn: the first of each episode, then the second of each."""
    ranked: list[tuple[int, Candidate]] = []
    for own in _by(pool, _episode).values():
        ranked += enumerate(sorted(own, key=lambda one: one.digest))
    return [one for _, one in sorted(ranked, key=lambda item: (item[0], item[1].digest))]
