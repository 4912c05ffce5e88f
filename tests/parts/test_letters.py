"""What the published loop 1 discovered, (a) to (h): each in a scaffold made from v0, and played.

Prompt edits alone could not express most of it; parts and plain edits of a scaffold's files do.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from automem_graph.structure.parts.part import read_part
from support import toy
from support.parts import PARTS, play_offline, scaffold_of
from support.playing import Table, table
from support.scripted import Say, by_routine, in_turn, routine

DONE = "<|DONE|>"
V0 = Path(__file__).parents[2] / "tools" / "v0"


def commit(action: str) -> str:
    return f"<|ACTION|>{action}<|END|>"


def both(log: Say, plan: Say) -> Say:
    return lambda messages: (plan if routine(messages) == "plan" else log)(messages)


def v0(name: str, *replaced: tuple[str, str]) -> str:
    """A file of v0 with some of its text replaced."""
    text = (V0 / name).read_text()
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    return text


def prompt(at: Table, step: int) -> str:
    """All that the user side said in a step."""
    return "\n".join(text for role, text in at.said(step) if role == "user")


def memory(at: Table) -> Mapping[str, str]:
    return {path.name: path.read_text() for path in at.folder.memory.iterdir()}


@pytest.mark.parametrize("how", ["files", "hook"])
def test_a_initial_files_are_prefilled(tmp_path: Path, how: str):
    hook = "def initial_files(task):\n    return {'plan.md': 'Walk right.\\n'}\n"
    files = {"files": {f"files__{toy.NAME}__plan_md": "Walk right.\n"}, "hook": {"hooks_py": hook}}
    toml = v0("scaffold.toml", ("plan = []", 'plan = ["plan.md"]'))
    scaffold = scaffold_of(tmp_path / "mine", **files[how], scaffold_toml=toml)
    with table(by_routine(DONE, commit("Right")), steps=2, scaffold=scaffold) as at:
        at.play()
        assert memory(at) == {"plan.md": "Walk right.\n"}
        assert "- plan.md (1 line)\n\nplan.md says:\nWalk right." in prompt(at, 0)


NEAR = """

def near(files, file, place):
    x, y = map(int, place.split(","))
    keys = re.findall(r"^(-?\\d+),(-?\\d+): (.*)$", files.text(file) or "", re.MULTILINE)
    found = [text for a, b, text in keys if abs(int(a) - x) + abs(int(b) - y) <= 3]
    return "\\n".join(found) or "Nothing is near.", len(found)
