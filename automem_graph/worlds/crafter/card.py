"""What the Crafter task says of itself. Light: reading it loads no game.

The rules are those of the Crafter package (1.8.3); a test compares the figures with its data.
"""

from __future__ import annotations

from automem_graph.protocols import TaskCard

NATIVE_NAMES = {
    "Noop": "noop",
    "Move West": "move_left",
    "Move East": "move_right",
    "Move North": "move_up",
    "Move South": "move_down",
    "Do": "do",
    "Sleep": "sleep",
    "Place Stone": "place_stone",
    "Place Table": "place_table",
    "Place Furnace": "place_furnace",
    "Place Plant": "place_plant",
    "Make Wood Pickaxe": "make_wood_pickaxe",
    "Make Stone Pickaxe": "make_stone_pickaxe",
    "Make Iron Pickaxe": "make_iron_pickaxe",
    "Make Wood Sword": "make_wood_sword",
    "Make Stone Sword": "make_stone_sword",
    "Make Iron Sword": "make_iron_sword",
}
"""Each action of the task and the Crafter action it stands for, in Crafter's order."""

INSTRUCTIONS = """\
You play Crafter, a survival game on a map of 64 by 64 cells seen from above. You start in its \
middle and see the 9 by 7 cells around you. Earn as many of 22 achievements as you can, each \
counted once, before you die or the steps run out.

Achievements: collect coal, collect diamond, collect drink, collect iron, collect sapling, \
collect stone, collect wood, defeat skeleton, defeat zombie, eat cow, eat plant, \
make iron pickaxe, make iron sword, make stone pickaxe, make stone sword, make wood pickaxe, \
make wood sword, place furnace, place plant, place stone, place table, wake up.

What you are told: the nearest thing of each kind in view. "5 steps to your north-west" counts \
the steps north plus the steps west. Grass, sand and path are open ground and are not named; \
facing "nothing" means open ground or the edge of the map.

Actions
- Move West, Move East, Move North, Move South: turn that way and, if the next cell is free open \
ground, walk onto it. Lava is walked into as well, and kills. Only moving turns you.
- Do: use what you face. A tree gives 1 wood and is gone; water gives 1 drink; grass gives 1 \
sapling one time in ten. Stone and coal need a wood pickaxe, iron a stone pickaxe, diamond an iron \
pickaxe: each gives 1 and leaves a path. A creature takes a hit. A ripe plant is eaten.
- Place Stone: 1 stone, onto open ground, water or lava in front of you. Place Table: 2 wood, onto \
open ground. Place Furnace: 4 stone, onto open ground. Place Plant: 1 sapling, onto grass.
- Make Wood Pickaxe, Make Wood Sword: 1 wood each. Make Stone Pickaxe, Make Stone Sword: 1 wood \
and 1 stone each. Make Iron Pickaxe, Make Iron Sword: 1 wood, 1 coal and 1 iron each. All need a \
table on one of the 8 cells around you, the iron ones a furnace there too.
- Sleep: fall asleep, unless energy is full. You sleep on, whatever you choose, until energy is \
full, which counts as waking up, or until you are hurt. Noop: do nothing.
You can hold 9 of each item. An action whose needs are not met does nothing.

Staying alive
- Health, food, drink and energy are 9 at most. Food falls by 1 every 26 steps, drink every 21, \
energy every 31; asleep, food and drink last twice as long and energy rises every 11 steps. While \
food, drink or energy is 0, health falls; otherwise it slowly recovers. At 0 health you die.
- A cow (3 hits by hand, fewer with a sword) gives 6 food. A ripe plant gives 4: a placed sapling \
needs more than 300 steps to ripen, and is lost if a cow, zombie or skeleton stands beside it.
- A zombie (5 hits by hand, 3 with a wood, 2 with a stone, 1 with an iron sword) next to you takes \
2 health, and 7 while you sleep. Zombies come on grass, more of them in the dark: of each day's \
300 steps, 150 to 270 are dark. Before you sleep, close off the cells around you, say with stone.
- A skeleton (3 hits by hand, 2 with a wood sword, 1 with a better one) haunts the paths inside \
mountains and shoots arrows that take 2 health and break tables and furnaces.\
"""

CARD = TaskCard(
    name="crafter",
    title="Crafter: survive and make tools on an unknown map",
    instructions=INSTRUCTIONS,
    actions=tuple(NATIVE_NAMES),
    default_action="Noop",
    max_steps=2000,
)
