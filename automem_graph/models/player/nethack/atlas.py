"""What the notes of a step tell of the map, where a scaffold has an observer that reads it.

Atlas of level 3: you are at 12,33, for 4 steps so far.
Clear: east 9, south 3.
Worn: south 20.
Unexplored: 9,45 (12 steps, 30 dark); 14,20 (15 steps, 8 dark).
Creatures lately: 2.
Quiet: no creature is in view.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from automem_graph.models.player.nethack.grid import WAYS, index

_BEGINS = "Atlas of level "
_CLEAR = re.compile(r"^Clear: ([^\n]{1,200})\.$", re.MULTILINE)
_WORN = re.compile(r"^Worn: ([^\n]{1,200})\.$", re.MULTILINE)
_WAY = re.compile(r"\b([a-z]{4,9}) (\d{1,5})\b")
_DARK = re.compile(r"\b(\d{1,2}),(\d{1,2}) \(\d{1,4} steps, (\d{1,2}) dark\)")
_TIMES = re.compile(r"^\d{1,2}: you are at \S{3,5}, for (\d{1,5}) steps so far\.")
_PACK = re.compile(r"^Creatures lately: (\d{1,3})\.$", re.MULTILINE)
_QUIET = re.compile(r"^Quiet: no creature is in view\.$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Atlas:
    """What an atlas tells besides what the map shows.

    `clear` and `worn`: how many steps each direction is clear, and how often the player was on the
    square beside, if often. `dark`: openings, and how much is unknown about them. `times`: the
    steps that it has spent where it is. `pack`: how many creatures were about in the last steps.
    """

    clear: Mapping[str, int] = field(default_factory=dict)
    worn: Mapping[str, int] = field(default_factory=dict)
    dark: Mapping[int, int] = field(default_factory=dict)
    times: int = 1
    pack: int = 0
    quiet: bool = False


def read_atlas(text: str) -> Atlas | None:
    """The last atlas in a text; None where there is none."""
    begins = text.rfind(_BEGINS)
    if begins < 0:
        return None
    told = text[begins + len(_BEGINS) :]
    times, pack = _TIMES.search(told), _PACK.search(told)
    openings = (
        (index(int(row), int(column)), int(dark)) for row, column, dark in _DARK.findall(told)
    )
    return Atlas(
        clear=_ways(_CLEAR, told),
        worn=_ways(_WORN, told),
        dark={cell: dark for cell, dark in openings if cell is not None},
        times=int(times[1]) if times else 1,
        pack=int(pack[1]) if pack else 0,
        quiet=bool(_QUIET.search(told)),
    )


def _ways(line: re.Pattern[str], told: str) -> dict[str, int]:
    found = line.search(told)
    return {way: int(n) for way, n in _WAY.findall(found[1] if found else "") if way in WAYS}
