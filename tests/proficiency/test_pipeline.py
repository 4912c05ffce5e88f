"""Both loops and the table, on a toy world with a real local model; nothing is paid for twice."""

import shutil
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from automem_graph.episodes.layout import RunError
from automem_graph.evaluation.seeds import BadSeeds, parse_seeds
from automem_graph.models.budget import Budget
from automem_graph.proficiency.bench import Tools
from automem_graph.proficiency.deciders.opening import UnknownDecider
from automem_graph.proficiency.pipeline.context import PipelineContext
from automem_graph.proficiency.pipeline.estimate import estimate
from automem_graph.proficiency.pipeline.events import Stage
from automem_graph.proficiency.pipeline.layout import PipelineFolder
from automem_graph.proficiency.pipeline.plan import plan_pipeline
from automem_graph.proficiency.pipeline.result import Pipeline, read_pipeline
from automem_graph.structure.purse import Unfinished
from support import toy
from support.here import playing_here
from support.pipelining import RENAMING, run, settings
from support.training import HELD_OUT, Ladder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the finished run lies, and the model that plays."""
    return tmp_path_factory.mktemp("finished")


@pytest.fixture(scope="module")
def given(folder) -> dict[str, Any]:
    return settings(folder)


@pytest.fixture(scope="module")
def finished(folder, given) -> Iterator[Pipeline]:
    """A run in which the first attempt of loop 1 was a true improvement."""
    with playing_here(), chdir(folder):
        run(**given)
        yield read_pipeline(PipelineFolder(Path("run")))


@pytest.fixture
def begun(folder, given, finished) -> dict[str, Any]:
    """The same run in another folder, to go on with."""
    shutil.copytree(folder / "run", "run")
    return given


def played(where: Path) -> dict[str, bytes]:
    """The results in a run's folder, by episode."""
    return {file.parent.name: file.read_bytes() for file in where.glob("episodes/*/episode.json")}


def test_the_rows_are_v0_and_what_each_loop_has_brought(finished):
    first, evolved, trained = finished.rows
    assert [row.name for row in finished.rows] == ["v0", "+ loop 1", "+ loop 2"]
    assert first.kept
    assert first.brought is None
    assert first.all.progression.mean == 0.0
    assert evolved.kept
    assert evolved.why == "v1: Let the agent walk in its own words."
    assert evolved.brought.all.difference.mean == evolved.all.progression.mean > 0.0
    assert {*evolved.brought.differs} == {"scaffold"}
    assert trained.kept == bool(finished.specialist)
    assert trained.why.startswith("t1: " if trained.kept else "none: t1: ")
    for row in finished.rows:
        assert row.all.progression.n == row.all.done == 2
    assert Path(finished.scaffold).name in evolved.brought.differs["scaffold"]


def test_what_loop_2_has_promoted_plays_on_the_best_scaffold_beside_its_base(finished):
    evolved, trained = finished.rows[1:]
    if not trained.kept:  # which turns the model takes is drawn; see the run that keeps nothing
        assert trained.all == evolved.all
        return
    assert {*trained.brought.differs} >= {"specialist", "specialist_weights"}
    assert "scaffold" not in trained.brought.differs
    assert finished.both.all.difference.mean == pytest.approx(
        trained.all.progression.mean - finished.rows[0].all.progression.mean
    )
    assert Pipeline.model_validate_json(finished.model_dump_json()) == finished


def test_neither_loop_has_chosen_by_the_seeds_of_the_table(finished):
    seeds = {name: {*each} for name, each in finished.seeds.items()}
    assert seeds["held out"] == {*parse_seeds(HELD_OUT)}
    assert all(seeds.values())
    for name in seeds.keys() - {"held out"}:
        assert not seeds[name] & seeds["held out"], name


def test_an_episode_that_two_stages_want_is_played_once(folder, finished):
    where = folder / "run"
    first, best = (Path(row.run).name for row in finished.rows[:2])
    assert (first, best) == ("v0", "loop-1")
    evolved = Path(finished.scaffold).name
    loop_1 = played(where / "evolve/plays" / evolved)
    table = played(where / "final/loop-1")
    assert len(table) == 2
    assert table.items() <= loop_1.items()  # to the second in which they ended
    assert table.items() <= played(where / "train/plays/base").items()
    every = [file.parent.name for file in where.glob("*/**/episode.json")]
    assert finished.episodes == len({*every}) < len(every)
    for kept in (where / "final/loop-1").glob("episodes/*/trace.jsonl"):
        assert (kept.parent / "memory").is_dir()
    assert any((where / "final/loop-1/prompts").iterdir())


