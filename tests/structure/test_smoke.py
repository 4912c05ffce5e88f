"""What shows only in play: actions that do not work, and hooks that remember for the model."""

from collections.abc import Callable
from pathlib import Path

import pytest

from automem_graph.agent.codecs import TOOL_CALLS
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.checks.check import Unfit, check_scaffold
from automem_graph.structure.checks.rehearsal import Rehearsal
from automem_graph.structure.checks.smoke import STEPS, Smoke, agent_acts, memory_works, smoke
from automem_graph.worlds.drill.texts import HOSTILE
from automem_graph.worlds.registry import find_task
from support.playing import scaffold_with

DRILL = find_task("drill").card
V0 = Path(__file__).parents[2] / "tools" / "v0"

Try = Callable[..., str]


@pytest.fixture
def reason(tmp_path: Path) -> Try:
    """Why v0 with these files may not play the drill; empty where it may."""

    def check(texts: tuple[str, ...] = (), **files: str) -> str:
        folder = Path(scaffold_with(tmp_path / "mine", **files))
        try:
            check_scaffold(folder, [DRILL], tmp_path, texts)
        except Unfit as unfit:
            return str(unfit)
        return ""

    return check


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Smoke:
    with Rehearsal(load_scaffold("v0"), tmp_path_factory.mktemp("v0")) as rehearsal:
        return smoke(rehearsal, DRILL)


def action(name: str, code: str) -> dict[str, str]:
    """v0's actions with another function of that name, which Python takes as the later one."""
    return {"actions_py": (V0 / "actions.py").read_text() + f"\n\ndef {name}{code}\n"}


# --- what the engine promises ---------------------------------------------------------------------


def test_all_of_the_drill_is_played(played: Smoke):
    assert len(played.rows) == STEPS
    seen = {at.answer.text for at in played.positions}
    assert set(HOSTILE) <= seen


def test_nothing_is_logged_before_the_world_has_answered(played: Smoke):
    assert {call.routine for call in played.rows[0].calls} == {"plan"}
    assert all(row.calls[0].routine == "log" for row in played.rows[1:])
    assert [row.action for row in played.journal if row.step == 0 and row.edits] == []


def test_plan_writes_nothing(played: Smoke):
    assert not [row for row in played.journal if row.routine == "plan" and row.edits]
    writes = {"APPEND", "WRITE", "CREATE"}
    assert not [
        one for row in played.rows for one in row.actions
        if one.routine == "plan" and one.name in writes and one.ok
    ]  # fmt: skip


def test_tool_calls_do_as_well(tmp_path: Path):
    scaffold = load_scaffold("v0")
    with Rehearsal(scaffold, tmp_path) as rehearsal:
        played = smoke(rehearsal, DRILL, codec=TOOL_CALLS)
    memory_works(scaffold.manifest, played)
    agent_acts(played)


# --- the memory actions ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (action("append", "(files, file, text): return f'Added to {file}.', []"),
         "actions.py in append: APPEND changed no file"),
        (action("append", "(files, file, text): return 'Added.', [('append', file, 'tree 3')]"),
         "APPEND never stored the text that it was given"),
        (action("append", "(files, file, text): return '', [('append', file, text), 1]"),
         "actions.py in append: an edit must be"),
        (action("read", "(files, file): return files.read(file).text"), "actions.py in read"),
        (action("tail", "(files, file, n): return files.read(file, int(n)).text"),
         "actions.py:"),
    ],
)  # fmt: skip
def test_an_action_does_what_its_kind_says(reason: Try, files: dict[str, str], says: str):
    assert says in reason(**files)


def test_what_was_written_can_be_read(reason: Try):
    blind = "\n\ndef search(files, file, keyword): return 'Found.', 1\n"
    blind += "def read(files, file, from_line='1'): return 'Nothing.'\n"
    blind += "def tail(files, file, n): return 'Nothing.'\n"
    said = reason(actions_py=(V0 / "actions.py").read_text() + blind)
    assert "in LOG neither of SEARCH, READ, TAIL, COUNT ever showed" in said


