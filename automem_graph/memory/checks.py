"""What may not be written to a memory, whoever keeps it: names and sizes."""

from __future__ import annotations

from collections.abc import Mapping

from automem_graph.memory.names import clash
from automem_graph.memory.quota import Quota
from automem_graph.memory.sizes import Size, measure


class Refused(Exception):
    """An edit that may not be; the message is the sentence for the model."""


class Unseen(Refused):
    """An edit after which lines would be lost that its writer has not seen."""


def check_seen(name: str, text: str | None, seen: int | None) -> None:
    """`Unseen` where the text that is about to go is another than was seen.

    `seen` is the CRC-32 of what was; None, or a negative number, stands for nothing. An empty file
    has nothing to lose.
    """
    if not text or seen == measure(text).crc:
        return
    if seen is None or seen < 0:
        lines = text.count("\n")
        raise Unseen(
            f"{name} was left as it is: it holds {lines} {'line' if lines == 1 else 'lines'} that "
            "you have not read, and they would be lost. Read it first, then write it with all that "
            "should stay; or add to it at the end."
        )
    raise overtaken(name)


def overtaken(name: str) -> Unseen:
    """What a model is told where somebody else has changed a file that it wants to replace."""
    return Unseen(
        f"{name} was left as it is: somebody else has written to it since you read it. Read it "
        "again, then write it with all that should stay."
    )


def check_size(name: str, new: Size, sizes: Mapping[str, Size], quota: Quota) -> None:
    """`Refused` where a file may not come to a size beside the files that there are."""
    problem = (name not in sizes and clash(name, sizes)) or quota.objection(name, new, sizes)
    if problem:
        raise Refused(problem)


def in_the_way(name: str) -> Refused:
    """What a model is told where a writer of files found something else."""
    return Refused(f"{name} cannot be written: something that is no file is in its place.")
