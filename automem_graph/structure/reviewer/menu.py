"""The menu: which parts answer which finding, and in which bundles they are tried.

The parts are good answers that people wrote; which of them come first follows from what the
diagnosis found, for any game.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from automem_graph.structure.reviewer.diagnosis import Finding

ANSWERS = {
    "lost": ("position", "keyed"),
    "repeated": ("done",),
    "stuck": ("loops",),
    "buried": ("done", "pruner"),
    "unnoted": ("inventory", "status"),
    "silent": ("stub",),
    "hurt": ("survey", "status"),
    "not understood": ("spelling",),
    "empty": ("keyed", "status"),
}
"""The parts for each sign. Where there are two, one alone would not show."""

HEAVY = 0.5
"""The share from which a finding is thought to decide how far episodes come."""

Bundle = tuple[str, ...]
"""Parts that are taken together, in this order."""


def bundles(
    findings: Sequence[Finding], have: Collection[str], shelf: Collection[str]
) -> tuple[Bundle, ...]:
    """What to try against a scaffold that has some parts already, in order.

    The heaviest finding that is not answered yet is answered alone if it is HEAVY. Then come the
    answers to all, since one to a lighter finding would hardly show; then each by itself.
    """
    open_ones = [(finding.share, _answer(finding, have, shelf)) for finding in findings]
    answers = [(share, answer) for share, answer in open_ones if answer]
    alone = [answer for _, answer in answers]
    together = tuple(dict.fromkeys(part for answer in alone for part in answer))
    first = alone[:1] if answers and answers[0][0] >= HEAVY else []
    return tuple(_different([*first, together, *alone]))


def answered(findings: Sequence[Finding], bundle: Bundle) -> tuple[Finding, ...]:
    """The findings that a bundle answers."""
    return tuple(f for f in findings if set(ANSWERS.get(f.sign, ())) & set(bundle))


def _answer(finding: Finding, have: Collection[str], shelf: Collection[str]) -> Bundle:
    return tuple(p for p in ANSWERS.get(finding.sign, ()) if p in shelf and p not in have)


def _different(all_of_them: Sequence[Bundle]) -> Iterator[Bundle]:
    """Each bundle once, whatever its order."""
    seen: set[frozenset[str]] = set()
    for bundle in all_of_them:
        if bundle and frozenset(bundle) not in seen:
            seen.add(frozenset(bundle))
            yield bundle
