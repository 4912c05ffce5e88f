"""Parts are taken into scaffolds: what was wired runs, once however often, and owns its code."""

import shutil
from pathlib import Path

import pytest

from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.identify import scaffold_id
from automem_graph.scaffold.load import Scaffold, load_scaffold
from automem_graph.scaffold.sources import compile_scaffold
from automem_graph.structure.parts.part import PartError, read_part, shelf
from automem_graph.structure.parts.wire import take, taken
from support.texts import Texts

TOOLS = Path(__file__).parents[2] / "tools"
PARTS = TOOLS / "parts"
SEEN = {"step": 0, "last_action": "", "previous": "", "observation": "", "unchanged": 0}
SHOUT = """
[[actions]]
name = "SHOUT"
kind = "write"
routines = ["log"]
args = ["file", "text?"]
help = "append \\"in capitals\\""
"""


def written(parts: Path, name: str, code: str, toml: str = "", prompt: str = "") -> Path:
    """A small part, for what none of the shipped ones shows."""
    folder = parts / name
    folder.mkdir(parents=True)
    (folder / "part.toml").write_text(f'description = "A part."\n{toml}')
    (folder / f"{name}.py").write_text(code)
    if prompt:
        (folder / "prompt.md").write_text(prompt)
    if not (parts / "chain").exists():
        shutil.copytree(PARTS / "chain", parts / "chain")
    return folder


@pytest.fixture
def scaffold(tmp_path: Path) -> Path:
    return shutil.copytree(TOOLS / "v0", tmp_path / "mine")


def started(scaffold: Path) -> Scaffold:
    """The scaffold, after its host has compiled and tried it."""
    loaded = load_scaffold(scaffold)
    with ScaffoldHost.start(loaded):
        return loaded


@pytest.mark.parametrize("name", shelf(PARTS))
def test_each_part_can_be_taken_and_taking_it_again_changes_nothing(scaffold: Path, name: str):
    part = read_part(PARTS / name)

    take(scaffold, PARTS / name)
    once = started(scaffold)
    take(scaffold, PARTS / name)

    assert scaffold_id(scaffold) == once.id
    assert taken(scaffold) == (name,)
    assert set(part.about.actions) <= set(once.manifest.actions)
    assert set(part.about.inject.log) <= set(once.manifest.inject.log)
    assert part.prompt in (scaffold / "prompts" / "system.md").read_text()
    hooks = scaffold / "hooks.py"
    assert [hook for hook in part.about.hooks if f"def {hook}(" not in hooks.read_text()] == []


def test_all_parts_can_be_taken_together_in_any_order(scaffold: Path, tmp_path: Path):
    other = shutil.copytree(scaffold, tmp_path / "other")
    for name in shelf(PARTS):
        take(scaffold, PARTS / name)
    for name in reversed(shelf(PARTS)):
        take(other, PARTS / name)

    one, two = started(scaffold).manifest, started(other).manifest
    assert set(one.actions) == set(two.actions)
    assert set(taken(scaffold)) == set(taken(other)) == set(shelf(PARTS))


def test_hooks_of_several_parts_keep_states_of_their_own(scaffold: Path, tmp_path: Path):
    for name in ("one", "two"):
        code = (
            "def observe(state, seen, files):\n"
            "    state = {'n': state.get('n', 0) + 1}\n"
            f"    return '{name} ' + str(state['n']), state\n"
        )
        take(scaffold, written(tmp_path / "parts", name, code, 'hooks = ["observe"]\n'))

    with (
        ScaffoldHost.start(load_scaffold(scaffold)) as host,
        host.open_session(Texts({})) as step,
    ):
        notes, state = step.observe({}, SEEN)
        again, _ = step.observe(state, {**SEEN, "step": 1})
    assert notes.split() == ["one", "1", "two", "1"]
    assert again.split() == ["one", "2", "two", "2"]


def test_an_action_is_declared_imported_and_carried_out(scaffold: Path, tmp_path: Path):
    code = "def shout(files, file, text=''):\n    return '', [('append', file, text.upper())]\n"
    part = written(tmp_path / "parts", "loud", code, SHOUT, "- `loud.md` is for shouting.\n")
    take(scaffold, part)

    loaded = load_scaffold(scaffold)
    action = next(one for one in loaded.manifest.actions if one.name == "SHOUT")
    with ScaffoldHost.start(loaded) as host, host.open_session(Texts({})) as step:
        reply = step.run(action, {"file": "loud.md", "text": "ho"})
    assert reply.edits[0].text == "HO"
    system = (scaffold / "prompts" / "system.md").read_text()
    assert "# Your files\n\n- `loud.md` is for shouting.\n\nFile names are plain" in system
    assert action.help == 'append "in capitals"'


