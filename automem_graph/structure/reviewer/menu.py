"""The menu: which parts answer which finding, and in which bundles they are tried.

The parts are good answers that people wrote; which of them come first follows from what the
diagnosis found, for any game. Bundles are few and large: each costs two rounds of play, and parts
may need each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from automem_graph.structure.reviewer.diagnosis import Finding

ANSWERS = {
    "lost": ("position", "keyed"),
    "retraced": ("atlas",),
    "plodding": ("atlas",),
    "repeated": ("done",),
    "stuck": ("loops", "blocked"),
    "buried": ("done", "pruner"),
    "unnoted": ("inventory", "status"),
    "silent": ("stub",),
    "hurt": ("survey", "status"),
    "not understood": ("spelling",),
    "empty": ("keyed", "status"),
    "crowded": ("facts",),
    "unanswered": ("facts",),
    "contradicted": ("facts",),
    "fruitless": ("needs", "knowledge"),
    "unused": ("knowledge",),
    "unheeded": ("situations",),
    "unwritten": ("knowledge",),
}
"""The parts for each sign. Where there are two, one alone would not show."""

HEAVY = 0.5
"""A finding is heavy whose share is at least so much of the greatest one's."""

Bundle = tuple[str, ...]
"""Parts that are taken together, in this order."""


def bundles(
    findings: Sequence[Finding], have: Collection[str], shelf: Collection[str]
) -> tuple[Bundle, ...]:
    """What to try against a scaffold that has some parts already, in order.

    First the answers to all HEAVY findings, then those to lighter ones as well: they go together,
    since one alone would hardly show in a few dozen episodes.
    """
    unanswered = [one for one in findings if _answers([one], have, shelf)]
    least = HEAVY * max((one.share for one in unanswered), default=0.0)
    heavy = [one for one in unanswered if one.share >= least]
    return tuple(_different([_answers(chosen, have, shelf) for chosen in (heavy, unanswered)]))


def wider(
    findings: Sequence[Finding], have: Collection[str], shelf: Collection[str]
) -> tuple[Bundle, ...]:
    """The same for a population, and after them the answers to each finding alone.

    There a scaffold that helps in some worlds only is of use, and bundles come together by descent.
    """
    each = [_answers([one], have, shelf) for one in findings]
    return tuple(_different([*bundles(findings, have, shelf), *each]))


def answered(findings: Sequence[Finding], bundle: Bundle) -> tuple[Finding, ...]:
    """The findings that a bundle answers."""
    return tuple(f for f in findings if set(ANSWERS[f.sign]) & set(bundle))


def _answers(findings: Iterable[Finding], have: Collection[str], shelf: Collection[str]) -> Bundle:
    """The parts that answer these findings, as far as they are there and not taken yet."""
    parts = dict.fromkeys(part for one in findings for part in ANSWERS[one.sign])
    return tuple(part for part in parts if part in shelf and part not in have)


def _different(all_of_them: Sequence[Bundle]) -> Iterator[Bundle]:
    """Each bundle once, whatever its order."""
    seen: set[frozenset[str]] = set()
    for bundle in all_of_them:
        if bundle and frozenset(bundle) not in seen:
            seen.add(frozenset(bundle))
            yield bundle
