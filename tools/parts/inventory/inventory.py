"""What the last action brought and took, and a status file that follows the inventory.

Reads both forms of text: Crafter's line `Your inventory: wood 3, stone 1.`, and NetHack's section
`Inventory:` with a line `a - +1 dagger (weapon in hand)` for each letter.
"""

import re

FILE = "inventory.md"


def observe(state, seen, files):
    before, now = carried(seen["previous"]), carried(seen["observation"])
    if before is None or now is None or before == now:
        return "", state
    things = [thing for thing in {**before, **now} if before.get(thing) != now.get(thing)]
    changes = [_change(thing, before.get(thing), now.get(thing)) for thing in things]
    return f"Inventory change: {'; '.join(changes)}.", state


def after_log(state, seen, files):
    now = carried(seen["observation"])
    if now is None:
        return [], state
    text = "\n".join(f"{thing}: {what}" for thing, what in now.items()) or "nothing"
    same = text == (files.text(FILE) or "").rstrip("\n")
    return [] if same else [("replace", FILE, text)], state


def carried(text):
    """What is carried: kind to number, or letter to item; None where the text does not say."""
    line = re.search(r"^Your inventory: (.+)\.$", text, re.MULTILINE)
    if line:
        return dict(re.findall(r"([a-z][a-z ]*) (\d+)", line[1]))
    section = re.search(r"^Inventory:\n((?:.+(?:\n|$))*)", text, re.MULTILINE)
    return dict(re.findall(r"^(.) - (.+)$", section[1], re.MULTILINE)) if section else None


def _change(thing, old, new):
    if (old or new).isdigit():
        return f"{thing} {int(new or 0) - int(old or 0):+}"
    return f"{thing} is now {new}" if new else f"{thing} is gone ({old})"
