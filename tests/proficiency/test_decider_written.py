"""What a decider has written is read as the output of a stranger."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automem_graph.proficiency.deciders.written import (
    NONE_GIVEN,
    mark,
    read_recipe,
    take_decision,
    take_recipe,
    try_selector,
)
from automem_graph.proficiency.recipe import Code, Filters, Recipe
from automem_graph.proficiency.recipe_file import CONSULTS_FIRST, BadRecipe
from automem_graph.structure.lineage import Spent
from support.desks import controls, failed, lay, played

FILTERS = {"selection": {"kind": "filters", "consults": True}}
CODE = {"selection": {"kind": "code"}}
PICKS_LOG = "def select(turns):\n    return [t['id'] for t in turns if t['routine'] == 'log']\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return lay(tmp_path / "desk", [*controls(), played("t1", CONSULTS_FIRST)])


def write(desk: Path, recipe: Any, source: str = "") -> None:
    text = recipe if isinstance(recipe, str) else json.dumps(recipe)
    (desk / "recipe.json").write_text(text)
    if source:
        (desk / "select.py").write_text(source)


@pytest.mark.parametrize(
    ("part", "field", "value", "why"),
    [
        ("lora", "rank", 0, "greater than or equal to 1"),
        ("lora", "rank", 513, "less than or equal to 512"),
        ("lora", "rank", 1.5, "valid integer"),
        ("lora", "rank", "16", "valid integer"),
        ("lora", "rank", True, "valid integer"),
        ("lora", "alpha", 0, "greater than 0"),
        ("lora", "alpha", 5000, "less than or equal to 4096"),
        ("lora", "alpha", float("nan"), "alpha"),
        ("lora", "dropout", -0.1, "greater than or equal to 0"),
        ("lora", "dropout", 0.6, "less than or equal to 0.5"),
        ("lora", "targets", "everything", "'attention' or 'all-linear'"),
        ("lora", "learning_rate", 0, "greater than 0"),
        ("lora", "learning_rate", 1, "less than or equal to 0.1"),
        ("lora", "learning_rate", float("inf"), "learning_rate"),
        ("lora", "learning_rate", "5e-5", "valid number"),
        ("lora", "schedule", "steps", "'cosine', 'linear' or 'constant'"),
        ("lora", "warmup", 0.9, "less than or equal to 0.5"),
        ("lora", "epochs", 0, "greater than 0"),
        ("lora", "epochs", 101, "less than or equal to 100"),
        ("lora", "batch", 0, "greater than or equal to 1"),
        ("lora", "batch", 5000, "less than or equal to 4096"),
        ("lora", "cutoff", 63, "greater than or equal to 64"),
        ("lora", "cutoff", 10**6, "less than or equal to 131072"),
        ("lora", "speed", 1, "Extra inputs are not permitted"),
        ("composition", "log_share", 1.1, "less than or equal to 1"),
        ("composition", "log_share", -1, "greater than or equal to 0"),
        ("composition", "most", 0, "greater than or equal to 1"),
        ("composition", "most", 10**6, "less than or equal to 200000"),
        ("composition", "most_per_episode", 0, "greater than or equal to 1"),
        ("composition", "task_weights", {"a": 101}, "less than or equal to 100"),
        ("composition", "task_weights", {"a": -1}, "greater than or equal to 0"),
        ("composition", "task_weights", [1], "task_weights"),
        ("composition", "order", "best", "Extra inputs are not permitted"),
        ("selection", "routines", ["act"], "'log' or 'plan'"),
        ("selection", "routines", "log", "routines"),
        ("selection", "episodes_above", 2, "less than or equal to 1"),
        ("selection", "finds", "yes", "valid boolean"),
        ("selection", "finds", 1, "valid boolean"),
        ("selection", "only_seed", 3, "Extra inputs are not permitted"),
        ("selection", "kind", "best", "does not match any of the expected tags"),
    ],
)
def test_what_is_out_of_range_is_refused_with_its_place(
    desk: Path, part: str, field: str, value: Any, why: str
):
    recipe = {**FILTERS, part: {**FILTERS.get(part, {}), field: value}}
    write(desk, recipe)
    with pytest.raises(BadRecipe) as caught:
        take_recipe(desk)
    said = str(caught.value)
    assert said.startswith("recipe.json is refused: ") or "no JSON" in said
    assert why in said
    assert part in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there is no recipe.json, or it is empty"),
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "valid dictionary or instance|an object"),
        ("3", "object|dictionary"),
        ("{}", "selection: Field required"),
        ('{"selection": 3}', "selection"),
        ('{"selection": {"kind": "code"}}', "source: Field required"),
        ('{"selection": {"kind": "code", "source": ""}}', "at least 1 character"),
        (json.dumps({**FILTERS, "least": 0}), "least"),
        (json.dumps({**FILTERS, "base": "other"}), "base: Extra inputs"),
        (" " * 200_000, "no recipe.json|longer than 131,072 bytes"),
        (json.dumps(FILTERS) + " " * 200_000, "longer than 131,072 bytes"),
        (CONSULTS_FIRST.model_dump_json(), "is the recipe of t1, which was tried"),
    ],
)
def test_what_is_no_recipe_is_refused_in_a_sentence(desk: Path, text: str, why: str):
    write(desk, text)
    with pytest.raises(BadRecipe, match=why) as caught:
        take_recipe(desk)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("def select(turns:\n", "was never closed"),
        ("x = 1\n", r"there is no function select\(turns\)"),
        ("def select(turns):\n    return turns[0]['nothing']\n", "nothing"),
        ("def select(turns):\n    return 3\n", "must return a list"),
        ("import socket\ndef select(turns):\n    socket.socket()\n", "select.py fails"),
        ("def select(turns):\n    return open('/etc/passwd').read()\n", "select.py fails"),
        ("import numpy\ndef select(turns):\n    return []\n", "select.py fails"),
        ("#" * 20_001, "at most 20000 characters"),
        ("(" * 5000, "select.py fails"),
    ],
)
def test_a_selector_that_fails_is_refused_before_it_costs_anything(
    desk: Path, source: str, why: str
):
    write(desk, CODE, source)
    with pytest.raises(BadRecipe, match=why) as caught:
        take_recipe(desk)
    assert "\n" not in str(caught.value)
    assert "/tmp" not in str(caught.value)


def test_a_selector_becomes_the_recipes(desk: Path):
    write(desk, CODE, PICKS_LOG)
    recipe = take_recipe(desk)
    assert recipe.selection == Code(source=PICKS_LOG)
    assert try_selector(desk, recipe) == (
        "of 3 episodes it picks 60 of 60 turns of LOG and 0 of 60 turns of PLAN"
    )


def test_without_a_selection_the_selector_is_it(desk: Path):
    write(desk, {"least": 3}, PICKS_LOG)
    assert take_recipe(desk) == Recipe(selection=Code(source=PICKS_LOG), least=3)


def test_filters_leave_an_old_selector_alone(desk: Path):
    write(desk, FILTERS, "no python at all (")
    assert take_recipe(desk).selection == Filters(consults=True)


@pytest.mark.parametrize("name", ["recipe.json", "select.py", "rationale.md"])
@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_nothing_outside_the_desk_is_read(desk: Path, tmp_path: Path, name: str, kind: str):
    write(desk, CODE, PICKS_LOG)
    (desk / name).unlink(missing_ok=True)
    outside = tmp_path / "outside"
    outside.write_text(PICKS_LOG if name == "select.py" else json.dumps(FILTERS))
    match kind:
        case "link":
            (desk / name).symlink_to(outside)
        case "folder":
            (desk / name).mkdir()
        case _:
            os.mkfifo(desk / name)
    if name == "rationale.md":
        assert take_decision(desk, take_recipe(desk), Spent()).rationale == NONE_GIVEN
    else:
        with pytest.raises(BadRecipe):
            take_recipe(desk)


@pytest.mark.parametrize("name", ["ledger.jsonl", "turns.jsonl"])
@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "nonsense", "nothing"])
def test_a_desk_that_was_tampered_with_is_a_refusal(
    desk: Path, tmp_path: Path, name: str, kind: str
):
    write(desk, CODE, PICKS_LOG)
    (desk / name).rename(tmp_path / "outside")
    match kind:
        case "link":
            (desk / name).symlink_to(tmp_path / "outside")
        case "folder":
            (desk / name).mkdir()
        case "pipe":
            os.mkfifo(desk / name)
        case "nonsense":
            (desk / name).write_text('{"seed": 3}\n')
    with pytest.raises(BadRecipe, match=f"was changed: {name} cannot be read"):
        take_recipe(desk)


def test_the_reason_is_parted_from_what_is_expected_and_bounded(desk: Path):
    write(desk, FILTERS)
    (desk / "rationale.md").write_text("Less is more.\n\nt1 wrote.\n\n## Expected shift\n\nLess.\n")
    decision = take_decision(desk, take_recipe(desk), Spent(calls=3))
    assert decision.rationale == "Less is more.\n\nt1 wrote."
    assert decision.expected == "Less."
    assert decision.spent.calls == 3
    (desk / "rationale.md").write_text("Long \x1b[31m" + "x" * 10**6)
    assert len(take_decision(desk, decision.recipe, Spent()).rationale) < 40_000
    assert "\x1b" not in take_decision(desk, decision.recipe, Spent()).rationale


def test_a_refused_recipe_must_be_changed(desk: Path):
    write(desk, FILTERS)
    before = mark(desk)
    with pytest.raises(BadRecipe, match="is as it was"):
        take_recipe(desk, before)
    write(desk, {**FILTERS, "least": 2})
    assert take_recipe(desk, before).least == 2


@pytest.mark.parametrize(("stage", "again"), [("trial", True), ("train", True), ("verify", False)])
def test_only_what_failed_by_bad_luck_may_be_tried_again(tmp_path: Path, stage: str, again: bool):
    desk = lay(tmp_path / "desk", [failed("t1", CONSULTS_FIRST, stage)])
    write(desk, CONSULTS_FIRST.model_dump_json())
    if again:
        assert take_recipe(desk) == CONSULTS_FIRST
    else:
        with pytest.raises(BadRecipe, match="recipe of t1"):
            take_recipe(desk)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
names = st.sampled_from(["selection", "composition", "lora", "least", "kind", "source", "rank"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(names, json_values | st.dictionaries(names, json_values)), st.binary())
def test_anything_is_a_recipe_or_refused(desk: Path, data: dict[str, Any], tail: bytes):
    (desk / "recipe.json").write_bytes(json.dumps(data).encode() + tail)
    said = ""
    try:
        read_recipe(desk)
    except BadRecipe as flaw:
        said = str(flaw)
    assert "\n" not in said
    assert len(said) < 700
