"""An atlas of NetHack's levels, from their maps and from where the player has stood.

It tells how far each way is clear, how often one has been here and on the squares beside, openings
that nobody has looked into, dead ends, stairs, and whether creatures are about. Places are
row,column, as the cursor's are. A square is a number: WIDE times its row, plus its column.
"""

import re

WIDE, HIGH = 80, 23  # rows 1 to 21 hold the map, around it is a border
WAYS = {
    "north": -WIDE,
    "south": WIDE,
    "west": -1,
    "east": 1,
    "northwest": -WIDE - 1,
    "northeast": -WIDE + 1,
    "southwest": WIDE - 1,
    "southeast": WIDE + 1,
}
WALLS, BOULDERS = set(" -|}"), set("`0")
CREATURE = re.compile(r"[a-zA-Z@&;:'~]")
NEAR, DARK = 4, 0.25  # how far about the dark counts, and how many steps a square of it is worth
OPENINGS, LOOKED_AT = 6, 40  # that are named, and that are compared: the nearest
LEVELS, SQUARES = 6, 60  # levels and squares that are remembered: the latest
LATELY = 8  # steps


def observe(state, seen, files):
    text = seen["observation"]
    drawn = re.search(r"^Map:\n(.*?)\n\nStatus:", text, re.MULTILINE | re.DOTALL)
    at = re.search(r"^Cursor: row (\d{1,2}), column (\d{1,2}), on yourself", text, re.MULTILINE)
    if not drawn or not at or not 0 < int(at[1]) < HIGH - 1 or int(at[2]) > WIDE - 2:
        return "", state  # another game, or a question
    rows = [line[: WIDE - 1].ljust(WIDE) for line in drawn[1].split("\n")[: HIGH - 2]]
    cells = "".join([" " * WIDE, *rows]).ljust(WIDE * HIGH)
    here = int(at[1]) * WIDE + int(at[2])
    state = _remembered(state, re.search(r"\bDlvl:(\d{1,2})\b", text), cells, here)
    met = [seen["step"], *_creatures(text, cells, here)]
    old = [one for one in state.get("met", []) if seen["step"] - LATELY < one[0] < seen["step"]]
    state["met"] = [*old, met]
    return "\n".join([*_told(state, cells, here), *_about(state["met"], cells, here)]), state


def _remembered(state, depth, cells, here):
    """The state with this step in it: squares stood on and stairs by level, steps by square."""
    level = depth[1] if depth else "1"
    levels, same = state.get("levels", {}), state.get("level") == level
    page = levels.get(level, {"stood": "0", "down": -1})
    stood, times = int(page["stood"], 16), dict(state["times"] if same else ())
    for square in _line(state["at"], here) if same else [here]:
        stood |= 1 << square
    often = times.pop(here, 0) + 1
    down = cells.find(">")
    page = {"stood": f"{stood:x}", "down": down if down >= 0 else page["down"]}
    others = [one for one in levels.items() if one[0] != level][1 - LEVELS :]
    times = [*times.items(), (here, often)][-SQUARES:]
    kept = {"level": level, "at": here, "times": times, "levels": {**dict(others), level: page}}
    return {**state, **kept}


