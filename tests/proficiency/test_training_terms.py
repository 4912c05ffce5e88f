"""What a run of loop 2 is asked: three sets of seeds that never meet, and a base that is one."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.evaluation.seeds import BadSeeds
from automem_graph.models.budget import Budget, Unpriced
from automem_graph.models.resolve import UnknownModel
from automem_graph.proficiency.bench import open_bench
from automem_graph.proficiency.context import TrainContext, context_of
from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.proficiency.terms import SETS, part, read_terms
from automem_graph.proficiency.trainers.process import SubprocessTrainer
from automem_graph.structure.proposers.opening import UnknownProposer
from automem_graph.worlds.registry import UnknownTask
from support import toy
from support.tiny import save_base


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> TrainContext:
    base = save_base(tmp_path_factory.mktemp("model") / "base")
    return TrainContext(task=toy.NAME, scaffold="terse", base=f"local:{base}")


def opened(context: TrainContext, **other: object):
    return open_bench(replace(context, **other), lambda _: None)


def test_by_default_the_sets_are_disjoint_and_new_to_loop_1(context):
    bench = opened(context)
    terms = bench.terms
    assert (len(terms.collect), len(terms.trial), len(terms.held_out)) == (64, 48, 48)
    assert len({*terms.collect, *terms.trial, *terms.held_out}) == 160
    assert min(terms.collect) == 20_042  # loop 1 plays 42 on, 1042 on, and 10042 on
    assert terms.gameplay == terms.specialist == context.base
    assert isinstance(bench.trainer, SubprocessTrainer)
    assert read_terms(bench.folder) == terms
    assert (bench.scaffold / "scaffold.toml").exists()


def test_other_held_out_seeds_go_on_in_the_same_folder_and_other_trials_do_not(context):
    first = opened(context).folder
    assert opened(context, held_out_seeds="7-9").folder == first
    assert read_terms(first).held_out == (7, 8, 9)
    assert opened(context, trial_seeds="7-9").folder != first


@pytest.mark.parametrize(
    ("asked", "error", "sentence"),
    [
        ({"trial_seeds": "1-3", "collect_seeds": "3-5"}, BadSeeds, "seed 3 cannot be trained on a"),
        ({"trial_seeds": "1-3", "held_out_seeds": "2"}, BadSeeds, "a trial's and held out"),
        ({"held_out_seeds": "20050"}, BadSeeds, "seed 20050 cannot be trained on and held out"),
        ({"trial_seeds": "5"}, BadSeeds, "one seed tells no spread"),
        ({"collect_seeds": "9-1"}, BadSeeds, "empty range"),
        ({"task": "nowhere"}, UnknownTask, "nowhere"),
        ({"base": "openai:gpt-5.5"}, UnknownModel, "must be a folder with its weights"),
        ({"base": "local:nowhere"}, UnknownModel, "There is no folder"),
        ({"base": "local:a@b"}, UnknownModel, "without an adapter"),
        ({"decider": "nobody"}, UnknownProposer, "nobody"),
        ({"decider": "agent"}, UnknownProposer, "--meta"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_played(context, asked, error, sentence):
    with pytest.raises(error, match=sentence):
        opened(context, **asked)
    assert not Path("runs").exists()


def test_a_limit_of_cost_needs_a_price(context):
    with pytest.raises(Unpriced, match="nobody has said what"):
        open_bench(context, lambda _: None, Budget(max_cost=1))


def test_a_folder_may_be_named_without_a_prefix(context):
    folder = context.base.removeprefix("local:")
    assert opened(context, base=folder).terms.base == context.base


@given(worlds=st.integers(1, 400), collect=st.integers(0, 20))
def test_of_a_task_with_few_worlds_half_is_trained_on(worlds: int, collect: int):
    given_ = {"collect": tuple(range(min(collect, worlds)))} if collect else {}
    try:
        sets = part("some", worlds, given_)
    except BadSeeds:
        assert worlds < 4 + collect
        return
    seeds = [seed for one in SETS for seed in sets[one]]
    assert len(set(seeds)) == len(seeds)
    assert {*seeds} <= {*range(worlds)}
    if not collect:
        assert len(sets["collect"]) == min(64, worlds // 2)
        assert len(sets["trial"]) == min(48, worlds // 4)


def test_studio_sends_a_mapping_and_each_thread_has_a_run_of_its_own():
    context = context_of({"task": "gates", "nonsense": 1}, "a thread")
    assert context.run == "runs/studio-a_thread"
    assert context_of({"run": "mine"}, "a thread").run == "mine"
    assert context_of(None) == TrainContext()
    assert TrainingFolder(Path("x")).trial("t1").card == Path("x/trials/t1/data/card.json")
