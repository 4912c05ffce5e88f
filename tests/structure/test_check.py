"""What may not play is found before anything is paid for, and named with its place."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from automem_graph.protocols import TaskCard
from automem_graph.structure.checks.check import Unfit, check_scaffold
from automem_graph.worlds.registry import find_task
from support.playing import scaffold_with

DRILL = find_task("drill").card
CRAFTER = find_task("crafter").card
GOOD = Path(__file__).parents[1] / "scaffolds" / "good"
V0 = Path(__file__).parents[2] / "tools" / "v0"

Try = Callable[..., str]


@pytest.fixture
def reason(tmp_path: Path) -> Try:
    """Why v0 with these files may not play the drill; empty where it may."""

    def check(**files: str) -> str:
        return why(Path(scaffold_with(tmp_path / "mine", **files)), tmp_path)

    return check


def why(folder: Path, scratch: Path, card: TaskCard = DRILL) -> str:
    try:
        check_scaffold(folder, [card], scratch)
    except Unfit as unfit:
        said = str(unfit)
    else:
        return ""
    assert "\n" not in said
    assert str(scratch) not in said, "a place is named as it is called in the scaffold"
    return said


def manifest(old: str, new: str) -> str:
    text = (V0 / "scaffold.toml").read_text()
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize("folder", [V0, GOOD], ids=["v0", "good"])
def test_what_is_sound_may_play_and_nothing_is_left_behind(folder: Path, tmp_path: Path):
    before = sorted(folder.rglob("*"))
    check_scaffold(folder, [DRILL, CRAFTER], tmp_path, ["You face nothing.\n\nYou see:\n- tree 1"])
    assert sorted(folder.rglob("*")) == before
    assert list(tmp_path.iterdir()) == []


# --- the folder -----------------------------------------------------------------------------------


def test_links_and_pipes_are_no_scaffold(tmp_path: Path):
    for number, make in enumerate((
        lambda folder: (folder / "secret.md").symlink_to("/etc/passwd"),
        lambda folder: (folder / "out").symlink_to("/etc"),
        lambda folder: os.mkfifo(folder / "pipe"),
    )):  # fmt: skip
        folder = Path(scaffold_with(tmp_path / f"linked{number}"))
        make(folder)
        assert "plain files only" in why(folder, tmp_path)


def test_too_much_is_no_scaffold(tmp_path: Path):
    folder = Path(scaffold_with(tmp_path / "large"))
    (folder / "data.bin").write_bytes(b"x" * (3 << 20))
    assert "200 files and 2 MiB" in why(folder, tmp_path)


def test_a_folder_that_is_gone_is_said_to_be(tmp_path: Path):
    assert "cannot be read" in why(tmp_path / "nowhere", tmp_path)
    (tmp_path / "deep").mkdir()
    assert "scaffold.toml" in why(tmp_path / "deep", tmp_path)


def test_a_name_that_is_no_text_is_refused(tmp_path: Path):
    folder = Path(scaffold_with(tmp_path / "odd"))
    (folder / os.fsdecode(b"\xff.md")).write_text("x")
    assert "its name is no UTF-8" in why(folder, tmp_path)


def test_hidden_files_and_caches_are_not_part_of_it(tmp_path: Path):
    """What is played is a copy without them, so code that needs them must fail here."""
    folder = Path(scaffold_with(
        tmp_path / "hiding",
        hooks_py="def observe(state, seen, files):\n    return open('.hidden').read(), state\n",
    ))  # fmt: skip
    (folder / ".hidden").write_text("x" * (3 << 20))
    assert "FileNotFoundError" in why(folder, tmp_path)


# --- manifest and sources -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"scaffold_toml": "name = [\n"}, "scaffold.toml:1: "),
        ({"scaffold_toml": manifest('["log"]', '["log", "plan"]')}, "and PLAN is read-only"),
        ({"actions_py": "def search(:\n"}, "actions.py:1: SyntaxError"),
        ({"actions_py": "def search(files, file, keyword): return '', 0\n"}, "no function 'read'"),
        ({"actions_py": "import numpy\n"}, "actions.py:1 in <module>: ImportError"),
        ({"extra_py": "def later():\n    import numpy.linalg\n"}, "extra.py:2: imports 'numpy"),
        ({"extra_py": "def later():\n    from . import actions\n"}, "extra.py:2: a scaffold is"),
        ({"extra_py": "try:\n    from automem_graph import wire\nexcept ImportError: 0\n"},
         "extra.py:2: imports 'automem_graph'"),
        ({"prompts__log_md": "# LOG\n{{ observatoin }}"}, "prompts/log.md:2: UndefinedError"),
        ({"prompts__plan_md": "# PLAN\n{% if %}"}, "prompts/plan.md:2: template syntax"),
        ({"prompts__plan_md": "Now plan."}, "prompts/plan.md:1: must start with '# PLAN'"),
    ],
)  # fmt: skip
def test_what_does_not_start_has_its_place(reason: Try, files: dict[str, str], says: str):
    assert says in reason(**files)


# --- the contract ---------------------------------------------------------------------------------


def without(*names: str) -> str:
    """v0's manifest without some of its actions."""
    head, *actions = (V0 / "scaffold.toml").read_text().split("[[actions]]")
    kept = [one for one in actions if not any(f'name = "{name}"' in one for name in names)]
    return "[[actions]]".join([head, *kept])


