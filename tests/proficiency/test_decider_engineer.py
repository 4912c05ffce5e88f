"""`offline:engineer`: what it decides after which ledger, and when it has nothing left to try."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from automem_graph.proficiency.decider import Decision, NoDecision, NoRecipe
from automem_graph.proficiency.deciders import open_decider
from automem_graph.proficiency.desk_facts import BaseFacts
from automem_graph.proficiency.ledger import Row
from automem_graph.proficiency.recipe import Filters, Recipe
from automem_graph.proficiency.recipe_file import CONSULTS_FIRST
from support.desks import FAIL, LOOK, WRITE, controls, failed, lay, mixed, played, turn

Decide = Callable[..., Decision]
GOOD = {"writes_per_search": 0.5, "repeated_writes": 0.02, "duplicate_lines": 0.02}


@pytest.fixture
def decide(tmp_path: Path) -> Decide:
    def decide(*rows: Row, problem: str = "", **desk: Any) -> Decision:
        lay(tmp_path / "desk", rows, **desk)
        if problem:
            (tmp_path / "desk" / "problem.md").write_text(f"# Refused\n\n{problem}\n")
        return open_decider("offline:engineer").decide(tmp_path / "desk", print)

    return decide


@pytest.fixture
def first(decide: Decide) -> Recipe:
    return decide().recipe


def filters(decision: Decision) -> Filters:
    assert isinstance(decision.recipe.selection, Filters)
    return decision.recipe.selection


def test_it_begins_with_turns_that_consult_before_they_write(decide: Decide):
    decision = decide()
    assert decision.recipe.selection == CONSULTS_FIRST.selection
    lora = decision.recipe.lora
    assert (lora.rank, lora.cutoff) == (16, 512)
    assert 1e-3 <= lora.learning_rate <= 2e-3
    assert decision.recipe.least > 1
    assert "Of 400 turns (200 of LOG, 200 of PLAN), about 200 are such" in decision.rationale
    assert "\n" not in decision.rationale.split("\n")[0]
    assert "fewer writes for each search" in decision.expected
    assert decision.spent.calls == 0


@pytest.mark.parametrize(
    ("parameters", "rank", "rate"),
    [(700_000, 16, 2e-3), (10**9, 32, 4e-4), (7 * 10**9, 64, 1e-4), (32 * 10**9, 128, 5e-5)],
)
def test_lora_suits_the_size_of_the_base(decide: Decide, parameters: int, rank: int, rate: float):
    turns = mixed(episodes=40)
    lora = decide(base=BaseFacts(parameters=parameters, context=32_768), turns=turns).recipe.lora
    assert (lora.rank, lora.alpha, lora.learning_rate) == (rank, 2 * rank, rate)
    assert lora.cutoff == 16_384


def test_a_base_of_unknown_size_gets_the_papers_settings(decide: Decide):
    lora = decide(base=BaseFacts(), turns=mixed(episodes=40)).recipe.lora
    assert (lora.rank, lora.learning_rate, lora.cutoff) == (128, 5e-5, 16_384)


def test_too_few_turns_are_the_end_and_say_how_many(decide: Decide):
    with pytest.raises(NoRecipe, match=r"of 80 turns only 0 look .* 48 are needed: collect more"):
        decide(turns=[turn(1, step, "log", WRITE) for step in range(80)])


def test_where_most_turns_fail_these_are_taken_too(decide: Decide):
    turns = [turn(1, step, "log", LOOK, FAIL) for step in range(80)]
    assert filters(decide(turns=turns)) == Filters(searches_before_writes=True, consults=True)


def test_a_loss_that_hardly_fell_asks_for_a_higher_rate(decide: Decide, first: Recipe):
    decision = decide(*controls(), played("t1", first, loss=(2.0, 1.9), **GOOD))
    assert decision.recipe.lora.learning_rate == 2 * first.lora.learning_rate
    assert decision.recipe.selection == first.selection
    assert "the loss of t1 hardly fell, from 2.000 to 1.900" in decision.rationale


def test_repeated_writes_ask_for_turns_without(decide: Decide, first: Recipe):
    row = played("t1", first, writes_per_search=0.5, repeated_writes=0.24)
    decision = decide(*controls(), row)
    assert filters(decision).no_repeats
    assert "24.0% of the writes of t1 were there already" in decision.rationale
    assert "repeated" in decision.expected


def test_a_condition_that_excludes_no_turn_is_none(decide: Decide, first: Recipe):
    """The recipe of t1 without repeated writes comes to the examples of t1."""
    turns = [one for one in mixed() if not any(action.repeated for action in one.actions)]
    row = played("t1", first, writes_per_search=0.5, repeated_writes=0.24)
    recipe = decide(*controls(), row, turns=turns).recipe
    assert recipe.model_copy(update={"selection": first.selection}) != first


def test_little_searching_asks_for_as_much_log_as_plan(decide: Decide, first: Recipe):
    row = played("t1", first, repeated_writes=0.02, duplicate_lines=0.02)
    assert decide(*controls(), row).recipe.composition.log_share == 0.5


def test_better_habits_with_less_progression_ask_for_better_episodes(decide: Decide, first: Recipe):
    decision = decide(*controls(), played("t1", first, far=0.3, **GOOD))
    assert filters(decision).episodes_above == 0.5
    assert "t1 made 20.0% less progression than the base" in decision.rationale


def test_failed_calls_ask_for_gentler_training(decide: Decide, first: Recipe):
    decision = decide(*controls(), played("t1", first, failed_calls=0.2, **GOOD))
    assert decision.recipe.lora.learning_rate == first.lora.learning_rate / 2


@pytest.mark.parametrize("stage", ["select", "verify"])
def test_too_few_examples_ask_for_a_wider_selection(decide: Decide, first: Recipe, stage: str):
    narrow = first.model_copy(
        update={"selection": first.selection.model_copy(update={"finds": True})}
    )
    decision = decide(*controls(), played("t1", first, **GOOD), failed("t2", narrow, stage))
    assert decision.recipe not in (first, narrow)
    wide = decide(failed("t1", narrow, stage))
    assert filters(wide) == first.selection
    assert "t1 came to no examples: too few" in wide.rationale


def test_a_refused_recipe_is_widened_as_well(decide: Decide, first: Recipe):
    assert filters(decide(problem="3 examples came of 5 turns")) == Filters(
        searches_before_writes=True, consults=True
    )


def test_what_it_cannot_mend_is_no_decision(decide: Decide):
    with pytest.raises(NoDecision, match=r"rules cannot mend .*: the sky fell"):
        decide(problem="the sky fell")


@pytest.mark.parametrize(
    ("why", "field"),
    [("the GPU is out of memory: take less", "cutoff"), ("the loss is NaN", "learning_rate")],
)
def test_training_that_failed_asks_for_less(decide: Decide, first: Recipe, why: str, field: str):
    lora = decide(failed("t1", first, "train", why)).recipe.lora
    assert getattr(lora, field) == getattr(first.lora, field) / 2


def test_what_failed_at_play_is_tried_once_more(decide: Decide, first: Recipe):
    assert decide(failed("t1", first, "trial")).recipe == first
    again = decide(failed("t1", first, "trial"), failed("t2", first, "trial"))
    assert again.recipe != first


def test_it_goes_on_from_the_best_trial_and_never_repeats_itself(decide: Decide, first: Recipe):
    rows = [*controls(), played("t1", first, **GOOD)]
    seen = [first]
    end = ""
    while not end:
        try:
            decision = decide(*rows)
        except NoRecipe as none:
            end = str(none)
        else:
            assert decision.recipe not in seen
            assert "the recipe of t1" in decision.rationale
            seen.append(decision.recipe)
            rows.append(played(f"t{len(seen)}", decision.recipe, writes_per_search=9.0))
    assert end == f"the ladder is used up after {len(seen)} recipes"
    assert 6 <= len(seen) <= 20


def test_all_figures_that_it_read_are_in_its_reason(decide: Decide, first: Recipe):
    said = decide(*controls(), played("t1", first, **GOOD)).rationale
    assert "t1: loss 2.000 to 0.500; writes per search 0.50 (base 2.40, random 2.40)" in said
    assert "progression 50.9%" in said


def test_an_adapter_that_never_searches_is_no_reason_to_stop(decide: Decide, first: Recipe):
    row = played("t1", first, writes_per_search=float("inf"), writes=0.0)
    assert decide(*controls(), row).recipe != first


def test_the_same_desk_gives_the_same_recipe(decide: Decide):
    assert decide() == decide()


@pytest.mark.parametrize("name", ["facts.json", "ledger.jsonl", "turns.jsonl"])
@pytest.mark.parametrize("text", [None, "{", '{"x": 1}\n', "\xff"])
def test_a_damaged_desk_is_no_decision(tmp_path: Path, name: str, text: str | None):
    desk = lay(tmp_path / "desk")
    (desk / name).unlink()
    if text is not None:
        (desk / name).write_text(text, encoding="latin-1")
    with pytest.raises(NoDecision, match=f"{name} cannot be read"):
        open_decider("offline:engineer").decide(desk, print)


def test_what_it_decided_lies_on_the_desk(decide: Decide, tmp_path: Path):
    decision = decide()
    text = (tmp_path / "desk" / "recipe.json").read_text()
    assert Recipe.model_validate_json(text) == decision.recipe
    assert (tmp_path / "desk" / "rationale.md").read_text().startswith("Takes turns that look")