"""
NEAR_TOML = """
[[actions]]
name = "NEAR"
kind = "search"
routines = ["plan"]
args = ["file", "place"]
help = "show what the map has within three steps of a place `x,y`"
"""


def test_b_new_actions_have_code(tmp_path: Path):
    scaffold = scaffold_of(
        tmp_path / "mine",
        "keyed",
        actions_py=f"import re\n\n{v0('actions.py')}{NEAR}",
        scaffold_toml=f"{v0('scaffold.toml')}{NEAR_TOML}",
    )
    log = "<|PUT|>map.md|0,0|a table<|END|><|PUT|>map.md|9,9|water<|END|>" + DONE
    plan = in_turn(commit("Wait"), "<|NEAR|>map.md|1,2<|END|>", commit("Wait"))
    with table(both(in_turn(log), plan), steps=3, scaffold=scaffold) as at:
        at.play()
        assert memory(at) == {"map.md": "0,0: a table\n9,9: water\n"}
        assert "`<|NEAR|>file|place<|END|>`" in at.rows()[0].messages[0]["content"]
        assert "<|NEAR|>map.md|1,2<|END|>\na table\n" in prompt(at, 1)


def test_c_templates_are_rewritten_and_files_injected(tmp_path: Path):
    log = v0("prompts/log.md", ("What about this answer is worth", "Which of it is still worth"))
    scaffold = scaffold_of(tmp_path / "mine", "status", prompts__log_md=log)
    say = by_routine("<|WRITE|>status.md|All is well.<|END|>" + DONE, commit("Wait"))
    with table(say, steps=3, scaffold=scaffold) as at:
        at.play()
        assert "Which of it is still worth remembering?" in prompt(at, 1)
        assert "status.md says:\nAll is well." in prompt(at, 2)
        assert "- `status.md` says how things stand now" in at.rows()[0].messages[0]["content"]


def test_d_observers_with_a_state_tell_position_inventory_and_loops(tmp_path: Path):
    scaffold = scaffold_of(tmp_path / "mine", "position", "inventory", "loops")
    walk = in_turn(*[commit(f"Move {way}") for way in ["West", "East"] * 4])
    with table(both(in_turn(DONE), walk), task="crafter", steps=8, scaffold=scaffold) as at:
        at.play()
        assert "Position: 0, 0, facing south." in prompt(at, 0)
        assert "Position: -1, 0, facing west." in prompt(at, 1)
        assert "Position: 0, 0, facing east." in prompt(at, 2)
        assert "Loop: your last 6 actions only repeat Move West, Move East." in prompt(at, 6)
        assert set(at.rows()[7].hook_state) == {"position", "inventory", "loops"}


def test_d_what_was_collected_is_told_when_it_came(tmp_path: Path):
    """The offline player's first wood of seed 42, in words."""
    _, rows = play_offline(scaffold_of(tmp_path / "mine", "inventory"), "crafter", steps=12)
    said = [row.messages[1]["content"] for row in rows]
    came = next(number for number, text in enumerate(said) if "Your inventory: wood 1." in text)
    assert "Inventory change: wood +1." in said[came]
    assert not [text for text in said[:came] if "Inventory change" in text]


def test_e_after_log_prunes_keeps_a_status_and_writes_stubs(tmp_path: Path):
    scaffold = scaffold_of(tmp_path / "mine", "pruner", "inventory", "stub")
    lines = "\n".join(["!the goal", *(f"line {n}" for n in range(140))])
    log = in_turn(f"<|WRITE|>notes.md|{lines}<|END|>{DONE}", DONE)
    with table(
        both(log, in_turn(commit("Noop"))), task="crafter", steps=4, scaffold=scaffold
    ) as at:
        at.play()
        kept = memory(at)
    assert kept["notes.md"].splitlines()[:2] == ["!the goal", "line 66"]
    assert kept["inventory.md"] == "nothing\n"
    assert re.fullmatch(r"(Step \d: Noop(; what you saw did not change)?\.\n)+", kept["recent.md"])
    assert [line[:6] for line in kept["recent.md"].splitlines()] == ["Step 2", "Step 3"]


def test_f_other_words_are_understood_and_the_impossible_is_sent_back_twice(tmp_path: Path):
    scaffold = scaffold_of(tmp_path / "mine", "spelling", "needs")
    say = by_routine(DONE, commit("craft a wooden pickaxe"))
    with table(say, task="crafter", steps=2, scaffold=scaffold) as at:
        at.play()
        rows = at.rows()
    why = "Make Wood Pickaxe would do nothing: it takes wood 1; you carry wood 0."
    for row in rows:
        assert row.rejections == (why, why)
        assert (row.said, row.action) == ("craft a wooden pickaxe", "Make Wood Pickaxe")


def test_f_what_was_sent_back_can_be_thought_over(tmp_path: Path):
    scaffold = scaffold_of(tmp_path / "mine", "needs")
    with table(
        in_turn(commit("Place Table"), commit("Noop")), task="crafter", steps=1, scaffold=scaffold
    ) as at:
        at.play()
        (row,) = at.rows()
    assert (len(row.rejections), row.action) == (1, "Noop")
    assert "Not taken: Place Table would do nothing: it takes wood 2" in row.messages[3]["content"]


