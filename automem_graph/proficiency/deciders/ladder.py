"""The ladder: what may follow on a trial, in the order in which the ledger speaks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from automem_graph.proficiency.deciders.evidence import BETTER, Evidence, share
from automem_graph.proficiency.deciders.sizes import Start
from automem_graph.proficiency.desk_ledger import Past
from automem_graph.proficiency.ledger import BASE, RANDOM
from automem_graph.proficiency.recipe import Composition, Filters, Lora, Recipe

FLAT = 0.15
"""A loss that fell by a smaller share of its beginning has hardly fallen."""

FAILED_CALLS = 0.02
"""Above the base's by more than this, failed calls are a reason to train more gently."""

FEW_LOG = 0.3
"""A smaller share of LOG among the examples teaches PLAN alone."""

_FARTHEST = 4.0
"""Learning rate, epochs and rank go no farther from where the ladder began, up or down."""


@dataclass(frozen=True)
class Move:
    """A recipe that may be next."""

    recipe: Recipe
    because: str
    """What of the ledger speaks for it, with figures; empty where nothing does but its turn."""
    what: str
    """What is other about it, in a few words."""
    expected: str


def wider(recipe: Recipe) -> Iterator[tuple[Recipe, str]]:
    """The same with fewer conditions, one fewer each time; never without those that make it one."""
    filters = recipe.selection
    if not isinstance(filters, Filters):
        return
    for change, what in (
        ({"episodes_above": 0.0}, "of all episodes"),
        ({"finds": False}, "also where nothing was found"),
        ({"no_repeats": False}, "also where something was written again"),
        ({"no_failures": False}, "also where an action failed"),
    ):
        looser = filters.model_copy(update=change)
        if looser != filters:
            filters = looser
            recipe = recipe.model_copy(update={"selection": filters})
            yield recipe, what
    if recipe.composition.log_share is not None:
        loose = recipe.composition.model_copy(update={"log_share": None})
        yield recipe.model_copy(update={"composition": loose}), "in whatever mixture there is"


def after(row: Past, seen: Evidence, start: Start) -> Iterator[Move]:
    """The moves from a trial that came to its end; those that its figures speak for come first."""
    assert row.recipe is not None
    rungs = _rungs(row.recipe, start)
    reasons: dict[str, str] = {}
    for name, why in _reasons(row, seen):
        reasons.setdefault(name, why)
    for name, why in reasons.items():
        for rung in _ANSWERS[name]:
            if rung in rungs:
                yield _move(row, rungs[rung], rung, why)
    for rung in _UNASKED:
        if rung in rungs:
            yield _move(row, rungs[rung], rung, "")


def after_failure(row: Past, start: Start) -> Iterator[Move]:
    """The moves from a trial that failed in training."""
    assert row.recipe is not None
    rungs = _rungs(row.recipe, start)
    names = ("short", "narrow") if "memory" in row.why.lower() else ("gentle", "brief", "narrow")
    for rung in names:
        if rung in rungs:
            yield _move(row, rungs[rung], rung, f"{row.name} failed in training: {row.why}")


_ANSWERS = {
    "flat": ("hot", "long"),
    "failing": ("unfailing", "gentle", "brief"),
    "lost": ("half", "gentle", "quarter"),
    "repeating": ("fresh", "long", "hot"),
    "writing": ("balanced", "finding", "long"),
}
"""Which rungs answer which reason, in this order."""

_UNASKED = ("fresh", "finding", "balanced", "half", "quarter", "wide", "hot", "long", "gentle")
"""The rungs that are tried where no figure speaks for any, in this order."""


def _reasons(row: Past, seen: Evidence) -> Iterator[tuple[str, str]]:
    """What is wrong with a trial, with figures; the worst first."""
    ours, fitted = row.behaviour, row.fitted
    assert ours is not None
    if fitted is not None and fitted.loss > (1 - FLAT) * fitted.first_loss:
        yield (
            "flat",
            f"the loss of {row.name} hardly fell, from {fitted.first_loss:.3f} to "
            f"{fitted.loss:.3f}",
        )
    base, control = seen.row(BASE), seen.row(RANDOM)
    if base is None or base.behaviour is None:
        return
    if ours.failed_calls > base.behaviour.failed_calls + FAILED_CALLS:
        yield (
            "failing",
            f"{ours.failed_calls:.1%} of the calls of {row.name} failed, and of the base's "
            f"{base.behaviour.failed_calls:.1%}",
        )
    if lost := seen.lost(row):
        yield "lost", f"{row.name} made {lost:.1%} less progression than the base"
    for other in filter(None, (base, control)):
        assert other.behaviour is not None
        whose = "the base" if other is base else "the control"
        if ours.repeated_writes > BETTER * other.behaviour.repeated_writes:
            yield (
                "repeating",
                f"{ours.repeated_writes:.1%} of the writes of {row.name} were there already, "
                f"those of {whose} {other.behaviour.repeated_writes:.1%}",
            )
        if share(ours, other.behaviour, "writes_per_search") > BETTER:
            yield (
                "writing",
                f"{row.name} wrote {ours.writes_per_search:.2f} times for each search, {whose} "
                f"{other.behaviour.writes_per_search:.2f}",
            )
    if (
        control is not None
        and control.behaviour is not None
        and row.data.log < FEW_LOG * (row.data.examples or 1)
    ):
        yield "writing", f"only {row.data.log:,} of {row.data.examples:,} examples were of LOG"


