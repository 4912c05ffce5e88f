"""The shipped scaffold, run as it always is: in its host."""

from collections.abc import Iterator
from typing import Any

import pytest

from automem_graph.protocols import ActionSpec, Edit
from automem_graph.scaffold.client import ScaffoldFault, ScaffoldHost, Session
from automem_graph.scaffold.load import load_scaffold
from support.texts import Texts

MAP = "".join(f"water {n}\nTree {n}\n" for n in range(1, 31))


@pytest.fixture(scope="module")
def host() -> Iterator[ScaffoldHost]:
    with ScaffoldHost.start(load_scaffold("v0")) as started:
        yield started


@pytest.fixture
def step(host: ScaffoldHost) -> Iterator[Session]:
    with host.open_session(Texts({"map.md": MAP, "empty.md": ""})) as opened:
        yield opened


@pytest.mark.parametrize(
    ("name", "args", "text", "found"),
    [
        ("SEARCH", ("map.md", "tree 7"), "Tree 7", 1),
        ("SEARCH", ("map.md", "lava"), "No line of map.md contains 'lava'.", 0),
        ("SEARCH", ("none.md", "lava"), "There is no file none.md.", 0),
        ("SEARCH", ("empty.md", "lava"), "empty.md is empty.", 0),
        ("SEARCH", ("../map.md", "lava"), "There is no file ../map.md.", 0),
        ("COUNT", ("map.md", "WATER"), "30 lines of map.md contain 'WATER'.", None),
        ("COUNT", ("map.md", "lava"), "No line of map.md contains 'lava'.", None),
        ("COUNT", ("empty.md", "a"), "empty.md is empty.", None),
        ("READ", ("map.md", "59"), "water 30\nTree 30\n", None),
        ("READ", ("map.md",), MAP, None),
        ("READ", ("map.md", "0"), "'0' is not a line number; lines are counted from 1.", None),
        ("READ", ("map.md", "²"), "'²' is not a line number; lines are counted from 1.", None),
        ("READ", ("none.md",), "There is no file none.md.", None),
        ("TAIL", ("map.md", "2"), "water 30\nTree 30\n", None),
        ("TAIL", ("map.md", "999"), MAP, None),
        ("TAIL", ("map.md", "0"), "'0' is not a number of lines; ask for 1 or more.", None),
        ("TAIL", ("map.md", "-3"), "'-3' is not a number of lines; ask for 1 or more.", None),
        ("TAIL", ("none.md", "2"), "There is no file none.md.", None),
        ("TAIL", ("empty.md", "2"), "empty.md is empty.", None),
    ],
)
def test_looking(
    step: Session,
    actions: dict[str, ActionSpec],
    name: str,
    args: tuple[str, ...],
    text: str,
    found: int | None,
) -> None:
    reply = step.run(actions[name], dict(zip(actions[name].args, args, strict=False)))
    assert (reply.text, reply.found, reply.edits) == (text, found, ())


def test_search_shows_the_last_twenty(step: Session, actions: dict[str, ActionSpec]) -> None:
    reply = step.run(actions["SEARCH"], {"file": "map.md", "keyword": "water"})
    lines = reply.text.split("\n")
    assert reply.found == 30
    assert lines[:-1] == [f"water {n}" for n in range(11, 31)]
    assert lines[-1] == "(the last 20 of 30 matching lines)"


@pytest.mark.parametrize(
    ("name", "args", "edits"),
    [
        ("APPEND", ("a.md", "x"), (Edit(op="append", file="a.md", text="x"),)),
        ("WRITE", ("a.md", "x"), (Edit(op="replace", file="a.md", text="x"),)),
        ("CREATE", ("a.md",), (Edit(op="replace", file="a.md"),)),
        ("CREATE", ("map.md",), ()),
    ],
)
def test_writing_only_asks_for_edits(
    step: Session,
    actions: dict[str, ActionSpec],
    name: str,
    args: tuple[str, ...],
    edits: tuple[Edit, ...],
) -> None:
    reply = step.run(actions[name], dict(zip(actions[name].args, args, strict=True)))
    assert reply.edits == edits
    assert reply.found is None


def variables() -> dict[str, Any]:
    manifest = load_scaffold("v0").manifest

    def shown(action: ActionSpec) -> dict[str, str]:
        return {"form": action.form, "help": action.help}

    return {
        "task": {
            "title": "Crafter",
            "instructions": "Survive.",
            "actions": ["noop", "sleep"],
            "default_action": "noop",
            "max_steps": 10,
            "answers": False,
        },
        "actions": {
            "log": [shown(action) for action in manifest.of("log")],
            "plan": [shown(action) for action in manifest.of("plan")],
            "done": shown(manifest.done),
            "commit": shown(manifest.commit),
        },
        "codec": "tags",
        "step": 3,
        "last_action": "noop",
        "previous": "You see <b>grass</b>.",
        "observation": "You see {{ water }}.",
        "unchanged": 0,
        "notes": "",
        "index": [{"name": "map.md", "lines": 1}],
        "injected": [],
        "log_ran": True,
        "results": [{"call": "<|READ|>map.md<|END|>", "text": "water"}],
        "rounds_left": 1,
        "routine": "plan",
    }


def test_the_system_prompt_shows_every_declared_action(step: Session) -> None:
    prompt = step.render("system", variables())
    for action in load_scaffold("v0").manifest.actions:
        assert f"`{action.form}` {action.help}" in prompt
    assert "noop, sleep" in prompt


def test_the_log_prompt_shows_texts_as_they_are(step: Session) -> None:
    prompt = step.render("log", variables())
    assert prompt.startswith("# LOG, step 3")
    assert "You see <b>grass</b>." in prompt
    assert "You see {{ water }}." in prompt
    assert "- map.md (1 line)" in prompt
    assert "unchanged" not in prompt


@pytest.mark.parametrize(("unchanged", "says"), [(1, "Note: "), (3, "WARNING: ")])
def test_the_log_prompt_warns_of_no_change(step: Session, unchanged: int, says: str) -> None:
    assert says in step.render("log", {**variables(), "unchanged": unchanged})


@pytest.mark.parametrize("name", ["plan", "results", "repair", "handoff"])
def test_the_other_prompts_render_strictly(step: Session, name: str) -> None:
    prompt = step.render(name, variables())
    assert prompt == prompt.strip() != ""


def test_a_missing_variable_is_a_fault_with_its_line(step: Session) -> None:
    given = variables()
    del given["observation"]
    with pytest.raises(ScaffoldFault) as caught:
        step.render("log", given)
    assert (caught.value.kind, caught.value.where) == ("raised", "prompts/log.md:9")
    assert "'observation' is undefined" in caught.value.detail


def test_a_missing_variable_in_an_included_prompt_has_that_prompts_line(step: Session) -> None:
    given = variables()
    del given["injected"]
    with pytest.raises(ScaffoldFault) as caught:
        step.render("log", given)
    assert caught.value.where == "prompts/files.md:9"
