"""A Crafter scene in words, by the convention of BALROG (arXiv 2411.13543) that the paper uses.

The text holds what BALROG's holds and no more: of each kind of thing in view the nearest, its
Manhattan distance and one of eight directions; what is in front; whether the player sleeps or
died; vitals and inventory. No coordinates, no step counter, no hour, no ripeness of plants; open
ground (grass, sand, path) is never named.
"""

from __future__ import annotations

from automem_graph.worlds.crafter.scene import VITALS, Scene, Thing, nearest


def describe(scene: Scene) -> str:
    """The scene as short paragraphs, separated by empty lines."""
    condition = _condition(scene)
    parts = [
        *([condition] if condition else []),
        _view(scene),
        f"You face {scene.facing or 'nothing'}.",
        f"{_vitals(scene)}\n{_inventory(scene)}",
    ]
    return "\n\n".join(parts)


def _condition(scene: Scene) -> str:
    if scene.dead:
        return "You died."
    if scene.sleeping:
        return "You are asleep: whatever you choose, you sleep on until your energy is full."
    return ""


def _view(scene: Scene) -> str:
    things = nearest(scene)
    if not things:
        return "You see nothing but open ground."
    return "\n".join(["You see:", *(f"- {_whereabouts(thing)}" for thing in things)])


def _whereabouts(thing: Thing) -> str:
    steps = "1 step" if thing.distance == 1 else f"{thing.distance} steps"
    return f"{thing.kind} {steps} to your {direction(thing.east, thing.south)}"


def direction(east: int, south: int) -> str:
    """One of eight words for an offset in cells; a slight diagonal counts as one (`north-west`)."""
    words = []
    if south:
        words.append("south" if south > 0 else "north")
    if east:
        words.append("east" if east > 0 else "west")
    return "-".join(words)


def _vitals(scene: Scene) -> str:
    levels = (f"{name} {scene.vitals[name]}/9" for name in VITALS)
    return f"Your status: {', '.join(levels)}."


def _inventory(scene: Scene) -> str:
    items = (f"{name.replace('_', ' ')} {count}" for name, count in scene.inventory.items())
    return f"Your inventory: {', '.join(items) or 'nothing'}."
