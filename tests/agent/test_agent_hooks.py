"""What a scaffold's hooks can do to a step, and what they cannot."""

from pathlib import Path

import pytest

from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import files_at
from support.playing import scaffold_with, table
from support.scripted import by_routine, in_turn

DONE = "<|DONE|>"
RIGHT = "<|ACTION|>Right<|END|>"


def test_observe_keeps_state_between_steps_and_puts_notes_into_the_prompt(tmp_path: Path):
    hooks = """
def observe(state, seen, files):
    count = state.get("count", 0) + 1
    return f"Observed {count} times, now at step {seen['step']}.", {"count": count}
"""
    with table(
        by_routine(DONE, RIGHT), steps=3, scaffold=scaffold_with(tmp_path / "mine", hooks_py=hooks)
    ) as at:
        at.play()
        assert "Observed 3 times, now at step 2." in at.said(2)[0][1]
        assert dict(at.rows()[2].hook_state) == {"count": 3}


def test_hooks_see_what_the_agent_sees_and_no_facts(tmp_path: Path):
    hooks = """
def observe(state, seen, files):
    return ",".join(sorted(seen)), state
"""
    with table(
        by_routine(DONE, RIGHT), steps=1, scaffold=scaffold_with(tmp_path / "mine", hooks_py=hooks)
    ) as at:
        at.play()
        assert "last_action,observation,previous,step,unchanged" in at.said(0)[0][1]


def test_initial_files_and_edits_after_log_are_journaled(tmp_path: Path):
    hooks = """
def initial_files(task):
    return {"goals.md": f"Play {task['title']}."}

def after_log(state, seen, files):
    return [("append", "stub.md", f"step {seen['step']}: {seen['writes']} writes")], state
"""
    scaffold = scaffold_with(
        tmp_path / "mine", hooks_py=hooks, **{"files__support.toy:CORRIDOR__map_md": "the map\n"}
    )
    log = "<|APPEND|>a.md|x<|END|>" + DONE
    with table(by_routine(log, RIGHT), steps=3, scaffold=scaffold) as at:
        at.play()
        rows = list(read_rows(at.folder.journal))
        on_disk = {path.name: path.read_text() for path in at.folder.memory.iterdir()}
    start = files_at(rows, 0)
    assert start == {"goals.md": "Play Corridor.\n", "map.md": "the map\n"}
    assert on_disk["stub.md"] == "step 1: 1 writes\nstep 2: 1 writes\n"
    assert files_at(rows) == on_disk
    assert {row.role for row in rows} == {"scaffold", "gameplay"}


def test_the_wiped_control_keeps_initial_files_and_nothing_else(tmp_path: Path):
    hooks = """
def initial_files(task):
    return {"goals.md": "win"}

def observe(state, seen, files):
    names = [name for name, lines in files.index()]
    return f"{names} {state} {files.text('goals.md')!r}", {"seen": seen["step"]}
"""
    log = "<|APPEND|>a.md|x<|END|><|APPEND|>goals.md|more<|END|>" + DONE
    scaffold = scaffold_with(tmp_path / "mine", hooks_py=hooks)
    with table(by_routine(log, RIGHT), steps=3, scaffold=scaffold, agent="memory-wiped") as at:
        at.play()
        for step in range(3):
            assert "['goals.md'] {} 'win\\n'" in at.said(step)[0][1]
        assert [path.name for path in at.folder.memory.iterdir()] == ["goals.md"]
        journal = list(read_rows(at.folder.journal))
    assert files_at(journal) == {"goals.md": "win\n"}
    assert files_at(journal, 2, 1) == {"goals.md": "win\nmore\n", "a.md": "x\n"}


def test_canonicalise_rewrites_the_action(tmp_path: Path):
    hooks = """
def canonicalise(action, seen):
    return {"east": "Right"}.get(action, action)
"""
    with table(
        lambda _: "<|ACTION|>east<|END|>",
        steps=1,
        scaffold=scaffold_with(tmp_path / "mine", hooks_py=hooks),
    ) as at:
        at.play()
        row = at.rows()[0]
    assert (row.said, row.action) == ("east", "Right")


def test_review_rejects_at_most_twice_a_step(tmp_path: Path):
    hooks = """
def review(action, state, seen, files):
    return f"{action} is impossible"
"""
    with table(
        lambda _: RIGHT, steps=1, scaffold=scaffold_with(tmp_path / "mine", hooks_py=hooks)
    ) as at:
        at.play()
        row = at.rows()[0]
    assert row.rejections == ("Right is impossible",) * 2
    assert len(row.calls) == 3
    assert "Not taken: Right is impossible" in row.messages[3]["content"]
    assert row.action == "Right"


def test_a_rejected_action_can_be_replaced(tmp_path: Path):
    hooks = """
def review(action, state, seen, files):
    return "not to the left" if action == "Left" else None
"""
    say = in_turn("<|ACTION|>Left<|END|>", RIGHT)
    with table(say, steps=1, scaffold=scaffold_with(tmp_path / "mine", hooks_py=hooks)) as at:
        at.play()
        assert at.rows()[0].action == "Right"


@pytest.mark.parametrize(
    ("hooks", "named"),
    [
        ("def observe(state, seen, files):\n    raise KeyError('gone')\n", "hooks.py:2"),
        ("def observe(state, seen, files):\n    return '', {'x': 'y' * 9000}\n", "state"),
    ],
)
def test_a_faulty_hook_fails_the_episode_and_is_named(tmp_path: Path, hooks: str, named: str):
    with table(
        by_routine(DONE, RIGHT), steps=3, scaffold=scaffold_with(tmp_path / "mine", hooks_py=hooks)
    ) as at:
        result = at.play()
    assert result.status == "failed"
    assert result.progression is None
    assert named in (result.error or "")


def test_injected_files_are_shown(tmp_path: Path):
    toml = (Path(__file__).parents[2] / "tools/v0/scaffold.toml").read_text()
    toml = toml.replace("plan = []", 'plan = ["a.md"]')
    log = "<|WRITE|>a.md|remember me<|END|>" + DONE
    with table(
        by_routine(log, RIGHT),
        steps=2,
        scaffold=scaffold_with(tmp_path / "mine", scaffold_toml=toml),
    ) as at:
        at.play()
        assert "a.md says:\nremember me" in at.said(1)[2][1]
