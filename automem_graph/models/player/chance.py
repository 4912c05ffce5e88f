"""Choices that look random and are a function of what they are for."""

from __future__ import annotations

import hashlib


def draw(options: int, *parts: object) -> int:
    """A number below `options` that looks random and depends on the parts alone."""
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % options