def test_lines_for_the_prompt_gather_in_one_list(scaffold: Path, tmp_path: Path):
    for name in ("one", "two"):
        take(scaffold, written(tmp_path / "parts", name, "", prompt=f"- `{name}.md` is {name}."))
    system = (scaffold / "prompts" / "system.md").read_text()
    assert "# Your files\n\n- `one.md` is one.\n- `two.md` is two.\n\nFile names" in system


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("log = []", 'log = ["a.md", "b.md"]'),
        ('log = [\n  "c.md",  # why\n]', 'log = ["c.md", "a.md", "b.md"]'),
        ("", 'log = ["a.md", "b.md"]'),
    ],
)
def test_files_to_inject_join_those_of_the_scaffold(
    scaffold: Path, tmp_path: Path, before: str, after: str
):
    toml = scaffold / "scaffold.toml"
    toml.write_text(toml.read_text().replace("log = []", before))
    take(scaffold, written(tmp_path / "parts", "two", "", '[inject]\nlog = ["a.md", "b.md"]\n'))
    assert after in toml.read_text()
    assert load_scaffold(scaffold).manifest.inject.plan == ()


def test_a_scaffold_keeps_its_own_version_of_code_it_took(scaffold: Path, tmp_path: Path):
    part = written(tmp_path / "parts", "mine", "A = 1\n")
    take(scaffold, part)
    (scaffold / "mine.py").write_text("A = 2\n")
    take(scaffold, part)
    assert (scaffold / "mine.py").read_text() == "A = 2\n"


def test_what_a_part_carries_comes_along_unless_the_scaffold_has_it(scaffold: Path, tmp_path: Path):
    part = written(tmp_path / "parts", "mine", "", '[openings]\ninstead = "brief.md"\n')
    for name, text in (("files/crafter/a.md", "A\n"), ("prompts/brief.md", "{{ routine }}\n")):
        (part / name).parent.mkdir(parents=True, exist_ok=True)
        (part / name).write_text(text)
    (scaffold / "files" / "crafter").mkdir(parents=True)
    (scaffold / "files" / "crafter" / "a.md").write_text("mine\n")

    take(scaffold, part)
    assert started(scaffold).files_for("crafter") == {"a.md": "mine\n"}
    log = (scaffold / "prompts" / "log.md").read_text()
    assert log.startswith('# LOG, step {{ step }}\n\n{% set routine = "log" %}\n')
    assert '{% include "brief.md" %}' in log
    templates = compile_scaffold(scaffold).templates
    known = {"step": 3, "observation": "", "log_ran": True}
    said = templates.get_template("plan.md").render(known).strip()
    assert said == "# PLAN, step 3\n\nplan"


def test_two_parts_open_the_same_prompts(scaffold: Path, tmp_path: Path):
    for name in ("one", "two"):
        part = written(tmp_path / "parts", name, "", f'[openings]\nalso = "{name}.md"\n')
        (part / "prompts").mkdir()
        (part / "prompts" / f"{name}.md").write_text(f"{name} in {{{{ routine }}}}\n")
        take(scaffold, part)
    started(scaffold)
    plan = (scaffold / "prompts" / "plan.md").read_text()
    assert plan.count("{% set routine") == 1
    assert plan.index("two.md") < plan.index("one.md") < plan.index("log_ran")


@pytest.mark.parametrize(
    ("chain", "what"),
    [("A = 1\n", "no line `PARTS = {}`"), ("PARTS = {}\n", "no function 'observe'")],
)
def test_a_chain_that_is_broken_is_named(scaffold: Path, tmp_path: Path, chain: str, what: str):
    code = "def observe(state, seen, files):\n    return '', state\n"
    part = written(tmp_path / "parts", "mine", code, 'hooks = ["observe"]\n')
    (tmp_path / "parts" / "chain" / "chain.py").write_text(chain)
    with pytest.raises(PartError, match=rf"chain\.py has {what}"):
        take(scaffold, part)


def test_hooks_written_by_hand_are_left_alone(scaffold: Path, tmp_path: Path):
    (scaffold / "hooks.py").write_text("def canonicalise(action, seen):\n    return action\n")
    before = scaffold_id(scaffold)
    code = "def observe(state, seen, files):\n    return '', state\n"
    part = written(tmp_path / "parts", "mine", code, 'hooks = ["observe"]\n')
    with pytest.raises(PartError, match=r"hooks\.py was written by hand"):
        take(scaffold, part)
    assert scaffold_id(scaffold) == before


def test_an_action_of_the_same_name_is_not_overwritten(scaffold: Path, tmp_path: Path):
    toml = SHOUT.replace("SHOUT", "WRITE")
    part = written(tmp_path / "parts", "mine", "def write(files, file, text):\n    pass\n", toml)
    with pytest.raises(PartError, match="'write' already"):
        take(scaffold, part)


@pytest.mark.parametrize(
    ("toml", "what"),
    [
        ("description = 3", "description"),
        ("nonsense", "is no part"),
        ('description = "A"\nhooks = ["explode"]', "hooks"),
        ('description = "A"\nsecret = 1', "secret"),
    ],
)
def test_a_broken_part_is_named(scaffold: Path, tmp_path: Path, toml: str, what: str):
    part = written(tmp_path / "parts", "mine", "")
    (part / "part.toml").write_text(toml)
    with pytest.raises(PartError, match=what):
        take(scaffold, part)
