"""The meter that a budget is held by: one small file, shared by all processes that play.

Before each call it is asked whether another one fits. A call under way counts with the mean of the
calls so far, so that many of them at once do not carry the sum over its limit together; before the
first one has ended nothing is known, and it counts nothing.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from automem_graph.models.budget import Budget, OutOfBudget, price_of
from automem_graph.protocols import Frozen

_COUNTS = struct.Struct("<qdqq?")


class _Terms(Frozen):
    budget: Budget
    until: float | None
    """When the sitting must end, in seconds of `time.time`."""


@dataclass
class Counts:
    """What the calls so far add up to; those of a process that died stay under way."""

    tokens: int = 0
    cost: float = 0.0
    """US dollars, of the models whose price is known."""
    calls: int = 0
    under_way: int = 0
    stopped: bool = False
    """Once a call was refused no other one begins, whether or not it would fit."""

    def plus(self, other: Counts) -> Counts:
        """The sums."""
        return self._with(other, 1)

    def minus(self, other: Counts) -> Counts:
        """The differences; what has stopped stays so."""
        return self._with(other, -1)

    def _with(self, other: Counts, sign: int) -> Counts:
        return Counts(
            self.tokens + sign * other.tokens,
            self.cost + sign * other.cost,
            self.calls + sign * other.calls,
            self.under_way + sign * other.under_way,
            self.stopped or other.stopped,
        )


class Meter:
    """Counts calls against a budget; any thread of any process may use it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._terms = _Terms.model_validate_json(path.read_bytes()[_COUNTS.size :])

    @classmethod
    def start(cls, path: Path, budget: Budget, before: Counts) -> Self:
        """Begin a sitting in this file, after what was counted before."""
        hours = budget.max_hours
        until = None if hours is None else time.time() + hours * 3600
        return cls.on_terms(path, _Terms(budget=budget, until=until).model_dump_json(), before)

    @classmethod
    def on_terms(cls, path: Path, terms: str, before: Counts) -> Self:
        """A meter in this file that holds to the terms of another one, on another machine."""
        path.write_bytes(_packed(before) + terms.encode())
        return cls(path)

    @property
    def path(self) -> Path:
        return self._path

    @property
    def terms(self) -> str:
        """What it holds to, as JSON."""
        return self._terms.model_dump_json()

    @property
    def counts(self) -> Counts:
        """What was counted so far."""
        with self._changing() as counts:
            return counts

    def add(self, counted: Counts) -> None:
        """Count what was counted elsewhere."""
        with self._changing() as counts:
            vars(counts).update(vars(counts.plus(counted)))

    @contextmanager
    def call(self, model: str) -> Iterator[Callable[[int, int], None]]:
        """Hold a call that may begin, and tell its input and output tokens once they are known.

        Raises OutOfBudget where it may not. A call that ends without tokens cost nothing.
        """
        with self._changing() as counts:
            refused = self._refusal(counts)
            counts.stopped = bool(refused)
            counts.under_way += not refused
        if refused:
            raise OutOfBudget(refused)
        used: list[tuple[int, int]] = []
        try:
            yield lambda tokens_in, tokens_out: used.append((tokens_in, tokens_out))
        finally:
            price = price_of(model, self._terms.budget.prices)
            with self._changing() as counts:
                counts.under_way -= 1
                for tokens_in, tokens_out in used:
                    counts.calls += 1
                    counts.tokens += tokens_in + tokens_out
                    counts.cost += price.of(tokens_in, tokens_out) if price else 0.0

    @property
    def refusal(self) -> str:
        """Why no further call may begin; empty where one may."""
        with self._changing() as counts:
            return self._refusal(counts)

    def _refusal(self, counts: Counts) -> str:
        budget, until = self._terms.budget, self._terms.until
        next_to = (counts.under_way + 1) / max(counts.calls, 1)
        tokens, cost = (amount * (1 + next_to) for amount in (counts.tokens, counts.cost))
        limit = budget.max_tokens
        if limit is not None and (tokens > limit or counts.tokens >= limit):
            return f"the budget of {limit:,} tokens has no room for another call"
        most = budget.max_cost
        if most is not None and (cost > most or counts.cost >= most):
            return f"the budget of ${most:,.2f} has no room for another call"
        if until is not None and time.time() >= until:
            return f"the budget of {budget.max_hours:g} hours is used up"
        return "the budget has no room for another call" if counts.stopped else ""

    @contextmanager
    def _changing(self) -> Iterator[Counts]:
        """The counts, locked; each use opens the file anew, since locks belong to open files."""
        file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            counts = Counts(*_COUNTS.unpack(os.pread(file, _COUNTS.size, 0)))
            yield counts
            os.pwrite(file, _packed(counts), 0)
        finally:
            os.close(file)


def _packed(counts: Counts) -> bytes:
    return _COUNTS.pack(counts.tokens, counts.cost, counts.calls, counts.under_way, counts.stopped)
