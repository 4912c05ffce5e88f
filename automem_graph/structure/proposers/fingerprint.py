"""Whether a proposer has changed anything that is taken from it."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from automem_graph.scaffold.identify import MOST_BYTES, MOST_FILES
from automem_graph.structure.desk.plain import tree_of


def fingerprint(folder: Path) -> str:
    """A hash of the plain files of a folder, which need not be a scaffold, or be there at all.

    Links, hidden names and what goes beyond a scaffold's limits do not count: `Proposal` leaves
    them out.
    """
    digest = hashlib.sha256()
    for name in tree_of(folder).files[: MOST_FILES + 1]:
        content = b""
        with suppress(OSError), (folder / name).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        digest.update(os.fsencode(name) + b"\0%d\0" % len(content) + content)
    return digest.hexdigest()
