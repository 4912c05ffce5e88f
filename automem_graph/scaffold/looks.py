"""What a scaffold's process may look at: the files, through the read side of the memory."""

from __future__ import annotations

from typing import Any

from automem_graph.protocols import MemoryView
from automem_graph.scaffold.replies import ReplyError
from automem_graph.scaffold.texts import News, Told


class Looks:
    """Answers one process's questions for files, and knows which texts it has been told."""

    def __init__(self, view: MemoryView) -> None:
        self._view = view
        self._told = Told()

    def answer(self, method: str, rest: list[Any]) -> Any:
        """The answer to one question; ReplyError for what is none."""
        match method, rest:
            case "index", []:
                return [(entry.name, entry.lines) for entry in self._view.index()]
            case "text", [str() as name]:
                return self.news(name)
            case "read", [str() as name, int() as start]:
                answer = self._view.read(name, start)
                return answer.ok, answer.text
        raise ReplyError(
            "files has index(), text(name) and read(name, start=1), name being text and start a "
            f"number; this was {method[:20]}{ascii(rest)[:80]}"
        )

    def news(self, name: str) -> News:
        """What the process has not been told yet of a file's text."""
        return self._told.news(name, self._view.text(name))
