"""What NetHack's status line and map say, in words: changes of hit points, conditions, landmarks.

Rows and columns count as those of the cursor do.
"""

import re

LANDMARKS = {
    ">": "stairs down",
    "<": "stairs up",
    "+": "doors or spellbooks",
    "_": "altars",
    "{": "fountains",
}
MOST = 8  # places named for each kind
LOW = 3  # hit points below one in so many are low


def observe(state, seen, files):
    status, before = _status(seen["observation"]), _status(seen["previous"])
    if status is None:
        return "", state
    notes = [_body(status, before), _landmarks(seen["observation"])]
    return "\n".join(note for note in notes if note), state


def _status(text):
    """Level, hit points and conditions; None where the text has no such line."""
    found = re.search(r"^(?:Dlvl:(\d+)|.*?) \$:\d+ +HP:(\d+)\((\d+)\)(.*)$", text, re.MULTILINE)
    if not found:
        return None
    conditions = re.findall(r"(?<= )[A-Z][A-Za-z]+(?![\w:/])", found[4])
    level, now, most = int(found[1] or 0), int(found[2]), int(found[3])
    return {"level": level, "now": now, "most": most, "conditions": conditions}


def _body(status, before):
    notes = []
    change = status["now"] - before["now"] if before else 0
    low = ", LOW" if status["now"] * LOW < status["most"] else ""
    if change < 0 or low:
        notes.append(f"HP {status['now']} of {status['most']} ({change:+}){low}.")
    if before and before["level"] != status["level"]:
        notes.append(f"You came from level {before['level']} to {status['level']}.")
    if status["conditions"]:
        notes.append(f"You are {', '.join(status['conditions'])}.")
    return " ".join(notes)


def _landmarks(text):
    """Landmarks on the map of the whole level, also those out of sight."""
    section = re.search(r"^Map:\n(.*?)\n\nStatus:", text, re.MULTILINE | re.DOTALL)
    rows = section[1].split("\n") if section else []
    found = {}
    for row, line in enumerate(rows, start=1):
        for column, symbol in enumerate(line):
            if symbol in LANDMARKS:
                found.setdefault(symbol, []).append(f"{row},{column}")
    told = [f"{LANDMARKS[s]} {s} at {'; '.join(found[s][:MOST])}" for s in LANDMARKS if s in found]
    return f"On the map (row,column): {', '.join(told)}." if told else ""
