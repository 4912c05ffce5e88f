"""How much a memory may hold, and how much of it one read may show."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from automem_graph.memory.sizes import Size
from automem_graph.protocols import Frozen


class Quota(Frozen):
    """Limits of one memory directory. Sizes are bytes of UTF-8; a read counts characters."""

    file_bytes: int = Field(default=128 * 1024, gt=0)
    files: int = Field(default=256, gt=0)
    total_bytes: int = Field(default=1024 * 1024, gt=0)
    read_chars: int = Field(default=4000, gt=0)

    def objection(self, name: str, new: Size, sizes: Mapping[str, Size]) -> str | None:
        """Why the file `name` may not come to the size `new`, as a sentence; None if it may.

        `sizes` has the files as they are now.
        """
        if new.bytes > self.file_bytes:
            return (
                f"{name} would hold {new.bytes:,} bytes; a file may hold {self.file_bytes:,}. "
                "Shorten it first, or write to another file."
            )
        if name not in sizes and len(sizes) >= self.files:
            return f"There are {len(sizes)} files, and there may be no more; write to one of them."
        others = sum(size.bytes for other, size in sizes.items() if other != name)
        if others + new.bytes > self.total_bytes:
            return (
                f"With {name}, your files would hold {others + new.bytes:,} bytes; all of them "
                f"may hold {self.total_bytes:,}. Shorten one first."
            )
        return None
