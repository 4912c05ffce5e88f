"""The read side of a memory that holds given texts."""

from collections.abc import Mapping

from automem_graph.memory.names import check_name
from automem_graph.protocols import Answer, FileEntry


class Texts:
    """A memory view of texts by name."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def index(self) -> tuple[FileEntry, ...]:
        return tuple(FileEntry(name=n, lines=t.count("\n")) for n, t in sorted(self.texts.items()))

    def text(self, name: str) -> str | None:
        return None if check_name(name) else self.texts.get(name)

    def read(self, name: str, start: int = 1) -> Answer:
        text = self.text(name)
        if text is None:
            return Answer(ok=False, text=f"There is no file {name}.")
        return Answer(ok=True, text="\n".join(text.split("\n")[start - 1 :]))
