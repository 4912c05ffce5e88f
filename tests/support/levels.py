"""Boxoban levels for tests: the shared ones beside the checkout where there are any, else made."""

import random
from pathlib import Path

SHARED = Path(__file__).parents[3] / "shared" / "data" / "boxoban-levels-master"
SIZE = 10


def some_levels(folder: Path) -> Path:
    """A folder with `hard/` and `medium/train/`; the made ones go into `folder`."""
    if SHARED.is_dir():
        return SHARED
    for part in ("hard", "medium/train"):
        for number in range(2):
            levels = [made(random.Random(f"{part} {number} {level}")) for level in range(5)]
            write_levels(folder / part / f"{number:03}.txt", levels)
    return folder


def write_levels(path: Path, levels: list[list[str]]) -> None:
    """A file in the format of the public levels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [f"; {number}\n" + "\n".join(rows) + "\n" for number, rows in enumerate(levels)]
    path.write_text("\n".join(texts))


def made(draw: random.Random) -> list[str]:
    """An open room with four boxes and four goals."""
    inside = [(x, y) for x in range(1, SIZE - 1) for y in range(1, SIZE - 1)]
    signs = dict(zip(draw.sample(inside, 9), "@$$$$....", strict=True))
    return [
        "".join(signs.get((x, y), " " if (x, y) in inside else "#") for x in range(SIZE))
        for y in range(SIZE)
    ]
