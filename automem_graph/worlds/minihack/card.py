"""What the eight MiniHack tasks say of themselves. Light: reading them loads no game."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from automem_graph.protocols import TaskCard
from automem_graph.worlds.nethack.actions import FAR_MOVES, KEYS, LETTERS, MOVES
from automem_graph.worlds.nethack.reading import AUTOPICKUP, how_to_read

MAX_STEPS = 100

_CARDINAL = ("north", "east", "south", "west")
_ROOMS = (*MOVES, "open", "kick", "search")
_SKILLS = (
    *(*MOVES, *FAR_MOVES, "down", "wait", "search", "kick", "open", "close", "force"),
    *("pickup", "loot", "eat", "quaff", "zap", "apply", "puton", "pray"),
    *("more", "esc", *(letter for letter in LETTERS if letter.islower())),
)
"""BALROG's actions of the quests, and what it takes to answer the questions that they bring."""


@dataclass(frozen=True)
class Level:
    """One task: the MiniHack environment, what to do there, and with which actions."""

    environment: str
    title: str
    goal: str
    actions: tuple[str, ...]


_STAIRS = "You win by stepping onto the staircase down (>): a win scores 1, all else 0."
_BOXOBAN = (
    "Push each boulder (`) onto a fountain ({). You push a boulder by walking into it, never pull, "
    "and only one at a time: behind it must be free floor. A boulder in a corner that is no "
    "fountain is lost for good. The whole level is in view; # are its walls. You win when every "
    "fountain has a boulder: a win scores 1, all else 0."
)
_MAZE = (
    "You are in a maze of {size} cells and see only what is next to you, and lit cells in a "
    "straight line. Find the staircase down. " + _STAIRS
)
_QUEST = (
    "Explore the level, fight what attacks you, and use what you find: lava (}) may bar the way, "
    "and stepping into it kills. " + _STAIRS
)

LEVELS: Mapping[str, Level] = MappingProxyType(
    {
        "minihack-boxoban-hard": Level(
            "MiniHack-Boxoban-Hard-v0", "Boxoban (hard)", _BOXOBAN, _CARDINAL
        ),
        "minihack-boxoban-medium": Level(
            "MiniHack-Boxoban-Medium-v0", "Boxoban (medium)", _BOXOBAN, _CARDINAL
        ),
        "minihack-mazewalk-9x9": Level(
            "MiniHack-MazeWalk-9x9-v0",
            "a maze of 9 by 9 cells",
            _MAZE.format(size="9 by 9"),
            tuple(MOVES),
        ),
        "minihack-mazewalk-15x15": Level(
            "MiniHack-MazeWalk-15x15-v0",
            "a maze of 15 by 15 cells",
            _MAZE.format(size="15 by 15"),
            tuple(MOVES),
        ),
        "minihack-corridor-r3": Level(
            "MiniHack-Corridor-R3-v0",
            "rooms and corridors",
            "Rooms are joined by corridors, some of which may lead nowhere; doors may be closed, "
            "locked or hidden. Find the staircase down. " + _STAIRS,
            _ROOMS,
        ),
        "minihack-corridor-battle-dark": Level(
            "MiniHack-CorridorBattle-Dark-v0",
            "a battle in the dark",
            "Dark rooms are joined by a corridor, and a pack of creatures comes at you. Fight them "
            "where only one reaches you at a time. Find the staircase down. " + _STAIRS,
            tuple(MOVES),
        ),
        "minihack-quest-easy": Level("MiniHack-Quest-Easy-v0", "a quest (easy)", _QUEST, _SKILLS),
        "minihack-quest-medium": Level(
            "MiniHack-Quest-Medium-v0", "a quest (medium)", _QUEST, _SKILLS
        ),
    }
)
"""The tasks by name, in the paper's order."""

_HELP = {
    "north": "north, east, south, west: one step that way",
    "northeast": "northeast, southeast, southwest, northwest: one step diagonally, though never "
    "through a doorway",
    "far north": "far north, ...: walk on that way until something interesting",
    "down": "down: take the stairs that you stand on",
    "wait": "wait: let a turn pass",
    "search": "search: look for hidden doors and passages next to you; it may take many tries",
    "open": "open: a door, then answer with its direction",
    "close": "close: a door, then answer with its direction",
    "kick": "kick: then answer with a direction; breaks locked doors",
    "force": "force: a lock at your feet",
    "pickup": "pickup: what lies at your feet; choose from a menu by letters, then more",
    "loot": "loot: a box at your feet",
    "eat": "eat, quaff (drink), zap (a wand), apply (a horn, a tool), puton (a ring): answer with "
    "the item's letter, and a direction if asked",
    "pray": "pray: when almost dead",
    "more": "more: end a choice or a line. esc: leave a question or menu. a to z: answer a "
    "question; letters do nothing while nothing is asked",
}
_FIGHT = "A step into a creature attacks it."
_PAUSES = "Pauses (--More--) are skipped for you. You have one life."


@cache
def card(name: str, options: tuple[str, ...]) -> TaskCard:
    """The card of one of the `LEVELS` with these options."""
    level = LEVELS[name]
    helps = [f"- {line}." for action, line in _HELP.items() if action in level.actions]
    notes = ([] if level.actions == _CARDINAL else [_FIGHT]) + [_PAUSES]
    if level.actions == _SKILLS and AUTOPICKUP in options:
        notes.insert(1, "You pick up things as you walk over them.")
    parts = [
        f"You play a small level of NetHack. {level.goal}",
        how_to_read(options),
        "\n".join(["Actions", *helps, " ".join(notes)]),
    ]
    return TaskCard(
        name="+".join((name, *options)),
        title=f"MiniHack: {level.title}",
        instructions="\n\n".join(parts),
        actions=level.actions,
        default_action="north",
        max_steps=MAX_STEPS,
    )


def keys(name: str) -> Mapping[str, int]:
    """The actions of one of the `LEVELS` and the keys they press."""
    return {action: KEYS[action] for action in LEVELS[name].actions}
