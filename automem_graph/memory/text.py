"""The text of memory files: one normal form, and the smallest change between two texts.

Lines end at `\\n` and nowhere else: `str.splitlines` would also cut at form feeds and U+2028.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

_SURROGATE = re.compile("[\ud800-\udfff]")


def without_surrogates(text: str) -> str:
    """The text with lone surrogates as U+FFFD, so that it can be written as UTF-8."""
    return _SURROGATE.sub("\ufffd", text)


def normal_form(text: str) -> str:
    """Text as files keep it: LF, no NUL, valid UTF-8, exactly one newline at the end.

    Empty text stays empty. Applying it twice changes nothing.
    """
    text = without_surrogates(text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n"))
    return text.rstrip("\n") + "\n" if text else ""


class Splice(NamedTuple):
    """One replaced stretch of a text: at character `at`, `cut` characters give way to `put`."""

    at: int
    cut: int
    put: str


def splice(old: str, new: str) -> Splice:
    """The one stretch whose replacement turns `old` into `new`, as short as it can be."""
    most = min(len(old), len(new))
    start = _agree(most, lambda low, high: old[low:high] == new[low:high])
    end = _agree(
        most - start,
        lambda low, high: (
            old[len(old) - high : len(old) - low] == new[len(new) - high : len(new) - low]
        ),
    )
    return Splice(start, len(old) - start - end, new[start : len(new) - end])


def spliced(old: str, change: Splice) -> str:
    """The text after a splice; ValueError where the stretch is not inside `old`."""
    at, cut, put = change
    if at < 0 or cut < 0 or at + cut > len(old):
        raise ValueError(f"no characters {at} to {at + cut} in a text of {len(old)}")
    return old[:at] + put + old[at + cut :]


def _agree(most: int, same: Callable[[int, int], bool]) -> int:
    """How far two texts agree, by bisection: comparing slices is much faster than characters."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if same(low, middle):
            low = middle
        else:
            high = middle - 1
    return low
