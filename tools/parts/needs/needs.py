"""Sends an action back where Crafter's text proves that it would do nothing, and says why.

Only what is proven: what stands equally near may be hidden, and then the action passes. The host
lets a review send back two actions a step at most.
"""

import re

USES = {
    "Place Stone": {"stone": 1},
    "Place Table": {"wood": 2},
    "Place Furnace": {"stone": 4},
    "Place Plant": {"sapling": 1},
    "Make Wood Pickaxe": {"wood": 1},
    "Make Stone Pickaxe": {"wood": 1, "stone": 1},
    "Make Iron Pickaxe": {"wood": 1, "coal": 1, "iron": 1},
    "Make Wood Sword": {"wood": 1},
    "Make Stone Sword": {"wood": 1, "stone": 1},
    "Make Iron Sword": {"wood": 1, "coal": 1, "iron": 1},
}
TOOLS = {
    "stone": "wood pickaxe",
    "coal": "wood pickaxe",
    "iron": "stone pickaxe",
    "diamond": "iron pickaxe",
}
BESIDE = 2  # steps to the far corner of the eight cells around


def review(action, state, seen, files):
    text = seen["observation"]
    line = re.search(r"^Your inventory: (.+)\.$", text, re.MULTILINE)
    front = re.search(r"^You face ([a-z ]+)\.$", text, re.MULTILINE)
    action = " ".join(action.replace("_", " ").split()).title()
    if action not in (*USES, "Do") or not line or not front or "You are asleep" in text:
        return None
    carried = {kind: int(count) for kind, count in re.findall(r"([a-z][a-z ]*) (\d+)", line[1])}
    why = _lacking(action, carried) or _far(action, text) or _in_front(action, front[1], carried)
    return f"{action} would do nothing: {why}." if why else None


def _lacking(action, carried):
    uses = USES.get(action, {})
    if all(carried.get(kind, 0) >= count for kind, count in uses.items()):
        return ""
    needed = ", ".join(f"{kind} {count}" for kind, count in uses.items())
    have = ", ".join(f"{kind} {carried.get(kind, 0)}" for kind in uses)
    return f"it takes {needed}; you carry {have}"


def _far(action, text):
    stations = ("table", "furnace") if "Iron" in action else ("table",)
    for station in stations if action.startswith("Make ") else ():
        found = re.search(rf"^- {station} (\d+) steps? to your ", text, re.MULTILINE)
        if not found or int(found[1]) > BESIDE:
            return f"no {station} is next to you"
    return ""


def _in_front(action, front, carried):
    if action == "Do" and TOOLS.get(front) not in (None, *carried):
        return f"{front} takes a {TOOLS[front]}"
    free = ("nothing", "water", "lava") if action == "Place Stone" else ("nothing",)
    if action.startswith("Place ") and front not in free:
        return f"{front} is in front of you"
    return ""
