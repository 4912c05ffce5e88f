"""Prompts for a situation, what is known beforehand, and moves that lead nowhere."""

from pathlib import Path
from typing import Any

import crafter
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import BaseMessage

from automem_graph.models.player.player import OfflinePlayer
from automem_graph.scaffold.sources import compile_scaffold
from automem_graph.structure.parts.part import read_part
from support.parts import PARTS, Files, load, scaffold_of, seen
from support.playing import table

blocked = load("blocked")
ASKED = (
    "Message: In what direction?\n\nYou see nothing of note.\n\n"
    "Cursor: row 0, column 20, in the message line"
)
AWAKE = (
    "You see:\n- cow 2 steps to your west\n\nYou face nothing.\n\n"
    "Your status: health 3/9, food 5/9, drink 0/9, energy 9/9.\nYour inventory: nothing."
)
ASLEEP = f"You are asleep: whatever you choose, you sleep on.\n\n{AWAKE}"
NAMES = {"done": {"form": "<|DONE|>"}, "commit": {"form": "<|ACTION|>action<|END|>"}}


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("scaffolds") / "mine"
    return compile_scaffold(Path(scaffold_of(folder, "situations"))).templates


def opened(templates: Any, routine: str, observation: str, **known: Any) -> str:
    known = {"previous": "", "step": 7, "log_ran": True, "last_action": "kick", **known}
    usual = {"unchanged": 0, "notes": "A note.", "index": [], "injected": [], "actions": NAMES}
    page = templates.get_template(f"{routine}.md")
    return str(page.render(**{**usual, **known, "observation": observation}))


def test_while_the_game_asks_log_is_short_and_plan_is_about_the_answer(templates: Any):
    asked = f"{ASKED}\n\nMap:\n  @"
    log, plan = (opened(templates, routine, asked) for routine in ("log", "plan"))
    assert log.startswith("# LOG, step 7\n")
    assert "Your last action: kick" in log
    assert "Map:" not in log
    assert plan.startswith("# PLAN, step 7\n")
    assert asked in plan
    assert "your action is the answer" in plan
    assert "\nRecall what you need" not in plan


def test_asleep_log_needs_no_past_and_plan_no_files(templates: Any):
    log = opened(templates, "log", ASLEEP, previous=ASLEEP)
    assert log.count(ASLEEP) == 1
    assert "A note." in log
    assert "You have no files yet." in log
    plan = opened(templates, "plan", ASLEEP)
    assert "no action of yours does anything" in plan
    assert "no files yet" not in plan
    falling = opened(templates, "log", ASLEEP, previous=AWAKE)
    assert f"What you saw before it:\n{AWAKE}" in falling


@pytest.mark.parametrize(("step", "dark"), [(149, False), (150, True), (570, True), (571, False)])
def test_danger_is_told_in_plan_alone(templates: Any, step: int, dark: bool):
    plan, log = (opened(templates, name, AWAKE, step=step) for name in ("plan", "log"))
    told = "Your health is at 3: get away from what hurts you.\n"
    told += "Your drink is at 0: drink before all else.\n"
    assert told in plan
    assert ("It is dark" in plan) == dark
    assert told not in log
    assert "What is seen" not in opened(templates, "plan", "Hello.")


_LINES = st.sampled_from(["Your status: ", "health 3/9", "\n\nCursor: ", "in the menu", ASLEEP])


@given(st.lists(_LINES | st.text(max_size=20), max_size=6).map("".join))
def test_any_text_has_a_prompt(templates: Any, text: str):
    for routine in ("log", "plan"):
        opening = opened(templates, routine, text, previous=text)
        assert opening.startswith(f"# {routine.upper()}, step 7\n")
        assert opening.count("<|") >= 1


def kicking_first(messages: list[BaseMessage]) -> str:
    """The offline player, but for its first action: so the game asks it for a direction."""
    first = "# PLAN, step 0" in messages[-1].text
    return "<|ACTION|>kick<|END|>" if first else OfflinePlayer().invoke(messages).text


def test_the_offline_player_reads_the_short_prompts_as_it_reads_the_long_ones(tmp_path: Path):
    played = []
    for name, parts in (("plain", ()), ("short", ("situations",))):
        scaffold = scaffold_of(tmp_path / name, *parts)
        known = {"task": "nethack", "seed": 43, "scaffold": scaffold}
        with table(kicking_first, run=f"run-{name}", steps=8, **known) as at:
            at.play()
            played.append([row.action for row in at.rows()])
            short = "The game only asks for more" in at.said(1)[0][1]
            assert short == (name == "short")
    assert played[0] == played[1]
    assert len(played[0]) == 8


def test_the_figures_of_crafter_s_guide_are_crafter_s():
    guide = read_part(PARTS / "knowledge").texts["files/crafter/guide.md"]
    rules = crafter.constants
    built = [*rules.make.values(), rules.place["table"], rules.place["furnace"]]
    whole = {kind: sum(rule["uses"].get(kind, 0) for rule in built) for kind in rules.items}
    told = "take {wood} wood, {stone} stone, {coal} coal and {iron} iron, if one table"
    assert told.format(**whole) in guide
    first = [rules.place["table"], rules.make["wood_pickaxe"], rules.make["wood_sword"]]
    wood = [rule["uses"]["wood"] for rule in first]
    line = (
        "{} wood: place a table ({}), beside it make the wood pickaxe ({}) and the wood sword ({})"
    )
    assert line.format(sum(wood), *wood) in guide
    assert whole["wood"] - sum(wood) == 4
    assert f"Place a furnace ({rules.place['furnace']['uses']['stone']} stone)" in guide
    for name, why in (("stone", "1 wood, 1 stone each"), ("iron", "1 wood, 1 coal, 1 iron each")):
        for tool in ("pickaxe", "sword"):
            uses = rules.make[f"{name}_{tool}"]["uses"]
            assert ", ".join(f"{count} {kind}" for kind, count in uses.items()) + " each" == why
        assert f"the {name} pickaxe and the {name} sword ({why})" in guide


def moved(*actions: str, unchanged: bool = True) -> dict[str, Any]:
    """The part's state after these actions, each of which has changed nothing."""
    state: dict[str, Any] = {}
    for number, action in enumerate(actions, start=1):
        known = seen("wall", last_action=action, unchanged=number if unchanged else 0)
        note, state = blocked.observe(state, known, Files())
        assert note == ""
    return state


def test_a_move_that_has_changed_nothing_twice_is_sent_back():
    state = moved("north", "east", "search", "search", "search", "Move North", "north")
    said = blocked.review("North", state, seen("wall"), Files())
    assert said == "North has changed nothing, 2 times in a row: what you see stays the same."
    for action in ("east", "search", "south", "kick", "far north"):
        assert blocked.review(action, state, seen("wall"), Files()) is None


def test_once_something_has_changed_every_move_is_free():
    assert blocked.review("west", moved("west", "west"), seen(), Files())
    free = moved("west", "west", unchanged=False)
    assert blocked.review("west", free, seen(), Files()) is None
