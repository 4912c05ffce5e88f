"""How to read NetHack's text, in the words that the cards of NetHack and MiniHack share."""

from __future__ import annotations

AUTOPICKUP, STEPS = "autopickup", "steps"
"""What a task's name may ask for beyond BALROG's settings; `registry` says in which order."""

_WORDS = (
    "adjacent (1 move), very near (2), near (3 to 5), far (6 to 19) or very far; a diagonal move "
    "counts as one"
)
_STEPS = "a number of steps, of which a diagonal one counts as one"


def how_to_read(options: tuple[str, ...]) -> str:
    """The paragraph on the sections of an observation."""
    measure = _STEPS if STEPS in options else _WORDS
    return (
        "What you are told, in this order: the game's message; the notable things on the map, "
        f"nearest first, each with its distance ({measure}) and direction, (2) meaning two that "
        "way, and what ends your lines of sight (walls, dark areas); the cursor; the map as the "
        "terminal shows it, whose first line is row 1 and whose first column is column 0; your "
        "status; your inventory by letters.\n"
        "On the map @ is you, . floor or an empty doorway, # a corridor, iron bars, a sink or a "
        "tree, | and - walls or open doors, + a closed door or a spellbook, < and > stairs up and "
        "down, letters are creatures, $ gold, ` a boulder, { a fountain, } water or lava, ^ a "
        "trap, and other signs are objects. A blank is dark or unknown."
    )
