"""Gates: three gates to rooms that keep their things, and goals among what was seen."""

import re

import pytest

from automem_graph.worlds.gates.task import CARD
from automem_graph.worlds.gates.world import GATES, MOST_GOALS, ROOMS, STAY, THINGS, GatesWorld
from automem_graph.worlds.process import WorldProcess
from automem_graph.worlds.registry import find_task, suite_names, task_names


def gates(text: str) -> list[str]:
    return re.findall("gates (.*)", text)[0].split()


def wander(seed: int, steps: int = 24, choose: int = 0) -> list[str]:
    """The texts of a walk through the gate at a place of the row."""
    world = GatesWorld(seed)
    texts = [world.reset().text]
    for _ in range(steps):
        texts.append(world.step(gates(texts[-1])[choose]).text)
    return texts


def test_it_is_a_task_that_no_list_names():
    assert find_task("gates").card is CARD
    assert "gates" not in task_names()
    assert "gates" not in suite_names()
    assert set(CARD.actions) == {*ROOMS, STAY}


def test_the_seed_decides_all_also_in_another_process_and_after_a_reset():
    here = wander(7)
    assert here == wander(7) != wander(8)
    actions = [gates(text)[0] for text in here[:-1]]
    with WorldProcess.start() as worlds:
        assert worlds.open("gates", 7).replay(actions).text == here[-1]
    world = GatesWorld(7)
    for action in actions[:5]:
        world.step(action)
    assert world.reset().text == here[0]


def test_a_room_keeps_its_thing_and_offers_three_other_rooms():
    held: dict[str, str] = {}
    for text in wander(3, steps=60)[1:]:
        room, thing = re.findall(r"room (\S+) has (\S+)", text)[0]
        assert held.setdefault(room, thing) == thing
        assert thing in THINGS
        assert len({*gates(text), room}) == GATES + 1
    assert len(held) > 8


def test_what_is_wanted_was_seen_and_reaching_it_is_the_only_progress():
    for seed in range(20):
        seen: dict[str, str] = {}
        world = GatesWorld(seed)
        answer, goals = world.reset(), 0
        while answer.progression < 1.0 and goals < 40:
            wanted = re.findall("wanted (.*)", answer.text)[0]
            assert wanted == "nothing" or seen[wanted] in gates(answer.text)
            answer = world.step(gates(answer.text)[0])
            room, thing = re.findall(r"room (\S+) has (\S+)", answer.text)[0]
            goals += thing == wanted
            seen[thing] = room
            assert thing != wanted or "wanted nothing" in answer.text
            assert answer.reward == (thing == wanted)
            assert answer.progression == min(1.0, goals / MOST_GOALS)
        assert goals == MOST_GOALS


def test_who_stays_or_takes_no_gate_goes_nowhere_and_time_passes():
    world = GatesWorld(5)
    offered = gates(world.reset().text)
    absent = next(room for room in ROOMS if room not in offered)
    assert world.step(absent).text.startswith("outside\n")
    answer = world.step(STAY)
    assert answer.text.startswith("outside\n")
    assert gates(answer.text) != offered
    with pytest.raises(ValueError, match="'gap' is no action of gates"):
        world.step("gap")


def test_twins_that_part_ways_are_offered_much_the_same():
    one, other = wander(11), wander(11, choose=1)
    shared = [len({*gates(a)} & {*gates(b)}) for a, b in zip(one, other, strict=True)]
    strangers = [len({*gates(a)} & {*gates(b)}) for a, b in zip(one, wander(12), strict=True)]
    assert sum(shared) > 2 * sum(strangers)


def test_no_name_is_found_where_another_one_is_meant():
    names = (*ROOMS, *THINGS, STAY)
    assert [(a, b) for a in names for b in names if a in b and a != b] == []
