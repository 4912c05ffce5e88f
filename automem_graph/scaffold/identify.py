"""A scaffold's id: the hash of its tree. Same content, same id, on any machine."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.scaffold.manifest import read_manifest

MOST_FILES = 200
MOST_BYTES = 2 * 1024 * 1024


def scaffold_id(folder: Path) -> str:
    """`<name>-<12 hex>`: the manifest's name and a hash of all names and bytes in the tree.

    Caches (`__pycache__`) and names with a leading dot do not count. ScaffoldError for a symlink,
    for anything that is no regular file, for more than 200 files and for more than 2 MiB.
    """
    digest = hashlib.sha256()
    size = 0
    for number, path in enumerate(_files(folder), start=1):
        size += path.stat().st_size
        if number > MOST_FILES or size > MOST_BYTES:
            limit = f"{MOST_FILES} files and {MOST_BYTES // 2**20} MiB"
            raise ScaffoldError(f"{folder}: a scaffold may hold {limit}; this one is larger")
        content = path.read_bytes()
        try:
            name = path.relative_to(folder).as_posix().encode()
        except UnicodeEncodeError:
            raise ScaffoldError(f"{ascii(str(path))[1:-1]}: its name is no UTF-8") from None
        digest.update(b"%d %d\n" % (len(name), len(content)) + name + content)
    return f"{read_manifest(folder / 'scaffold.toml').name}-{digest.hexdigest()[:12]}"


def _files(folder: Path) -> Iterator[Path]:
    """The regular files of the tree in a fixed order, never following a link."""
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        path = folder / entry.name
        if entry.name.startswith(".") or entry.name == "__pycache__":
            continue
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            yield from _files(path)
        elif stat.S_ISREG(mode):
            yield path
        else:
            kind = "a symlink" if stat.S_ISLNK(mode) else "no regular file"
            raise ScaffoldError(f"{path}: is {kind}; a scaffold holds plain files only")
