"""The back end that keeps memory files in a dict: for tests and for memories that may vanish."""

from __future__ import annotations

from automem_graph.protocols import FileEntry


class DictFiles:
    """Memory files in this process only; a `protocols.MemoryFiles`."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def index(self) -> tuple[FileEntry, ...]:
        """All files, sorted by name, with line counts."""
        texts = sorted(self._texts.items())
        return tuple(FileEntry(name=name, lines=text.count("\n")) for name, text in texts)

    def text(self, name: str) -> str | None:
        """The whole file; None where there is none."""
        return self._texts.get(name)

    def replace(self, name: str, text: str) -> None:
        """Create or overwrite."""
        self._texts[name] = text

    def append(self, name: str, text: str) -> None:
        """Add at the end, creating the file."""
        self._texts[name] = self._texts.get(name, "") + text

    def remove(self, name: str) -> None:
        """Delete; a missing file is no error."""
        self._texts.pop(name, None)
