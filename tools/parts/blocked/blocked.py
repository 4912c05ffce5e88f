"""Sends back a move that has changed nothing again and again, until what is seen changes.

Only moves: to wait or to search may need many tries. The host lets a review send back two actions
a step at most, so that a third try gets through.
"""

import re

MOVE = re.compile(r"(?:move |go |far )?(?:north|south|west|east|left|right|up|down)(?:west|east)?")
TRIES = 2


def observe(state, seen, files):
    """Count the moves since what is seen has changed last; says nothing."""
    tried = state.get("tried", {}) if seen["unchanged"] else {}
    move = _move(seen["last_action"])
    if move and seen["unchanged"]:
        tried = {**tried, move: tried.get(move, 0) + 1}
    return "", {"tried": tried}


def review(action, state, seen, files):
    times = state.get("tried", {}).get(_move(action), 0)
    if times < TRIES:
        return None
    return f"{action} has changed nothing, {times} times in a row: what you see stays the same."


def _move(action):
    """The move in plain words; empty for what is none."""
    plain = " ".join(action.replace("_", " ").lower().split())
    return plain if MOVE.fullmatch(plain) else ""
