"""Text of NetHack and MiniHack, written out from a drawing of the map."""

import pytest

from automem_graph.models.player.conversation import moment
from automem_graph.models.player.nethack.reading import sights
from automem_graph.models.player.nethack.recall import scene
from automem_graph.protocols import TaskCard

MOVES = (
    *("north", "east", "south", "west", "northeast", "southeast", "southwest", "northwest"),
    *("search", "kick", "down"),
)
COMMANDS = (
    *MOVES,
    *("pickup", "drop", "eat", "zap", "apply", "pray"),
    *("more", "esc", "a", "b", "f", "y", "n"),
)
CARD = TaskCard(
    name="nethack",
    title="NetHack",
    instructions="You play NetHack.",
    actions=COMMANDS,
    default_action="esc",
    max_steps=100,
)
ROW, COLUMN = 5, 30
"""Where on the terminal the north-west corner of a drawing is."""


def screen(*drawing, things=(), message="(none)", status="HP:14(14)", items=(), asked=False):
    """The world's text. The drawing's `@` is the player; `asked`: the cursor is at a question."""
    rows = ["", *[""] * 21]
    for down, line in enumerate(drawing):
        rows[ROW + down] = " " * COLUMN + line
    y = next(n for n, row in enumerate(rows) if "@" in row)
    cursor = f"row {y}, column {rows[y].index('@')}, on yourself"
    if asked:
        cursor = "row 0, column 20, in the message line"
    seen = "\n".join(["You see:", *(f"- {thing}" for thing in things)])
    return "\n\n".join(
        [
            f"Message: {message}",
            seen if things else "You see nothing of note.",
            f"Cursor: {cursor}",
            "\n".join(["Map:", *(row.rstrip() for row in rows[1:])]),
            f"Status:\nAgent the Digger\nDlvl:1 $:0 {status} Pw:1(1) AC:9 Xp:1/0",
            "\n".join(["Inventory:", *(items or ["(nothing)"])]),
        ]
    )


@pytest.fixture(scope="session")
def card():
    """A task with the actions of NetHack that the rules know."""
    return CARD


@pytest.fixture(scope="session")
def draw():
    """Makes the text of an observation from a drawing."""
    return screen


@pytest.fixture
def tell(talk):
    """A step's conversation in PLAN: what was seen, what was done, and what the level's file says.

    With `file` the player has read it in this step.
    """

    def tell(now, before=None, last="search", file="", step=7, **given):
        given = {"card": CARD, "step": step, **given}
        if file:
            given["files"] = [("level-1.md", len(file.splitlines()))]
        if before is None:
            told = talk(**{**given, "step": 0}).plan(now)
        else:
            told = talk(**given).log(before, last, now).answered("<|DONE|>").plan()
        if file:
            told = told.answered("<|READ|>level-1.md<|END|>", file)
        return told

    return tell


@pytest.fixture
def look(tell):
    """The scene that the player makes of a step."""

    def look(now, **given):
        return scene(moment(tell(now, **given).messages, sights))

    return look


@pytest.fixture
def cell():
    """The cell of a drawing's column and row, as the player counts cells."""
    return lambda column, row: (ROW + row) * 80 + COLUMN + column
