"""The hand-written good structure, run as any scaffold: in its host, over a real Crafter world."""

import difflib
import random
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from automem_graph.memory.dictionary import DictFiles
from automem_graph.memory.memory import Memory
from automem_graph.models.player.turn import reply
from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.load import load_scaffold
from automem_graph.worlds.crafter.card import CARD
from automem_graph.worlds.crafter.world import CrafterWorld

GOOD = Path(__file__).parents[1] / "scaffolds" / "good"
V0 = Path(str(files("automem_graph.tools") / "v0"))


@pytest.fixture(scope="module")
def host() -> Iterator[ScaffoldHost]:
    with ScaffoldHost.start(load_scaffold(GOOD)) as started:
        yield started


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(DictFiles(), tmp_path / "memory.jsonl")


def seen(step, action, previous, now):
    return {
        "step": step,
        "last_action": action,
        "previous": previous,
        "observation": now,
        "unchanged": 0,
    }


def test_it_adds_at_most_two_hundred_lines_to_v0():
    added = 0
    for path in GOOD.rglob("*"):
        if path.suffix in (".py", ".toml", ".md"):
            old = V0 / path.relative_to(GOOD)
            before = old.read_text().splitlines() if old.exists() else []
            diff = difflib.ndiff(before, path.read_text().splitlines())
            added += sum(line.startswith("+ ") for line in diff)
    assert 50 < added <= 200


@pytest.mark.parametrize("seed", [42, 46])
def test_the_tracked_position_is_the_world_s(host, memory, seed):
    """A few hundred steps of a walk that bumps, clears, turns, sleeps and dawdles."""
    world, chance = CrafterWorld(seed), random.Random(seed)
    answer, previous, action, state = world.reset(), "", "", {}
    moves = [name for name in CARD.actions if name.startswith("Move")]
    for step in range(300):
        with host.open_session(memory) as session:
            notes, state = session.observe(state, seen(step, action, previous, answer.text))
        x, y = answer.facts["position"]
        assert notes == f"Position: {x - 32}, {y - 32}, facing {answer.facts['facing']}."
        if answer.done:
            break
        previous = answer.text
        action = chance.choice([*moves * 2, action or "Do", "Do", "Sleep", "Place Stone"])
        if "You face lava" in previous or "lava 1 step" in previous:
            action = "Noop"
        answer = world.step(action)


def test_without_its_state_it_knows_no_position(host, memory):
    with host.open_session(memory) as session:
        assert session.observe({}, seen(9, "Do", "", "")) == ("", {})


def test_one_line_is_kept_for_each_key(host, memory):
    put = next(action for action in load_scaffold(GOOD).manifest.actions if action.name == "PUT")
    texts = {}

    class View:
        def text(self, name):
            return texts.get(name)

        def index(self):
            return ()

        def read(self, name, start=1):
            raise AssertionError("PUT reads by text")

    with host.open_session(View()) as session:
        for key, text in [("0,0", "a: b"), ("0,8", "c"), ("0,0", "d\ne"), (" 0,0 ", "f")]:
            answer = session.run(put, {"file": "map.md", "key": key, "text": text})
            (edit,) = answer.edits
            texts["map.md"] = edit.text + "\n"
    assert texts["map.md"] == "0,8: c\n0,0: f\n"
    assert answer.text == "Replaced 0,0 in map.md."


def test_the_player_uses_what_it_declares(host, memory):
    from langchain_core.messages import HumanMessage, SystemMessage

    world = CrafterWorld(42)
    before, now = world.reset().text, world.step("Move East").text
    scaffold = load_scaffold(GOOD)
    actions = {
        routine: [
            {"name": spec.name, "form": spec.form, "help": spec.help}
            for spec in scaffold.manifest.of(routine)
        ]
        for routine in ("log", "plan")
    }
    ends = {"done": actions["log"][-1], "commit": actions["plan"][-1]}
    common = {"task": CARD.model_dump(mode="json"), "actions": {**actions, **ends}}
    with host.open_session(memory) as session:
        system = session.render("system", common)
        log = session.render(
            "log",
            {
                **common,
                **seen(1, "Move East", before, now),
                "notes": "Position: 1, 0, facing east.",
                "index": [],
                "injected": [],
            },
        )
    said = reply([SystemMessage(system), HumanMessage(log)])
    assert "<|PUT|>map.md|0,0|" in said
    assert "<|WRITE|>status.md|Position: 1, 0, facing east, step 1<|END|>" in said
