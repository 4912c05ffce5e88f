"""Loop 2 from its first episode to its result, on a toy world with a real local model.

Then the same again, killed by kill -9 at each of its nodes.
"""

import json
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from automem_graph.episodes.layout import RunError
from automem_graph.models.budget import Budget
from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.proficiency.loop.graph import create_training_loop
from automem_graph.proficiency.result import Training, read_training
from automem_graph.structure.purse import Unfinished
from support.sittings import ASKED, Sittings
from support.training import LOOKS, settings, train

RUNGS = [["broken", "escapes"], ["narrow"], ["huge"], ["tired"], ["broken", "looks"],
         ["looks", "misfit"]]  # fmt: skip
"""Recipes that fail at each stage, none at all, a good one, and one that is nothing new."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the finished run lies, and the model that it trains."""
    return tmp_path_factory.mktemp("finished")


@pytest.fixture(scope="module")
def given(folder) -> dict[str, Any]:
    return settings(folder, run="run", rungs=RUNGS, log="asked")


@pytest.fixture(scope="module")
def finished(folder, given) -> Training:
    with chdir(folder):
        train(**given)
    return read_training(TrainingFolder(folder / "run"))


@pytest.fixture
def begun(given, folder, finished) -> dict[str, Any]:
    """Another run, in which all that is trained on was played."""
    shutil.copytree(folder / "run/collected", "run/collected")
    return given


def stages(found: Training) -> list[tuple[str, str]]:
    return [(row.name, row.stage) for row in found.rows]


def test_what_fails_at_any_stage_is_a_row_that_says_why_and_the_loop_goes_on(folder, finished):
    assert stages(finished) == [
        *(("t1", "select"), ("t2", "verify"), ("t3", "train"), ("t4", "decide")),
        *(("base", "done"), ("random", "done"), ("t5", "done"), ("t6", "trial")),
    ]
    why = {row.name: row.why for row in finished.rows}
    assert "a selector may read only its own folder, not '/etc/passwd'" in why["t1"]
    assert "the recipe wants 10,000: rejected were" in why["t2"]
    assert why["t3"] == "out of memory: take a smaller rank or batch"
    assert why["t4"] == "no recipe: tired"
    assert why["t6"].startswith("its adapter cannot be used: ")
    asked = (folder / "asked").read_text().split()
    assert asked == [
        *("broken", "escapes", "escapes", "narrow", "huge", "tired"),
        *("broken", "looks", "looks", "misfit"),  # it was told that looks is nothing new
    ]
    assert finished.stop == "6 recipes were tried: that is how many were asked for"


def test_the_row_of_a_trial_tells_recipe_data_training_and_play(finished):
    row = next(row for row in finished.rows if row.name == "t5")
    assert row.recipe == LOOKS
    assert row.rationale == "Take looks. Fewer writes."
    assert row.data.examples == row.data.log + row.data.plan > 0
    assert row.fitted.loss == 1.0
    assert (Path(finished.run) / row.fitted.adapter / "adapter_config.json").exists()
    assert row.progression == dict.fromkeys((11, 12, 13, 14, 15, 16), 0.0)
    control = next(row for row in finished.rows if row.name == "random")
    assert control.data.examples == row.data.examples
    assert control.recipe.lora == row.recipe.lora
    card = Path(finished.run) / "trials/t5/data/card.html"
    assert card.exists()
    episode = json.loads(
        next((card.parents[3] / "plays/t5").glob("episodes/*/episode.json")).read_text()
    )
    assert episode["asked"]["gameplay"] == finished.asked.base
    assert episode["asked"]["specialist"].startswith(f"{finished.asked.base}@")


def test_what_keeps_memory_better_than_both_controls_is_promoted(finished):
    base, control, promoted = finished.trial
    assert (base.name, control.name, promoted.name) == ("base", "random", "t5")
    for other in (base, control):
        assert promoted.behaviour.writes_per_search < other.behaviour.writes_per_search
    assert finished.promotion.name == "t5", finished.promotion.why
    assert "writes per search" in finished.promotion.why
    assert [one.name for one in finished.held_out.standings] == ["base", "random", "t5"]
    assert all(one.by_seed.keys() == {21, 22} for one in finished.held_out.standings)
    assert finished.specialist == f"{finished.asked.base}@{finished.adapter}"
    assert finished.adapter.is_dir()