LOOKS = ("SEARCH", "READ", "TAIL", "COUNT")


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        (without("APPEND", "WRITE", "CREATE"), "LOG has no action that writes"),
        (without(*LOOKS), "LOG has no action that searches or reads"),
        (manifest('routines = ["log", "plan"]', 'routines = ["log"]'), "PLAN has no action"),
        (manifest('routines = ["log", "plan"]', 'routines = ["plan"]'), "LOG has no action"),
    ],
)  # fmt: skip
def test_the_model_decides_what_is_stored_and_recalled(reason: Try, toml: str, says: str):
    assert says in reason(scaffold_toml=toml)


def prompt(name: str, old: str, new: str) -> dict[str, str]:
    text = (V0 / "prompts" / f"{name}.md").read_text()
    assert old in text
    return {f"prompts__{name}_md": text.replace(old, new)}


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (prompt("log", "unchanged >= 3", "unchanged >= 3 and nothing_of_the_kind"), "log.md:11"),
        (prompt("plan", "{% if not log_ran %}", "{% if not log_ran %}{{ previous }}"), "plan.md:3"),
        (prompt("results", "rounds_left == 1", "rounds_left == 1 and step"), "results.md:6"),
        (prompt("results", "rounds_left > 1", "rounds_left > 1 and left"), "results.md:8"),
        (prompt("repair", "{% else %}", "{% else %}{{ step }}"), "repair.md:3"),
        (prompt("handoff", "act:", "act: {{ step }}"), "handoff.md:1"),
        (prompt("files", "{% else %}", "{% else %}{{ nothing }}"), "files.md:"),
        (prompt("files", "file.lines", "file.size"), "files.md:4"),
        (prompt("system", '"tool_calls" %}You', '"tool_calls" %}{{ tools }}You'), "system.md:18"),
        (prompt("results", "{{ result.text }}", ""), "does not show what the actions answered"),
        (prompt("system", "{% for action in actions.log %}", "{% for action in [] %}"),
         "no prompt shows how to write APPEND"),
        ({"prompts__repair_md": "{% if routine == 'plan' %}Act.{% endif %}"}, "repair.md: is em"),
    ],
)  # fmt: skip
def test_prompts_render_in_every_situation(reason: Try, files: dict[str, str], says: str):
    assert says in reason(**files)


@pytest.mark.parametrize(
    ("hook", "says"),
    [
        ("def canonicalise(action, seen):\n    return 'Wait'\n", "canonicalise makes 'Wait' of"),
        ("def canonicalise(action, seen):\n    return action[0] and action\n", "hooks.py:2 in"),
        ("def canonicalise(action, seen):\n    return None\n", "must be text, not None"),
        ("def review(action, state, seen, files):\n    return 'never'\n", "review"),
        ("def review(action, state, seen, files):\n    return seen['step'] > 5 and 'no' or None\n",
         "review sends back every action"),
        ("def review(action, state, seen, files):\n    return state['x']\n", "KeyError: 'x'"),
        ("def review(action, state, seen, files):\n    return False\n", "must be text"),
    ],
)  # fmt: skip
def test_the_worlds_actions_stay_what_they_are(reason: Try, hook: str, says: str):
    assert says in reason(hooks_py=hook)


def test_warnings_of_python_s_are_nobody_s_business(reason: Try):
    assert reason(extra_py='PATTERN = "\\d"\nassert (1, "always true")\n') == ""


def test_a_canonicaliser_and_a_gate_with_reasons_may_play(reason: Try):
    hooks = """
def canonicalise(action, seen):
    return {"up": "North"}.get(action.strip().lower(), action)

def review(action, state, seen, files):
    if action == "North" and seen["unchanged"]:
        return "That did not help the last time."
"""
    assert reason(hooks_py=hooks) == ""


@pytest.mark.parametrize(
    ("hook", "says"),
    [
        ("def initial_files(task):\n    return {'../x': 'y'}\n", "initial files were refused"),
        ("def initial_files(task):\n    return {'a.md': 1}\n", "hooks.py in initial_files"),
        ("def observe(state, seen):\n    return '', state\n", "observe() takes 2 positional"),
    ],
)
def test_hooks_keep_their_forms(reason: Try, hook: str, says: str):
    assert says in reason(hooks_py=hook)


def test_a_state_that_grows_without_end_is_found_before_it_is_too_large(tmp_path: Path):
    hooks = """
def after_log(state, seen, files):
    return [], {**state, str(seen["step"]): seen["last_action"] * 5}
"""
    folder = Path(scaffold_with(tmp_path / "growing", hooks_py=hooks))
    said = why(folder, tmp_path, CRAFTER)
    assert "hooks.py in after_log: the state has 8," in said
    assert "of a long episode)" in said


def test_what_is_special_to_one_task_is_tried_with_that_task(tmp_path: Path):
    hooks = """
def initial_files(task):
    return {"../goals.md" if task["name"] == "crafter" else "goals.md": "Live."}
"""
    special = '{% if task.name == "crafter" %}{{ x }}{% endif %}'
    log = (V0 / "prompts" / "log.md").read_text() + special
    for number, files in enumerate(({"hooks_py": hooks}, {"prompts__log_md": log})):
        folder = Path(scaffold_with(tmp_path / f"special{number}", **files))
        assert why(folder, tmp_path) == ""
        with pytest.raises(Unfit, match=r"initial files|prompts/log\.md:\d+: UndefinedError: 'x'"):
            check_scaffold(folder, [DRILL, CRAFTER], tmp_path)


def test_the_copy_that_is_checked_is_the_one_that_would_be_played(tmp_path: Path):
    folder = tmp_path / "copied"
    shutil.copytree(V0, folder)
    (folder / "__pycache__").mkdir(exist_ok=True)
    (folder / "__pycache__" / "actions.pyc").write_bytes(b"x" * (3 << 20))
    assert why(folder, tmp_path) == ""
