"""What scaffold code may read: its own folder and what the interpreter itself is made of."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path


def readable(folder: Path) -> tuple[Path, ...]:
    """The files and folders for `landlock.confine`; installed packages are not among them."""
    return (folder, *_entries(), *_shared_libraries())


def standard_library() -> tuple[Path, ...]:
    """The folder of the modules in Python and, where it lies apart, that of the compiled ones."""
    compiled = (Path(path) for path in sys.path if path.endswith("lib-dynload"))
    return (Path(os.__file__).parent, *compiled)


def in_standard_library(path: str) -> bool:
    """Whether that real path is part of it; `site-packages` inside the folder is not."""
    for root in map(os.path.realpath, standard_library()):
        if path == root or path.startswith(root + os.sep):
            return "-packages" not in path[len(root) :]
    return False


def _entries() -> Iterator[Path]:
    for root in standard_library():
        yield from (path for path in root.iterdir() if not path.name.endswith("-packages"))


def _shared_libraries() -> Iterator[Path]:
    """The linker's index, and each library beside those that this process has loaded.

    File by file: a folder that holds libraries may hold packages too.
    """
    try:
        mapped = Path("/proc/self/maps").read_text("utf-8")
    except OSError:
        return
    loaded = {Path(line.split(maxsplit=5)[5]) for line in mapped.splitlines() if ".so" in line}
    yield Path("/etc/ld.so.cache")
    for folder in {path.parent for path in loaded if "-packages" not in str(path)}:
        yield from (path for path in folder.glob("*.so*") if path.is_file())
