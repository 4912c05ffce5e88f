"""The sizes of the files of a memory, and a seal over all of it: bookkeeping without texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from zlib import crc32


class Size(NamedTuple):
    """One file: bytes of UTF-8, characters, and the CRC-32 of the bytes."""

    bytes: int = 0
    chars: int = 0
    crc: int = 0

    def grown(self, text: str) -> Size:
        """The size after `text` is added at the end."""
        data = text.encode()
        return Size(self.bytes + len(data), self.chars + len(text), crc32(data, self.crc))


def measure(text: str) -> Size:
    """The size of a whole text."""
    return Size().grown(text)


def seal(sizes: Mapping[str, Size]) -> int:
    """A CRC-32 over all names and contents, which tells whether files are as their journal says.

    It finds what a crash or a hand changed; it is no protection against forgery.
    """
    return crc32("\n".join(f"{name} {sizes[name].crc}" for name in sorted(sizes)).encode())
