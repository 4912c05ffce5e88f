"""Tells the agent where it is in Crafter, counted from where it began, and which way it faces.

A move that is blocked only turns. Whether it was blocked follows from what was seen before and
after it; Crafter's text names the nearest thing of each kind, of equally near ones the westernmost,
then the northernmost. Where that leaves both possible, which is rare, a move counts as blocked.
"""

import re

STEPS = {"west": (-1, 0), "north": (0, -1), "south": (0, 1), "east": (1, 0)}
ORDER = list(STEPS)
MAP = range(-32, 32)
MOVING = ("zombie", "skeleton", "cow", "arrow")


def observe(state, seen, files):
    if _ahead(seen["observation"]) is None:
        return "", {}  # another game
    if seen["step"] == 0:
        state = {"step": 0, "x": 0, "y": 0, "facing": "south"}
    elif state.get("step") != seen["step"] - 1:
        return "", {}  # where it is now, nobody knows
    else:
        state = {**_moved_on(state, seen), "step": seen["step"]}
    return f"Position: {state['x']}, {state['y']}, facing {state['facing']}.", state


def _moved_on(state, seen):
    way = seen["last_action"].removeprefix("Move ").lower()
    asleep = "You are asleep" in seen["previous"] and "energy 9/" not in seen["previous"]
    if way not in STEPS or asleep:
        return state
    x, y = state["x"] + STEPS[way][0], state["y"] + STEPS[way][1]
    moved = x in MAP and y in MAP and _was_free(state["facing"], way, seen)
    return {**state, "facing": way, **({"x": x, "y": y} if moved else {})}


def _was_free(facing, way, seen):
    before, now = _things(seen["previous"]), _things(seen["observation"])
    if way == facing:
        return _ahead(seen["previous"]) == "nothing"
    beside = {kind: where for kind, steps, where in before if steps == 1}
    if way in beside.values():
        return False
    hides = beside.get(_ahead(seen["observation"]))  # may hide another of its kind
    if hides is None or ORDER.index(hides) > ORDER.index(way):
        return True
    return any(kind not in MOVING for kind, *_ in set(before) ^ set(now))


def _things(text):
    found = re.findall(r"^- ([a-z ]+) (\d+) steps? to your ([a-z-]+)$", text, re.MULTILINE)
    return [(kind, int(steps), where) for kind, steps, where in found]


def _ahead(text):
    found = re.search(r"^You face ([a-z ]+)\.$", text, re.MULTILINE)
    return found[1] if found else None
