"""An atlas of NetHack's levels, from their maps and from where the player has stood.

It tells how far each way is clear, how often one has been here and beside, what is unexplored, and
whether creatures are about. Places are row,column.
"""

import re

WIDE, HIGH = 80, 23  # rows 1 to 21 hold the map; a square is a number, WIDE times row plus column
NAMES = ["north", "south", "west", "east", "northwest", "northeast", "southwest", "southeast"]
STEPS = [-WIDE, WIDE, -1, 1, -WIDE - 1, -WIDE + 1, WIDE - 1, WIDE + 1]
WALLS, BOULDERS = set(" -|}"), set("`0")
CREATURE, IN_THE_WAY = re.compile(r"[a-zA-Z@&;:'~]"), re.compile(r"[a-zA-Z@&;:'~`0^]")
NEAR, DARK = 4, 0.25  # how far about the dark counts, and how many steps a square of it is worth
OPENINGS, LOOKED_AT = 6, 40  # that are named, and that are compared: the nearest
LEVELS, SQUARES, LATELY = 6, 60, 8  # levels, squares and steps that are remembered: the latest


def observe(state, seen, files):
    text = seen["observation"]
    drawn = re.search(r"^Map:\n(.*?)\n\nStatus:", text, re.MULTILINE | re.DOTALL)
    at = re.search(r"^Cursor: row (\d{1,2}), column (\d{1,2}), on yourself", text, re.MULTILINE)
    if not drawn or not at or not 0 < int(at[1]) < HIGH - 1 or int(at[2]) > WIDE - 2:
        return "", state  # another game, or a question
    rows = [line[: WIDE - 1].ljust(WIDE) for line in drawn[1].split("\n")[: HIGH - 2]]
    cells = "".join([" " * WIDE, *rows]).ljust(WIDE * HIGH)
    here = int(at[1]) * WIDE + int(at[2])
    state = _remembered(state, re.search(r"\bDlvl:(\d{1,2})\b", text), here)
    old = [one for one in state.get("met", []) if seen["step"] - LATELY < one[0] < seen["step"]]
    state["met"] = [*old, [seen["step"], *_creatures(text, cells, here)]]
    return "\n".join([*_told(state, cells, here), *_about(state["met"], cells, here)]), state


def _remembered(state, depth, here):
    """The state with this step in it: squares stood on, by level, and steps on the latest here."""
    level, levels = depth[1] if depth else "1", state.get("levels", {})
    times = dict(state["times"] if state.get("level") == level else ())
    times = {**times, here: times.pop(here, 0) + 1}
    others = [one for one in levels.items() if one[0] != level][1 - LEVELS :]
    levels = {**dict(others), level: f"{int(levels.get(level, '0'), 16) | 1 << here:x}"}
    return {**state, "level": level, "times": list(times.items())[-SQUARES:], "levels": levels}


def _told(state, cells, here):
    bits, times = int(state["levels"][state["level"]], 16), dict(state["times"])
    stood = {at for at in range(WIDE, len(cells) - WIDE) if bits >> at & 1}
    land = "".join("." if at in stood and c == " " else c for at, c in enumerate(cells))
    doors = {mark.start() for mark in re.finditer(r"[-|+]", land) if _is_door(land, mark.start())}
    clear = [_clear(land, doors, here, step) for step in STEPS]
    worn = [times.get(here + step, 0) for step in STEPS]
    often = f", for {times[here]} steps so far" if times[here] > 1 else ""
    yield f"Atlas of level {state['level']}: you are at {here // WIDE},{here % WIDE}{often}."
    told = ", ".join(f"{n} {far}" for n, far in zip(NAMES, clear, strict=True) if far)
    yield f"Clear: {told or 'no way'}."
    if told := ", ".join(f"{n} {w}" for n, w in zip(NAMES, worn, strict=True) if w > 2):
        yield f"Worn: {told}."
    if found := "; ".join(_openings(land, doors, stood, here)):
        yield f"Unexplored: {found}."


def _is_door(land, at):
    """Whether a piece of wall, or a book, is a door: a way through, with wall on both sides."""
    across, along = land[at - 1] + land[at + 1], land[at - WIDE] + land[at + WIDE]
    ways = {"-": [(across, along)], "|": [(along, across)]}
    return any(
        set(wall) <= set("-| ") and through.strip() and WALLS.isdisjoint(through.strip())
        for through, wall in ways.get(land[at], [(across, along), (along, across)])
    )


def _leads(land, doors, at, step):
    """Whether one may step so; in and out of doors not diagonally."""
    straight = abs(step) in (1, WIDE) or not (at in doors or at + step in doors)
    return straight and (at + step in doors or land[at + step] not in WALLS)


def _clear(land, doors, at, step):
    far = 0
    while _leads(land, doors, at, step) and not IN_THE_WAY.match(land[at + step]):
        far, at = far + 1, at + step
    return far


def _openings(land, doors, stood, here):
    """Squares within reach beside the unknown; what is dark about them speaks for them."""
    far, ring = {here: 0}, [here]
    for at in ring:
        for to in (at + step for step in STEPS if _leads(land, doors, at, step)):
            if to not in far and land[to] not in BOULDERS:
                far[to] = far[at] + 1
                ring.append(to)
    blank = {at for at in range(WIDE, len(land) - WIDE) if land[at] == " " and (at + 1) % WIDE}
    dark, about = blank - {at + step for at in stood for step in STEPS}, range(-NEAR, NEAR + 1)
    beside = [at for at in ring if at not in stood and any(at + s in dark for s in STEPS)]
    found = {at: sum(at + r * WIDE + c in dark for r in about for c in about)
             for at in beside[:LOOKED_AT]}  # fmt: skip
    best = sorted(found, key=lambda at: far[at] - DARK * found[at])[:OPENINGS]
    return (f"{at // WIDE},{at % WIDE} ({far[at]} steps, {found[at]} dark)" for at in best)


def _creatures(text, cells, here):
    """How many creatures are beside that are no friends, and how many have just died."""
    line = r"^- (?:tame|peaceful) [^\n,]*, (?:adjacent|1 step), ([^\n]*)$"
    friends = sum(len(re.findall(r",| and ", told)) + 1 for told in re.findall(line, text, re.M))
    beside = sum(1 for step in STEPS if CREATURE.match(cells[here + step]))
    return max(0, beside - friends), len(re.findall(r"\b(?:kill|destroy) ", text.split("\n", 1)[0]))


def _about(met, cells, here):
    if pack := max(met[-1][1] + sum(one[2] for one in met), *(one[1] for one in met), 0):
        yield f"Creatures lately: {pack}."
    if not any(CREATURE.match(mark) for at, mark in enumerate(cells) if at != here):
        yield "Quiet: no creature is in view."
