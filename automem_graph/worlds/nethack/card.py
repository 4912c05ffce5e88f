"""What the NetHack task says of itself. Light: reading it loads no game."""

from __future__ import annotations

from functools import cache

from automem_graph.protocols import TaskCard
from automem_graph.worlds.nethack.actions import KEYS
from automem_graph.worlds.nethack.reading import AUTOPICKUP, how_to_read

GOAL = """\
You play NetHack, a dungeon crawl of many levels with one life. Get as deep as you can and gain \
experience levels: your score is the best dungeon level (Dlvl) or experience level (Xp) you ever \
reach, whichever is worth more, and is never lost again. Stairs down (>) lead deeper. The game \
also ends once 150 of your actions in a row have taken no game time.\
"""

_GOLD = "You pick up gold, scrolls, potions and wands as you walk over them; other things stay."
_ALL = "You pick up things as you walk over them."

ACTIONS = """\
Actions
- north, northeast, east, ...: one step that way; into a creature, an attack. You cannot move \
diagonally through a doorway. far north, ...: walk on that way until something interesting.
- down, up: take the stairs that you stand on; up from level 1 leaves the dungeon and ends the \
game. travel: go to a place you know; answer with down or up to point at stairs, or move the \
cursor, then wait to confirm.
- wait: let a turn pass. search: look for hidden doors and passages next to you, often ten times \
and more. A digit before an action repeats it: 1, 5, search.
- open, close, kick, untrap: then answer with a direction. A locked door can be kicked in. force: \
a lock at your feet. fight: then a direction, to attack what you do not see.
- pickup, look, loot: what lies at your feet. drop, droptype: put things down.
- eat, quaff (drink), read, zap, apply (use a tool), throw, fire, wear, takeoff, takeoffall, puton \
and remove (rings, amulets), wield, swap, twoweapon, quiver, dip, rub, invoke, offer: answer with \
the item's letter. cast: with the spell's.
- pray: when Weak from hunger or almost dead, and not again for about 1000 turns. engrave: write \
on the floor. pay: in a shop. enhance: skills. jump, teleport, monster: if you can. wipe: your \
face. call, annotate: give names. inventory: what the last section lists anyway.

Questions. The message may ask something, such as "In what direction?" or "What do you want to \
eat? [dg or ?*]": your next action is the answer. Answer with a direction (wait means yourself), a \
letter (a to z, A to Z; y or n for yes or no), a digit, minus (-), space or apos ('). For a line \
of text, one letter at a time, then more (Enter). In a menu choose by letters, then more. esc \
leaves a question or menu. Letters do nothing while nothing is asked. Pauses (--More--) are \
skipped for you.

Staying alive. Fight weak creatures in corridors and doorways; leave peaceful ones, shopkeepers \
and floating eyes (blue e) alone. Eat when the status says Hungry; fresh corpses of what you \
killed are food, old ones are not. Your HP come back with time.\
"""


@cache
def card(options: tuple[str, ...]) -> TaskCard:
    """The card of NetHack with these options."""
    pickup = _ALL if AUTOPICKUP in options else _GOLD
    return TaskCard(
        name="+".join(("nethack", *options)),
        title="NetHack: go as deep into the dungeon as you can",
        instructions="\n\n".join([GOAL, how_to_read(options), f"{pickup}\n\n{ACTIONS}"]),
        actions=tuple(KEYS),
        default_action="esc",
        max_steps=100_000,
    )
