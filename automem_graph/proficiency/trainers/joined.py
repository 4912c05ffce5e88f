"""Examples of one conversation in one sequence: what they share is computed once.

The replies of a step stand in one conversation, so the prompt of a later one begins with all of an
earlier one, and each target has the same tokens before it either way: the loss is the same to the
last token. What does not begin so, token for token, stays by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MASKED = -100
"""What torch takes for a label that no loss is on."""


def joined(examples: Iterable[tuple[Sequence[int], Sequence[int]]]) -> list[Mapping[str, Any]]:
    """Sequences of all examples, which are pairs of a prompt's tokens and a target's.

    Each has `input_ids`, `labels` (MASKED but for targets), `targets`, the number of their tokens,
    and `examples`, how many it holds.
    """
    rows: list[dict[str, Any]] = []
    for ids, start in sorted(([*prompt, *target], len(prompt)) for prompt, target in examples):
        labels: list[int] = []
        targets = before = 0
        if rows and _begins(rows[-1]["input_ids"], ids[:start]):
            earlier = rows.pop()  # sorted, so what it begins with stands right before it
            labels, targets, before = (earlier[name] for name in ("labels", "targets", "examples"))
        rows.append(
            {
                "input_ids": ids,
                "labels": [*labels, *[MASKED] * (start - len(labels)), *ids[start:]],
                "targets": targets + len(ids) - start,
                "examples": before + 1,
            }
        )
    return [*rows]


def _begins(known: Sequence[int], prompt: Sequence[int]) -> bool:
    return known == prompt[: len(known)]
