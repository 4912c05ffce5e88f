"""A disk that runs full, for real: the system refuses to let files grow."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def disk_that_takes(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes: a write is cut short, then fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