SHORT = """
{% if "In what direction?" in observation %}
The game asks in what direction. Nothing has happened yet: {{ actions.done.form }}
{% else %}
"""


def test_g_a_situation_and_a_task_have_prompts_of_their_own(tmp_path: Path):
    heading = "# LOG, step {{ step }}\n"
    log = v0("prompts/log.md", (heading, heading + SHORT)) + "{% endif %}\n"
    system = v0("prompts/system.md") + "{% if task.name == 'nethack' %}Go down.\n{% endif %}"
    scaffold = scaffold_of(tmp_path / "mine", prompts__log_md=log, prompts__system_md=system)
    acts = in_turn(*map(commit, ["kick", "esc", "search"]))
    with table(both(in_turn(DONE), acts), task="nethack", steps=3, scaffold=scaffold) as at:
        at.play()
        asked, after = prompt(at, 1), prompt(at, 2)
        assert at.rows()[0].messages[0]["content"].endswith("Go down.")
    assert "The game asks in what direction." in asked
    assert "Map:" not in asked.partition("# PLAN")[0]
    assert "Map:" in after
    with table(by_routine(DONE, commit("Wait")), run="other", steps=1, scaffold=scaffold) as at:
        at.play()
        assert "Go down." not in at.rows()[0].messages[0]["content"]


def test_h_map_and_status_are_read_for_the_agent(tmp_path: Path):
    scaffold = scaffold_of(tmp_path / "mine", "survey")
    say = by_routine(DONE, commit("east"))
    with table(say, task="nethack", seed=43, steps=2, scaffold=scaffold) as at:
        at.play()
        found = re.search(r"On the map \(row,column\): stairs up < at (\d+),(\d+)", prompt(at, 1))
        rows = at.rows()[0].answer.text.partition("\nMap:\n")[2].split("\n")
    assert found is not None
    assert rows[int(found[1]) - 1][int(found[2])] == "<"


EVERY_LETTER = ("knowledge", "keyed", "position", "inventory", "loops", "stub", "spelling", "needs")


def test_one_scaffold_has_all_of_it_and_plays(tmp_path: Path):
    """(a) to (h) together, through the real agent, on two games."""
    parts = [*EVERY_LETTER, "blocked", "situations", "survey"]
    scaffold = scaffold_of(tmp_path / "mine", *parts)
    assert {letter for name in parts for letter in read_part(PARTS / name).about.expresses} == set(
        "abcdefgh"
    )

    log = in_turn("<|PUT|>map.md|0,0|home<|END|>" + DONE, DONE)
    plan = in_turn(*map(commit, ["go west", "Place Table", "Place Table", "Noop", "Noop"]))
    with table(both(log, plan), task="crafter", steps=3, scaffold=scaffold) as at:
        at.play()
        kept, rows, second = memory(at), at.rows(), prompt(at, 2)
        system = rows[0].messages[0]["content"]
    assert "8 wood" in kept["guide.md"]  # (a)
    assert kept["map.md"] == "0,0: home\n"  # (b)
    assert "guide.md says:\nThe tools and stations" in second  # (c)
    assert "- `map.md` says where things are." in system
    assert "Position: " in second  # (d)
    assert (kept["inventory.md"], kept["recent.md"][:7]) == ("nothing\n", "Step 2:")  # (e)
    assert [row.action for row in rows] == ["Move West", "Noop", "Noop"]  # (f)
    assert [len(row.rejections) for row in rows] == [0, 2, 0]

    acts = in_turn(*map(commit, ["go east", "kick the door", "escape"]))
    say = both(in_turn(DONE), acts)
    with table(say, run="other", task="nethack", seed=43, steps=3, scaffold=scaffold) as at:
        at.play()
        moved, asked = prompt(at, 1), prompt(at, 2)
    assert "The game only asks for more" in asked  # (g)
    assert asked.count("Map:") == 1
    assert "stairs up < at" in moved  # (h)