# --- hooks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hooks", "says"),
    [
        ("def observe(state, seen, files):\n    return seen['observation'].split()[0], state\n",
         "hooks.py:2 in observe: IndexError: list index out of range (at step "),
        ("import re\ndef observe(state, seen, files):\n"
         "    return str(re.search('(a+)+[$]', seen['observation'])), state\n",
         "no answer within 2 s"),
        ("def after_log(state, seen, files):\n"
         "    return [('append', 'log.md', seen['observation'])], state\n", "hooks.py in after"),
        ("def after_log(state, seen, files):\n"
         "    return [('append', 'log.md', seen['observation'][:150])], state\n",
         "writes the observation to a file as it is"),
        ("def after_log(state, seen, files):\n"
         "    return [('append', 'log.md', str(seen['step']) * 200)], state\n",
         "new characters a step"),
        ("def observe(state, seen, files):\n"
         "    old = [*state.get('old', []), seen['observation'][:300]][-5:]\n"
         "    return '\\n'.join(old), {'old': old}\n", "show what was seen at step"),
        ("def review(action, state, seen, files):\n    return 'no'\n",
         "hooks.py in review: sent back two actions at every step"),
        ("import re\ndef observe(state, seen, files):\n"
         "    re.kept = getattr(re, 'kept', 0) + 1\n    return f'{re.kept}', state\n",
         "came out differently"),
        ("import time\ndef observe(state, seen, files):\n    return f'{time.time()}', state\n",
         "came out differently"),
    ],
)  # fmt: skip
def test_hooks_that_break_or_remember_are_named(reason: Try, hooks: str, says: str):
    assert says in reason(hooks_py=hooks)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import crafter", "hooks.py:2: imports 'crafter': only the standard library"),
        ("__import__('crafter')", "hooks.py:2 in observe: ImportError: scaffold code may"),
        ("open('/etc/passwd')", "may read only its own folder"),
        ("open('../../../run.json')", "may read only its own folder"),
        ("open('scaffold.toml', 'w')", "may not write files"),
        ("import os; os.fork()", "may not start processes"),
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "may not open connections"),
        ("import socket; socket.socket(type=socket.SOCK_DGRAM)", "may not open connections"),
        ("import gc; [o for o in gc.get_objects() if type(o).__name__ == 'DrillWorld'][0]",
         "hooks.py:2 in observe: IndexError"),
        ("seen['seed']", "KeyError: 'seed'"),
        ("bytearray(4 << 30)", "out of memory"),
        ("return 'x' * (64 << 20), state", "is over the limit of"),
        ("while True: pass", "no answer within 2 s"),
        ("raise BaseException('gone')", "hooks.py:2 in observe: BaseException: gone"),
    ],
)  # fmt: skip
def test_hostile_code_is_stopped_and_named(reason: Try, code: str, says: str):
    assert says in reason(hooks_py=f"def observe(state, seen, files):\n    {code}\n")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "prompts/log.md:1"),
        ("{% for x in range(10 ** 9) %}{% endfor %}", "prompts/log.md"),
        ("{{ 'a' * 10 ** 10 }}", "prompts/log.md"),
        ("{% include '/etc/passwd' %}", "prompts/log.md"),
    ],
)
def test_a_hostile_template_is_stopped_and_named(reason: Try, line: str, says: str):
    assert says in reason(prompts__log_md=f"# LOG {line}\n{{{{ observation }}}}")


def test_a_buffer_that_reads_the_game_s_own_words_needs_the_game_s_texts(reason: Try):
    hooks = """
import re

def after_log(state, seen, files):
    found = re.findall("^- a .*$", seen["observation"], re.MULTILINE)
    return [("append", "map.md", " / ".join(found))], state
"""
    view = "You stand on sand.\n" + "\n".join(f"- a thing {n} cells from you" for n in range(40))
    assert "new characters a step" in reason(texts=(view,), hooks_py=hooks)
    assert "new characters a step" not in reason(hooks_py=hooks)


def test_little_helpers_may_play(reason: Try):
    hooks = """
import random

def initial_files(task):
    return {"goals.md": f"Play {task['title']}."}

def observe(state, seen, files):
    count = state.get("count", 0) + 1
    return f"Observed {count} times; a die shows {random.randrange(6)}.", {"count": count}

def after_log(state, seen, files):
    stub = f"step {seen['step']}: {seen['last_action']}, nothing noted"
    return ([] if seen["writes"] else [("append", "log.md", stub)]), state
"""
    assert reason(hooks_py=hooks) == ""


def test_an_agent_that_never_acts_is_no_agent(played: Smoke):
    agent_acts(played)
    idle = [row.model_copy(update={"fallback": True}) for row in played.rows]
    with pytest.raises(Unfit, match="none was taken"):
        agent_acts(Smoke(idle, played.positions, played.journal))
