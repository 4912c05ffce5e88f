"""Drawing a world shows what its text says, and changes nothing of what happens next."""

import base64
import hashlib
import io
import random

import numpy as np
import pytest
from crafter_walk import walk
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from automem_graph.protocols import Observation
from automem_graph.worlds.crafter import drawing, textures
from automem_graph.worlds.crafter.engine import Engine
from automem_graph.worlds.crafter.text import describe
from automem_graph.worlds.frames import Drawable, Terminal, Tiles
from automem_graph.worlds.nethack.drawing import draw
from automem_graph.worlds.nethack.screen import Screen, Stats
from automem_graph.worlds.process import WorldProcess
from automem_graph.worlds.registry import find_task

DRAWN = ("crafter", "nethack", "minihack-quest-easy")


def drawn(world: object) -> Tiles | Terminal:
    assert isinstance(world, Drawable)
    return world.draw()


def walked(task: str, seed: int, looks: list[int]) -> list[Observation]:
    """A walk that is drawn so many times before each step, as long as it goes on."""
    kind, choice = find_task(task), random.Random(seed)
    world = kind.open(seed)
    answers = [world.reset()]
    for times in looks:
        frames = [drawn(world) for _ in range(times)]
        assert len({frame.model_dump_json() for frame in frames}) <= 1
        if answers[-1].done:
            break
        answers.append(world.step(choice.choice(kind.card.actions)))
    world.close()
    return answers


@pytest.mark.parametrize("task", DRAWN)
@settings(max_examples=5)
@given(data=st.data())
def test_a_world_that_is_drawn_is_the_twin_of_one_that_is_not(task: str, data: st.DataObject):
    seed = data.draw(st.integers(0, 2**31 - 1))
    looks = data.draw(st.lists(st.integers(0, 3), min_size=40, max_size=60))
    assert walked(task, seed, looks) == walked(task, seed, [0] * len(looks))


def test_no_random_number_of_crafter_is_taken_day_or_night():
    engine, choice = Engine(7), random.Random(7)
    digest = hashlib.sha256(describe(engine.scene()).encode())
    dark = []
    for _ in range(300):
        engine.step(choice.randrange(17))
        engine.player.inventory.update(health=9, food=9, drink=9)
        before = engine._world.random.get_state()[1].tobytes()
        dark.append(drawing.draw(engine).dark)
        assert engine._world.random.get_state()[1].tobytes() == before
        digest.update(describe(engine.scene()).encode())
    assert min(dark) < 0.1
    assert max(dark) > 0.9
    assert digest.hexdigest() == walk(7, 300)


def test_a_crafter_frame_has_the_player_in_its_middle_and_what_is_held():
    world = find_task("crafter").open(3)
    world.reset()
    for _ in range(3):
        seen = world.step("Move West")
    frame = drawn(world)
    assert isinstance(frame, Tiles)
    assert (frame.columns, frame.rows, len(frame.cells)) == (9, 7, 63)
    assert textures.NAMES[frame.cells[31][-1]] == "player-left"
    held = {name: count for _, count, name in frame.items}
    assert held == {**dict(seen.facts["vitals"]), **dict(seen.facts["inventory"])}  # type: ignore[call-overload]
    assert all(textures.NAMES[item].replace("_", " ") == name for item, _, name in frame.items)


def test_crafter_shows_creatures_over_the_ground_and_nothing_outside_the_map():
    engine = Engine(3)
    engine.player.pos[:] = (0, 0)
    cells = drawing.draw(engine).cells
    assert cells[0] == cells[27] == ()
    assert all(len(cell) in (1, 2) for cell in cells[31:36])


def test_every_texture_is_in_the_atlas_and_what_is_beneath_fills_its_cell():
    atlas = textures.atlas()
    kind, _, data = atlas.image.partition(",")
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert kind == "data:image/png;base64"
    assert image.size == (atlas.size * len(atlas.names), atlas.size)
    engine = Engine(1)
    for name in {material for material in engine._world._mat_ids if material}:
        left = atlas.size * textures.NUMBERS[name]
        alpha = image.crop((left, 0, left + atlas.size, atlas.size)).getchannel("A")
        assert alpha.getextrema() == (255, 255), name


