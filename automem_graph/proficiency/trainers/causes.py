"""What an exception of torch, transformers or PEFT means, for a person. Standard library only."""

from __future__ import annotations

import errno
import textwrap

from automem_graph.proficiency.trainers.job import Refused

MEMORY = (
    "training ran out of memory: lower the recipe's cutoff or rank, or train where there is more "
    "of it"
)

_SPENT = ("out of memory", "can't allocate memory", "failed to map segment", "bad_alloc")
"""What torch says of a GPU, of the machine, and the loader of libraries and C++ of theirs."""


def cause(error: BaseException) -> Refused:
    """Why training ended with this."""
    if isinstance(error, Refused):
        return error
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, MemoryError) or any(word in said for word in _SPENT):
        return Refused("memory", MEMORY)
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return Refused("memory", MEMORY)
    if isinstance(error, ImportError):
        return Refused("packages", f"a package for training cannot be imported ({brief(error)})")
    return Refused("crash", f"training broke off with {type(error).__name__} ({brief(error)})")


def brief(error: BaseException) -> str:
    """What a library says is wrong, on one line."""
    said = textwrap.shorten(str(error), 300, placeholder=" ...").rstrip(".")
    return said or type(error).__name__