def _line(start, end):
    """The squares of a straight walk; only its end where it is not straight."""
    gap = end - start
    steps = max(abs(end // WIDE - start // WIDE), abs(end % WIDE - start % WIDE))
    if steps and gap % steps == 0 and gap // steps in WAYS.values():
        return range(start, end + gap // steps, gap // steps)
    return [end]


def _told(state, cells, here):
    page, times = state["levels"][state["level"]], dict(state["times"])
    bits = int(page["stood"], 16)
    stood = {at for at in range(WIDE, len(cells) - WIDE) if bits >> at & 1}
    land = "".join("." if at in stood and c == " " else c for at, c in enumerate(cells))
    doors = {mark.start() for mark in re.finditer(r"[-|+]", land) if _is_door(land, mark.start())}
    clear = {way: _clear(land, doors, here, way) for way in WAYS}
    worn = {way: times.get(here + step, 0) for way, step in WAYS.items()}
    often = f", for {times[here]} steps so far" if times[here] > 1 else ""
    yield f"Atlas of level {state['level']}: you are at {_place(here)}{often}."
    yield f"Clear: {', '.join(f'{way} {far}' for way, far in clear.items() if far) or 'no way'}."
    if max(worn.values()) > 2:
        yield f"Worn: {', '.join(f'{way} {often}' for way, often in worn.items() if often > 2)}."
    if openings := _openings(land, doors, stood, here):
        told = (f"{_place(at)} ({far} steps, {dark} dark)" for at, far, dark in openings)
        yield f"Unexplored: {'; '.join(told)}."
    elif sum(map(bool, clear.values())) == 1:
        yield "A dead end."
    if page["down"] >= 0:
        yield f"Stairs down: {_place(page['down'])}."


def _place(at):
    return f"{at // WIDE},{at % WIDE}"


def _is_door(land, at):
    """Whether a piece of wall, or a book, is a door: a way through, with wall on both sides."""
    across, along = land[at - 1] + land[at + 1], land[at - WIDE] + land[at + WIDE]
    ways = {"-": [(across, along)], "|": [(along, across)]}
    return any(
        set(wall) <= set("-| ") and through.strip() and WALLS.isdisjoint(through.strip())
        for through, wall in ways.get(land[at], [(across, along), (along, across)])
    )


def _steps(land, doors, at):
    """The squares that one step leads to, by their ways. In and out of doors none is diagonal."""
    for way, step in WAYS.items():
        to = at + step
        straight = abs(step) in (1, WIDE) or not (at in doors or to in doors)
        if straight and (to in doors or land[to] not in WALLS):
            yield way, to


def _clear(land, doors, at, way):
    """Steps in one direction until something is in the way."""
    far = 0
    while to := dict(_steps(land, doors, at)).get(way):
        if _taken(land[to]):
            break
        far, at = far + 1, to
    return far


def _taken(mark):
    return mark in BOULDERS or mark == "^" or CREATURE.match(mark)


def _openings(land, doors, stood, here):
    """Squares within reach beside the unknown, with steps to them and how much is dark about."""
    far, ring = {here: 0}, [here]
    for at in ring:
        for _, to in _steps(land, doors, at):
            if to not in far and land[to] not in BOULDERS:
                far[to] = far[at] + 1
                ring.append(to)
    known = {at + step for at in stood for step in WAYS.values()}
    blank = (at for at in range(WIDE, len(land) - WIDE) if land[at] == " ")
    dark = {at for at in blank if at not in known and at % WIDE < WIDE - 1}
    beside = (at for at in ring if at not in stood and any(at + s in dark for s in WAYS.values()))
    found = [
        (at, far[at], _dark(dark, at)) for at, _ in zip(beside, range(LOOKED_AT), strict=False)
    ]
    return sorted(found, key=lambda one: one[1] - DARK * one[2])[:OPENINGS]


def _dark(dark, at):
    about = range(-NEAR, NEAR + 1)
    rows = [row for row in about if 0 < at // WIDE + row < HIGH - 1]
    return sum(at + row * WIDE + column in dark for row in rows for column in about)


def _creatures(text, cells, here):
    """How many creatures are beside that are no friends, and how many have just died."""
    line = r"^- (?:tame|peaceful) [^\n,]*, (?:adjacent|1 step), ([^\n]*)$"
    friends = sum(len(re.findall(r",| and ", told)) + 1 for told in re.findall(line, text, re.M))
    beside = sum(1 for step in WAYS.values() if CREATURE.match(cells[here + step]))
    return max(0, beside - friends), len(re.findall(r"\b(?:kill|destroy) ", text.split("\n", 1)[0]))


def _about(met, cells, here):
    killed = sum(one[2] for one in met)
    if pack := max(met[-1][1] + killed, *(one[1] for one in met), 0):
        yield f"Creatures lately: {pack}."
    if not any(CREATURE.match(mark) for at, mark in enumerate(cells) if at != here):
        yield "Quiet: no creature is in view."