def screen(row: str, colours: list[int]) -> Screen:
    cells = [*colours, *([0] * (80 - len(colours)))]
    return Screen(
        rows=(row, *([""] * 23)),
        cursor=(0, 4),
        message="",
        asks=None,
        things=(),
        stats=Stats(x=4, y=0, hp=1, max_hp=1, depth=1, experience_level=1, turn=1),
        inventory=(),
        colours=bytes([*cells, *([0] * 80 * 23)]),
    )


def test_a_terminal_joins_what_has_one_style():
    frame = draw(screen("  ab  cd@ in", [0, 0, 7, 7, 0, 0, 7, 1, 15, 16, 23, 23]))
    assert frame.rows[0] == (
        ("  ab  c", 7, False, False),
        ("d", 1, False, False),
        ("@", 15, True, False),
        (" ", 0, False, True),
        ("in", 7, False, True),
    )
    assert frame.cursor == (4, 0)
    assert len(frame.rows) == 24
    assert frame.rows[1] == ()


@pytest.mark.parametrize("task", ["nethack", "minihack-quest-easy"])
def test_a_terminal_shows_the_map_of_the_text(task: str):
    world = find_task(task).open(5)
    text = world.reset().text
    frame = drawn(world)
    assert isinstance(frame, Terminal)
    rows = ["".join(run[0] for run in row) for row in frame.rows]
    assert all(row in text for row in rows[1:])
    column, row = frame.cursor or (0, 0)
    assert rows[row][column] == "@"
    assert {run[1] for line in frame.rows for run in line} > {7}
    world.close()


@pytest.mark.parametrize("task", DRAWN)
def test_the_last_moment_can_be_drawn_and_nothing_before_the_first(task: str):
    kind, choice = find_task(task), random.Random(1)
    world = kind.open(1)
    with pytest.raises(RuntimeError, match="reset"):
        drawn(world)
    answer = world.reset()
    for _ in range(2000):
        if answer.done:
            break
        answer = world.step(choice.choice(kind.card.actions))
    assert drawn(world) == drawn(world)
    world.close()


def test_a_film_is_the_texts_and_frames_of_a_walk_and_stops_where_the_world_does():
    with WorldProcess.start() as process:
        world = process.open("minihack-corridor-r3", 2)
        first, stopped = world.film(["north", "east"], reset=True)
        assert [text for text, _ in first] == [
            world.reset().text,
            world.step("north").text,
            world.step("east").text,
        ]
        assert stopped == ""
        shots, stopped = world.film(["south", "fly", "south"], reset=False)
        assert len(shots) == 1
        assert "'fly' is no action" in stopped
        assert world.film(["north", "east"], reset=True) == (first, "")
        shots, stopped = process.open("gates", 2).film([], reset=True)
        assert not shots
        assert "gates cannot be drawn" in stopped


def test_a_frame_in_the_atlas_is_the_picture_that_crafter_draws_by_day():
    engine, choice = Engine(11), random.Random(11)
    strip = Image.open(io.BytesIO(base64.b64decode(textures.atlas().image.partition(",")[2])))
    for step in range(200):
        engine.step(choice.randrange(17))
        engine.player.inventory.update(health=9, food=9, drink=9)
        if step % 20 or engine.player.sleeping:
            continue
        frame = drawing.draw(engine)
        picture = Image.new("RGBA", (9 * 16, 7 * 16), (127, 127, 127, 255))
        for place, cell in enumerate(frame.cells):
            for texture in cell:
                tile = strip.crop((16 * texture, 0, 16 * texture + 16, 16))
                picture.alpha_composite(tile, (place % 9 * 16, place // 9 * 16))
        night, engine._world.daylight = engine._world.daylight, 1.0
        native = engine._local_view(engine.player, np.array((16, 16))).transpose((1, 0, 2))
        engine._world.daylight = night
        apart = np.abs(np.asarray(picture.convert("RGB")).astype(int) - native.astype(int))
        assert apart.max() <= 2