def _rungs(recipe: Recipe, start: Start) -> dict[str, Recipe]:
    """Everything that may be changed about a recipe, one at a time, by name."""
    found: dict[str, Recipe] = {}
    if isinstance(filters := recipe.selection, Filters):
        for name, change in _SELECTIONS.items():
            stricter = filters.model_copy(update=change)
            if name in ("half", "quarter") and (stricter.episodes_above <= filters.episodes_above):
                continue
            found[name] = recipe.model_copy(update={"selection": stricter})
    even = Composition.model_copy(recipe.composition, update={"log_share": 0.5})
    found["balanced"] = recipe.model_copy(update={"composition": even})
    lora = recipe.lora
    changes: tuple[tuple[str, dict[str, float]], ...] = (
        ("long", {"epochs": lora.epochs * 2}),
        ("hot", {"learning_rate": lora.learning_rate * 2}),
        ("wide", {"rank": lora.rank * 2, "alpha": lora.alpha * 2}),
        ("gentle", {"learning_rate": lora.learning_rate / 2}),
        ("brief", {"epochs": lora.epochs / 2}),
        ("narrow", {"rank": max(1, lora.rank // 2), "alpha": lora.alpha / 2}),
        ("short", {"cutoff": max(64, lora.cutoff // 2)}),
    )
    for name, other in changes:
        changed = Lora.model_validate(lora.model_dump() | other) if _in_range(other) else lora
        if _near(changed, start.lora):
            found[name] = recipe.model_copy(update={"lora": changed})
    return {name: one for name, one in found.items() if one != recipe}


_SELECTIONS: dict[str, dict[str, bool | float]] = {
    "fresh": {"no_repeats": True},
    "unfailing": {"no_failures": True},
    "finding": {"finds": True},
    "half": {"episodes_above": 0.5},
    "quarter": {"episodes_above": 0.75},
}

_WORDS = {
    "fresh": ("only turns that write nothing again", "fewer repeated writes, duplicate lines"),
    "unfailing": ("only turns in which nothing failed", "fewer failed calls"),
    "finding": ("only turns whose searches find something", "more searches that find something"),
    "half": ("only the better half of the episodes", "the same habits, more progression"),
    "quarter": ("only the best quarter of the episodes", "the same habits, more progression"),
    "balanced": ("as many examples of LOG as of PLAN", "fewer writes for each search"),
    "long": ("twice the epochs", "the same habits, held more firmly"),
    "hot": ("twice the learning rate", "the same habits, held more firmly"),
    "wide": ("twice the rank", "the same habits, held more firmly"),
    "gentle": ("half the learning rate", "fewer failed calls, less that is unlearned"),
    "brief": ("half the epochs", "fewer failed calls, less that is unlearned"),
    "narrow": ("half the rank", "an adapter that fits"),
    "short": ("half the cut-off, without the longest examples", "an adapter that fits"),
}


def _move(row: Past, recipe: Recipe, rung: str, because: str) -> Move:
    what, expected = _WORDS[rung]
    return Move(recipe, because, f"the recipe of {row.name}, but with {what}", expected)


def _in_range(change: dict[str, float]) -> bool:
    """Whether a Lora may have these values."""
    limits = {"epochs": 100, "learning_rate": 0.1, "rank": 512, "alpha": 4096}
    return all(0 < value <= limits.get(name, value) for name, value in change.items())


def _near(lora: Lora, start: Lora) -> bool:
    """Whether it is not too far from where the ladder began."""
    pairs = (
        (lora.learning_rate, start.learning_rate),
        (lora.epochs, start.epochs),
        (lora.rank, start.rank),
        (lora.cutoff, start.cutoff),
    )
    return all(1 / _FARTHEST <= now / then <= _FARTHEST for now, then in pairs)
