"""A command that must not outlive this process, even where kill -9 ends it.

Left alone it would go on editing a workspace that the next sitting has laid out anew.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_WATCH = "import os, sys; os.read(0, 1) or os.killpg(int(sys.argv[1]), 9)"


@contextmanager
def leashed(group: int) -> Iterator[None]:
    """Kill this process group if this process dies in here.

    A small process watches: it is told when all is well, and reads an end of file otherwise.
    """
    watch = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _WATCH, str(group)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is not for it
    )
    try:
        yield
    finally:
        watch.communicate(b".")
