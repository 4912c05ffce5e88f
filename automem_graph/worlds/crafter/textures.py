"""Crafter's own textures, by number: what a drawn scene refers to. Light: it loads no game."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from automem_graph.worlds.frames import Atlas

SIZE = 16
"""Pixels of a texture's side."""

NAMES = (
    "unknown",
    *("water", "grass", "stone", "path", "sand", "tree", "lava", "coal", "iron", "diamond"),
    *("table", "furnace"),
    *("player-left", "player-right", "player-up", "player-down", "player-sleep"),
    *("cow", "zombie", "skeleton", "arrow-left", "arrow-right", "arrow-up", "arrow-down"),
    *("plant", "plant-ripe", "fence"),
    *("health", "food", "drink", "energy", "sapling", "wood"),
    *("wood_pickaxe", "stone_pickaxe", "iron_pickaxe", "wood_sword", "stone_sword", "iron_sword"),
)
"""Materials, creatures and things, then items; those that are materials as well stand there."""

NUMBERS: Mapping[str, int] = MappingProxyType({name: place for place, name in enumerate(NAMES)})


@cache
def atlas() -> Atlas:
    """All of them in one strip; OSError where the package is not here, or has them no more."""
    from PIL import Image

    package = find_spec("crafter")
    if package is None or not package.origin:
        raise OSError("crafter is not installed")
    strip = Image.new("RGBA", (SIZE * len(NAMES), SIZE))
    for place, name in enumerate(NAMES):
        with Image.open(Path(package.origin).parent / "assets" / f"{name}.png") as texture:
            whole = texture.convert("RGBA").resize((SIZE, SIZE), Image.Resampling.NEAREST)
        strip.paste(whole, (SIZE * place, 0))
    file = io.BytesIO()
    strip.save(file, "PNG", optimize=True)
    image = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    return Atlas(size=SIZE, names=NAMES, image=image)