def test_the_same_call_again_does_nothing_and_reads_the_same(folder, given, finished, monkeypatch):
    monkeypatch.chdir(folder)
    asked = Path("asked").read_text()
    again = train(**given)
    assert Path("asked").read_text() == asked
    assert again.model_copy(update={"run": finished.run}) == finished
    kept = json.loads(Path("run/result.json").read_text())
    assert Training.model_validate(kept).promotion == finished.promotion
    with pytest.raises(RunError, match="run holds a run with another margin: choose"):
        train(**given, margin=0.2)


def test_more_recipes_go_on_until_the_decider_has_none(begun):
    found = train(**{**begun, "rungs": [["narrow"]], "recipes": 1})
    assert stages(found) == [("t1", "verify")]
    assert found.promotion.why == "none: no trial came to its end, and the ledger says why"
    assert (found.promoted, found.adapter, found.specialist) == (None, None, "")
    more = train(**{**begun, "rungs": [["narrow"], ["huge"]], "recipes": 9})
    assert stages(more) == [("t1", "verify"), ("t2", "train")]
    assert more.stop == "the decider has nothing left to try: the ladder ends here"
    assert not list(Path("run").glob("plays/*/episodes/s2*"))  # held-out seeds are as good as new


def test_a_budget_that_is_used_up_stops_it_and_a_larger_one_goes_on(begun):
    with pytest.raises(Unfinished, match="budget of 0 hours is used up; the same command"):
        train(**begun, budget=Budget(max_hours=0))
    assert not Path("run/trials").exists()  # nobody was asked for a recipe
    with pytest.raises(Unfinished, match="budget of 10 tokens is used up"):
        train(**begun, budget=Budget(max_tokens=10))
    one = {**begun, "rungs": [["huge"]]}
    assert stages(train(**one, budget=Budget(max_hours=1))) == [("t1", "train")]


def test_a_person_is_asked_before_training_and_may_decline(begun):
    questions: list[Mapping[str, Any]] = []

    def leave(question: Mapping[str, Any]) -> Any:
        questions.append(question)
        raise KeyboardInterrupt

    one = {**begun, "rungs": [["huge"]]}
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            train(**one, approve=leave)
    assert questions[0] == questions[1]
    assert questions[0]["trial"] == "t1"
    assert questions[0]["recipe"]["lora"]["rank"] == 512
    assert questions[0]["data"]["examples"] > 0
    assert Path(questions[0]["card"]).exists()
    shutil.copytree("run", "later")
    declined = train(**one, approve=lambda _: {"train": False, "why": "it is\ntoo large"})
    assert stages(declined) == [("t1", "approve")]
    assert declined.rows[0].why == "a person declined it: it is too large"
    no_longer = train(**{**one, "run": "later"})  # nobody wants to be asked any more
    assert stages(no_longer) == [("t1", "train")]


def test_the_graph_is_drawn_with_the_inner_loop_inside_trial():
    drawn = create_training_loop().get_graph(xray=True)
    names = {node.name for node in drawn.nodes.values()}
    assert {"collect", "decide", "select", "verify", "approve", "train", "record"} <= names
    assert {"trial:observe", "trial:commit", "trial:act"} <= set(drawn.nodes)


MOMENTS = (
    *("collect", "decide", "said", "select", "verify", "approve", ASKED, "train", "record"),
    *("trial", "step", "record", "promote"),
)
"""Each node of a run, and the middles of a decision, a question and an episode."""


@pytest.fixture
def sittings() -> Iterator[Sittings]:
    with Sittings("support.training:train") as sittings:
        yield sittings


@pytest.mark.skipif(sys.platform != "linux", reason="kill -9")
def test_killed_at_every_node_it_comes_to_the_same_ledger(begun, folder, finished, sittings):
    shutil.copytree(folder / "run/plays", "run/plays")
    for path in Path("run/plays/t5/episodes").glob("s11-*"):
        shutil.rmtree(path)  # what is played by those who are killed
    for moment in MOMENTS:
        assert sittings.sit(begun, dies=moment, answer=True) == -signal.SIGKILL, moment
    assert sittings.sit(begun, answer=True) == 0
    assert ledger(Path.cwd(), folder) == ledger(folder)
    found = read_training(TrainingFolder(Path("run")))
    assert found.promotion == finished.promotion
    assert found.held_out == finished.held_out
    assert [str(path) for path in Path("run").rglob(".*")] == []


def ledger(*folders: Path) -> list[dict[str, Any]]:
    """The rows of a run in the first folder, without times and without where folders lie."""
    text = (folders[0] / "run/ledger.jsonl").read_text()
    for folder in folders:
        text = text.replace(str(folder.resolve()), "")
    rows = [json.loads(line) for line in text.splitlines()]
    for row in rows:
        del row["spent"]["seconds"]
    return rows
