"""Files as pieces in a LangGraph store, so that writers who do not see each other lose nothing.

A store cannot compare and swap. So an append is an item of its own, and a replacement is an item
that names the pieces that it covers, which are then deleted. A piece that was appended meanwhile
is not covered, and stays.

Of two replacements of the same pieces at most one comes about. Each is first put as a claim, which
changes nothing; then its writer looks, and takes it back where it finds another one, or a piece
gone. Since each looks after it has claimed, at least one of the two sees the other.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from automem_graph.memory.archive import Overtaken
from automem_graph.memory.items import Namespace, after, every_item, new_key, time_of
from automem_graph.memory.labels import label
from automem_graph.memory.names import check_name

if TYPE_CHECKING:
    from langgraph.store.base import BaseStore


CLAIM_SECONDS = 60.0
"""After which a claim was left behind by a writer that died, and stands in nobody's way."""


class Piece(NamedTuple):
    """A part of a file: its text, and the pieces that it stands for.

    `claimed` is when it was claimed, in seconds, for a replacement that has not come about; else 0.
    """

    key: str
    text: str
    covers: frozenset[str] = frozenset()
    claimed: float = 0.0


def joined(pieces: Iterable[Piece]) -> str | None:
    """The text of a file: of all pieces that no other covers; None where there are none."""
    found = sorted(piece for piece in pieces if not piece.claimed)
    covered = frozenset[str]().union(*(piece.covers for piece in found))
    shown = [piece.text for piece in found if piece.key not in covered]
    return "".join(shown) if shown else None


class Pieces:
    """The pieces of all files of one memory; each file has a namespace below the memory's."""

    def __init__(self, store: BaseStore, namespace: Namespace) -> None:
        self._store = store
        self._namespace = namespace

    def all(self) -> dict[str, list[Piece]]:
        """The pieces of every file."""
        return self._found(self._namespace)

    def of(self, name: str) -> list[Piece]:
        """The pieces of one file."""
        return self._found(self._at(name)).get(name, [])

    def add(self, name: str, text: str, known: Sequence[Piece]) -> Piece:
        """One more piece, which comes after those that are known."""
        piece = Piece(new_key(after(*(one.key for one in known))), text)
        self._put(name, piece)
        return piece

    def cover(self, name: str, text: str, known: Sequence[Piece]) -> Piece:
        """One piece in the place of those that are known; `Overtaken` where another took it.

        Where none are known it is a new file, which nobody else may have begun.
        """
        keys = frozenset(one.key for one in known if not _is_live(one))
        key = new_key(max(map(time_of, keys), default=after()))
        claim = Piece(key, text, keys, claimed=time.time())
        self._put(name, claim)
        present = self.of(name)
        others = [one for one in present if one.key not in keys and one.key != key]
        rivals = [one for one in others if one.covers & keys or not keys]
        if rivals or keys - {one.key for one in present}:
            self._drop(name, [key])
            raise Overtaken
        mine = claim._replace(claimed=0.0)
        self._put(name, mine)
        self._drop(name, keys)
        return mine

    def remove(self, name: str, known: Sequence[Piece]) -> None:
        """Delete those that are known; `Overtaken` as for `cover`."""
        self._drop(name, [self.cover(name, "", known).key])

    def _found(self, namespace: Namespace) -> dict[str, list[Piece]]:
        """The pieces at or below a namespace, by file; what else is there is left out."""
        found: defaultdict[str, list[Piece]] = defaultdict(list)
        for item in every_item(self._store, namespace):
            name: Any = item.value.get("file")
            text: Any = item.value.get("text")
            covers = item.value.get("covers")
            known = isinstance(name, str) and isinstance(text, str) and not check_name(name)
            if known and item.namespace == self._at(name):
                keys = frozenset(map(str, covers if isinstance(covers, list) else ()))
                claimed = item.value.get("claimed")
                since = float(claimed) if isinstance(claimed, int | float) else 0.0
                found[name].append(Piece(item.key, text, keys, since))
        return dict(found)

    def _at(self, name: str) -> Namespace:
        return (*self._namespace, label(name))

    def _put(self, name: str, piece: Piece) -> None:
        value: dict[str, Any] = {"file": name, "text": piece.text}
        if piece.covers:
            value["covers"] = sorted(piece.covers)
        if piece.claimed:
            value["claimed"] = piece.claimed
        self._store.put(self._at(name), piece.key, value, index=False, ttl=None)

    def _drop(self, name: str, keys: Collection[str]) -> None:
        for key in keys:
            self._store.delete(self._at(name), key)


def _is_live(piece: Piece) -> bool:
    return piece.claimed > time.time() - CLAIM_SECONDS
