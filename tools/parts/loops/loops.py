"""Warns of going round in circles: actions that repeat a pattern, views that come back.

Standing still is not looked for: the prompt tells by itself how often nothing has changed. A view
is what a step shows, without what changes by itself (turns, vitals); where the text has a cursor,
as NetHack's has, it is the cursor and the level.
"""

import re
import zlib

WINDOW = 16  # steps that are remembered
TIMES = 3  # a pattern or a view is told from so many times on
LONGEST = 3  # actions in a pattern


def observe(state, seen, files):
    trail = state.get("trail", [])
    if trail and trail[-1][0] != seen["step"] - 1:
        trail = []  # a gap: what happened in it, nobody knows
    action = " ".join(seen["last_action"].split())[:40]
    trail = [*trail, [seen["step"], action, view(seen["observation"])]][-WINDOW:]
    notes = [note for note in (_pattern(trail), _returns(trail)) if note]
    return "\n".join(notes), {"trail": trail}


def view(text):
    """A number that is the same where the agent sees the same."""
    cursor = re.search(r"^Cursor: row \d+, column \d+", text, re.MULTILINE)
    level = re.search(r"\bDlvl:\d+", text)
    if cursor:
        return zlib.crc32(f"{cursor[0]} {level[0] if level else ''}".encode())
    return zlib.crc32(re.sub(r"^Your status: .*$", "", text, flags=re.MULTILINE).encode())


def _pattern(trail):
    """Two or three actions over and over. One alone may be a long walk."""
    actions = [action for step, action, _ in trail if step > 0]
    for length in range(2, LONGEST + 1):
        last = actions[-length * TIMES :]
        if len(last) == length * TIMES and last == last[:length] * TIMES and len(set(last)) > 1:
            return f"Loop: your last {len(last)} actions only repeat {', '.join(last[:length])}."
    return ""


def _returns(trail):
    """How often the agent has left the present view and come back to it."""
    views = [view for _, _, view in trail]
    came = [
        step
        for number, (step, _, view) in enumerate(trail)
        if view == views[-1] and (number == 0 or views[number - 1] != view)
    ]
    if len(came) < TIMES or came[-1] != trail[-1][0]:
        return ""
    return f"Loop: what you see now you came to at steps {', '.join(map(str, came))}."
