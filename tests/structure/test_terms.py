"""What a run of loop 1 was asked: its seeds, its folder, and what may change from day to day."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.episodes.layout import RunError
from automem_graph.evaluation.seeds import BadSeeds
from automem_graph.models.resolve import UnknownModel
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.context import EvolveContext, context_of
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.terms import Terms, folder_of, keep_terms, read_terms, terms_of
from automem_graph.worlds.registry import UnknownTask
from support import toy
from support.evolutions import terms

SERVED = "vllm:any@http://127.0.0.1:9/v1"
FOLDER = EvolutionFolder(Path("run"))


def asked(**given: Any) -> Terms:
    context = EvolveContext(**{"suite": toy.NAME, **given})
    return terms_of(context, load_scaffold(context.scaffold))[0]


def test_seeds_are_24_where_players_are_free_and_10_where_they_may_cost_something():
    free, served, mixed = asked(), asked(gameplay=SERVED), asked(specialist=SERVED)
    assert (free.gate, free.held_out) == (tuple(range(42, 66)), tuple(range(1042, 1066)))
    for one in (served, mixed):
        assert (one.gate, one.held_out) == (tuple(range(42, 52)), tuple(range(1042, 1052)))
    assert asked(gate_seeds="1-3,7", held_out_seeds="9").seeds == (1, 2, 3, 7)


def test_a_run_is_named_by_what_bears_on_its_rows_and_goes_on_with_the_rest_changed():
    context = EvolveContext(suite=toy.NAME)
    first = folder_of(context, asked())
    assert first.path.parent == Path("runs")
    assert first.path.name.startswith(f"evolve-{toy.NAME}-")
    for same in ({"revisions": 9}, {"attempts": 1}, {"parallel": 7}, {"held_out_seeds": "9"}):
        assert folder_of(context, asked(**same)) == first
    for other in ({"p": 0.05}, {"gate_seeds": "1-9"}, {"steps": 5}, {"proposer": "command:x"}):
        assert folder_of(context, asked(**other)) != first
    assert folder_of(replace(context, run="here"), asked()).path == Path("here")


def test_a_thread_of_a_server_has_a_folder_of_its_own_unless_it_names_one():
    assert context_of({"suite": "nethack", "other": 1}, "1/../2").run == "runs/studio-1____2"
    assert context_of({"run": "mine"}, "1").run == "mine"
    assert context_of(EvolveContext(run="mine"), "1").run == "mine"
    assert context_of(None) == EvolveContext()


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"gate_seeds": "1-5", "held_out_seeds": "5-9"}, BadSeeds, "seed 5 cannot be"),
        ({"gate_seeds": "1-3"}, BadSeeds, "3 worlds cannot show a p below 0.1"),
        ({"gate_seeds": "1-4", "p": 0.05}, BadSeeds, "4 worlds cannot show a p below 0.05"),
        ({"gate_seeds": "nine"}, BadSeeds, "nine"),
        ({"suite": "chess"}, UnknownTask, "chess"),
        ({"gameplay": "vllm:any"}, UnknownModel, "vllm"),
    ],
)
def test_what_cannot_be_asked_is_refused(given: dict[str, Any], error: type[Exception], said: str):
    with pytest.raises(error, match=said):
        asked(**given)


def test_the_papers_rule_needs_one_world():
    assert asked(gate_seeds="1", rule="strict_mean").gate == (1,)


@given(
    gate=st.sets(st.integers(10_000, 10_100), min_size=1, max_size=30),
    held_out=st.sets(st.integers(10_000, 10_100), max_size=30),
)
def test_seeds_of_a_confirmation_are_no_others(gate: set[int], held_out: set[int]):
    given = terms(seeds=tuple(gate), held_out=tuple(held_out - gate))
    drawn = [seed for number in range(4) for seed in given.fresh(number)]
    assert len(drawn) == len({*drawn}) == 4 * len(gate)
    assert not {*drawn} & {*gate, *given.held_out}


def test_worlds_are_in_order_seed_by_seed():
    assert terms(tasks={"a": 1, "b": 2}).keys((5, 3)) == (("a", 5), ("b", 5), ("a", 3), ("b", 3))


def test_a_folder_keeps_its_terms_and_refuses_others():
    kept = asked(held_out_seeds="100-103")
    keep_terms(FOLDER, kept)
    keep_terms(FOLDER, kept)
    assert read_terms(FOLDER) == kept
    with pytest.raises(RunError, match="run holds a run with another seeds, rule: choose another"):
        keep_terms(FOLDER, asked(gate_seeds="1-9", p=0.05))
    assert read_terms(FOLDER) == kept


def test_held_out_seeds_may_be_others_the_next_time():
    keep_terms(FOLDER, asked(held_out_seeds="100-103"))
    more = asked(held_out_seeds="100-110")
    keep_terms(FOLDER, more)
    assert read_terms(FOLDER) == more


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no run of loop 1 in run"),
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ("{}", "cannot be read"),
        ('{"asked": 7}', "is damaged"),
        ('{"asked": {"suite": "crafter"}}', "is damaged"),
        ("\0", "cannot be read"),
    ],
)
def test_terms_that_cannot_be_read_are_an_error(text: str | None, said: str):
    if text is not None:
        FOLDER.path.mkdir()
        FOLDER.asked.write_text(text)
    with pytest.raises(RunError, match=said):
        read_terms(FOLDER)


def test_terms_of_another_version_are_damaged_and_not_overwritten():
    keep_terms(FOLDER, asked())
    data = json.loads(FOLDER.asked.read_text())
    del data["asked"]["rule"]
    FOLDER.asked.write_text(json.dumps(data))
    with pytest.raises(RunError, match="rule is damaged"):
        keep_terms(FOLDER, asked())
