"""Warns of going round in circles: actions that repeat a pattern, views that come back.

Standing still is not looked for: the prompt tells by itself how often nothing has changed. A view
is what a step shows, without the vitals; where the text has a cursor, as NetHack's has, it is the
cursor and the level. What is seen nowhere in particular is no view.
"""

import re
import zlib

WINDOW = 16  # steps that are remembered
TIMES = 3  # a pattern or a view is told from so many times on
LONGEST = 3  # actions in a pattern
WAYS = {
    "north": (0, -1),
    "south": (0, 1),
    "west": (-1, 0),
    "east": (1, 0),
    "left": (-1, 0),
    "right": (1, 0),
}
NOWHERE = ("You see nothing but open ground.", "in the message line", "in the menu")


def observe(state, seen, files):
    trail = state.get("trail", [])
    if trail and trail[-1][0] != seen["step"] - 1:
        trail = []  # what happened in the gap, nobody knows
    action = " ".join(seen["last_action"].split())[:40]
    trail = [*trail, [seen["step"], action, _view(seen["observation"])]][-WINDOW:]
    return _pattern(trail) or _returns(trail), {"trail": trail}


def _view(text):
    """A number that is the same where the agent sees the same; None for no view."""
    if any(words in text for words in NOWHERE):
        return None
    cursor = re.search(r"^Cursor: row \d+, column \d+", text, re.MULTILINE)
    level = re.search(r"\bDlvl:\d+", text)
    if cursor:
        return zlib.crc32(f"{cursor[0]} {level[0] if level else ''}".encode())
    return zlib.crc32(re.sub(r"^Your status: .*$", "", text, flags=re.MULTILINE).encode())


def _pattern(trail):
    """Two or three actions over and over that lead nowhere. One alone may be a long walk."""
    rows = [(action, view) for step, action, view in trail if step > 0]
    for length in range(2, LONGEST + 1):
        last = [action for action, _ in rows[-length * TIMES :]]
        once, ends = last[:length], {view for _, view in rows[::-1][: length * TIMES : length]}
        if len(last) < length * TIMES or last != once * TIMES or len(set(once)) == 1:
            continue
        if _leads_back(once) or (len(ends) == 1 and None not in ends):
            return f"Loop: your last {len(last)} actions only repeat {', '.join(once)}."
    return ""


def _leads_back(actions):
    """Whether there are moves among them that undo each other."""
    ways = [WAYS[way] for action in actions for way in WAYS if way in action.lower()]
    return bool(ways) and not sum(x for x, _ in ways) and not sum(y for _, y in ways)


def _returns(trail):
    """At which steps the agent came to the present view, if it has just come back to it."""
    views = [(step, view) for step, _, view in trail if view is not None]
    if not views or views[-1][0] != trail[-1][0]:
        return ""
    now, before = views[-1][1], [None, *(view for _, view in views)]
    came = [step for (step, view), old in zip(views, before, strict=False) if now == view != old]
    if len(came) < TIMES or came[-1] != views[-1][0]:
        return ""
    return f"Loop: what you see now you came to at steps {', '.join(map(str, came))}."
