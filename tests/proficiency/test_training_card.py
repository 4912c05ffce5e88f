"""A trial that was measured tells its adapter's model card, and the adapter stays what it is."""

import json
from pathlib import Path

import pytest

from automem_graph.episodes.machine import ThisMachine
from automem_graph.models.local.contents import contents
from automem_graph.proficiency.bench import Bench
from automem_graph.proficiency.context import TrainContext
from automem_graph.proficiency.deciders.engineer import OfflineEngineer
from automem_graph.proficiency.ledger import Data, Fitted, read_ledger
from automem_graph.proficiency.loop.record import record
from automem_graph.proficiency.recipe import Lora
from automem_graph.proficiency.trainers.card import Making, write_making
from automem_graph.proficiency.trainers.made_by import MadeBy
from automem_graph.proficiency.trainers.process import SubprocessTrainer
from support.tiny import save_adapter, save_base
from support.trainings import RECIPE, terms, trained

ADAPTER = "trials/t2/specialist-t2-0123456789"


@pytest.fixture
def bench(tmp_path) -> Bench:
    """Where t2 has played, and its row is still to be written."""
    folder = trained()
    rows = folder.ledger.read_text().splitlines(keepends=True)
    folder.ledger.write_text("".join(row for row in rows if json.loads(row)["name"] != "t2"))
    bench = Bench(
        folder=folder,
        terms=terms(),
        context=TrainContext(recipes=2),
        absent={},
        tell=lambda _: None,
        decider=OfflineEngineer(),
        trainer=SubprocessTrainer(),
        executor=ThisMachine(),
    )
    save_adapter(folder.path / ADAPTER, save_base(tmp_path / "base"), 1)
    fitted = Fitted(adapter=ADAPTER, steps=7, loss=0.5)
    data = Data(examples=90, log=60, plan=30, episodes=2)
    bench.sketch("t2", recipe=RECIPE, rationale="Takes what looks first.", data=data, fitted=fitted)
    return bench


def make(adapter: Path) -> None:
    made_by = MadeBy(base="0123456789ab", examples="f" * 64, lora=Lora(), seed=0)
    making = Making(
        name=adapter.name, base="/models/base", made_by=made_by, fitted=Fitted(steps=7),
        examples=90, sequences=80, left_out={}, trained=8, device="cpu", processes=1, rows=1,
        passes=1, versions={},
    )  # fmt: skip
    write_making(adapter, making)


def test_the_card_has_the_recipe_the_data_and_the_measures_beside_the_controls(bench):
    adapter = bench.folder.path / ADAPTER
    make(adapter)
    before = adapter.joinpath("README.md").read_text()
    assert "How it plays" not in before
    held = contents(f"local:base@{adapter}")
    record(bench, {"trial": 2, "stage": "done"})
    card = adapter.joinpath("README.md").read_text()
    for words in (
        "in the task `corridor`",
        "Scaffold: `v0-abc`",
        "60 are of LOG and 30 of PLAN, from 2 episodes.",
        f"`{RECIPE.id}`: Takes what looks first.",
        "| base | 25.0 % | 2.00 | 40.0 % |",
        "| random | 25.0 % | 2.00 | 40.0 % |",
        "| t2 | 25.0 % | 0.50 | 5.0 % |",
    ):
        assert words in card, words
    assert contents(f"local:base@{adapter}") == held  # no episode gets another name by it
    record(bench, {"trial": 2, "stage": "done"})  # as after a crash
    assert adapter.joinpath("README.md").read_text() == card
    assert read_ledger(bench.folder.ledger)[-1].name == "t2"


def test_the_folder_of_somebody_elses_trainer_is_left_alone(bench):
    adapter = bench.folder.path / ADAPTER
    before = {file.name: file.read_bytes() for file in adapter.iterdir()}
    record(bench, {"trial": 2, "stage": "done"})
    assert {file.name: file.read_bytes() for file in adapter.iterdir()} == before