def test_the_same_call_again_plays_nothing(folder, given, finished, monkeypatch):
    monkeypatch.chdir(folder)
    before = sorted(Path("run").rglob("episode.json"))
    heard = []
    assert run(**given, hear=heard.append) == finished
    assert [event.stage for event in heard if isinstance(event, Stage)] == ["train", "final"]
    assert sorted(Path("run").rglob("episode.json")) == before
    with pytest.raises(RunError, match="run/train holds a run with another margin"):
        run(**given | {"margin": 0.2})
    with pytest.raises(RunError, match="run/evolve holds a run with another seeds"):
        run(**given | {"gate_seeds": "31-36"})


def test_interrupted_at_any_stage_it_comes_to_the_same_table(begun, finished):
    shutil.rmtree("run/final")
    left = ["train", "final"]

    def leave(event: object) -> None:
        if isinstance(event, Stage) and event.stage == left[0]:
            raise KeyboardInterrupt

    while left:
        with pytest.raises(KeyboardInterrupt):
            run(**begun, hear=leave)
        left.pop(0)
    half = Path("run/final/v0/episodes")
    half.mkdir(parents=True)
    (half / f".{next(iter(played(Path('run/evolve/plays').iterdir().__next__())))}").mkdir()
    again = run(**begun)
    assert again == finished


def test_seeds_that_a_scaffold_was_chosen_by_are_not_held_out(begun):
    for seeds, sentence in (
        ("31", "seed 31 cannot be the gate's and held out"),
        ("2", "seed 2 cannot be trained on and held out"),
        ("10042", "seed 10042 has helped to choose a scaffold in run and cannot be held out"),
    ):
        with pytest.raises(BadSeeds, match=sentence):
            run(**begun | {"held_out_seeds": seeds})


def test_a_budget_is_for_all_stages_and_told_as_it_was_given(begun):
    shutil.rmtree("run/final")
    shutil.rmtree("run/train")
    with pytest.raises(Unfinished, match=r"^the budget of 2,000 tokens is used up; the same"):
        run(**begun, budget=Budget(max_tokens=2000))
    assert not list(Path("run/train").rglob("trace.jsonl"))[2:]  # the base's two, of loop 1
    with pytest.raises(Unfinished, match="budget of 0 hours"):
        run(**begun, budget=Budget(max_hours=0))


@pytest.fixture
def nothing(folder, finished, tmp_path) -> dict[str, Any]:
    """A run in which neither loop keeps anything; all that v0 has played is there."""
    given = settings(tmp_path, RENAMING, rungs=[["narrow"]])
    return {**given, "base": f"local:{folder / 'habits'}"}


def test_loops_that_keep_nothing_are_rows_like_the_one_above(folder, nothing, finished):
    shutil.copytree(folder / "run/evolve/plays", "run/evolve/plays")
    found = run(**nothing)
    first, evolved, trained = found.rows
    assert (first.kept, evolved.kept, trained.kept) == (True, False, False)
    assert evolved.why.startswith("nothing kept, 1 attempts rejected: ")
    assert trained.why == "none: no trial came to its end, and the ledger says why"
    assert first.all == evolved.all == trained.all == finished.rows[0].all
    assert [path.name for path in Path("run/final").iterdir()] == ["v0"]
    assert (found.both, found.specialist) == (None, "")
    assert (evolved.brought, trained.brought) == (None, None)


def test_mistakes_of_either_loop_are_told_before_anything_is_played(given, finished):
    for wrong, error in (
        ({"decider": "nobody"}, UnknownDecider),
        ({"trial_seeds": "1-9"}, BadSeeds),
        ({"gate_seeds": "31"}, BadSeeds),
    ):
        asked = {**given, "run": "other", **wrong}
        with pytest.raises(error):
            plan_pipeline(PipelineContext(**asked), lambda _: None)
    assert not Path("other").exists()


def test_an_estimate_is_of_what_may_be_played_at_most(given, finished):
    tools = Tools(decider=Ladder([["all"]]))
    fresh = plan_pipeline(
        PipelineContext(**{**given, "run": "other", "recipes": 1}), lambda _: None, tools=tools
    )
    found = estimate(fresh, {})
    assert found["evolve"].episodes == 4 + 3 * 4 + 2 * 4  # v0, a trial, a confirmation, the end
    assert found["train"].episodes == 2 + 3 * 3 + 2 * 2  # the base's held-out ones are there
    assert not list(Path("other").rglob("episode.json"))


def test_nothing_is_left_to_be_played_of_a_finished_run(begun):
    plan = plan_pipeline(PipelineContext(**{**begun, "recipes": 1}), lambda _: None)
    assert [one.episodes for one in estimate(plan, {}).values()] == [0, 0]


def test_a_default_folder_is_named_by_what_is_asked(given, finished):
    asked = {**given, "run": ""}
    names = {
        plan_pipeline(PipelineContext(**{**asked, **other}), lambda _: None).folder.path.name
        for other in ({}, {"held_out_seeds": "51-52"}, {"gate_seeds": "31-36"})
    }
    assert len(names) == 2  # held-out seeds have no part in it
    assert all(name.startswith(f"pipeline-{toy.NAME}-") for name in names)
