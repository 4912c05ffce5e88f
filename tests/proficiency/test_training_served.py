"""Loop 2 whose base is played by a server that takes adapters while it runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from automem_graph.models.local.contents import contents
from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.proficiency.result import Training, read_training
from automem_graph.proficiency.verify import verify_file
from automem_graph.structure.purse import Unfinished
from support import tiny
from support.lora_server import LoraServer
from support.training import settings, train


class _Elsewhere(LoraServer):
    """A server on another machine: the folders that it tells of are not here."""

    @property
    def cards(self) -> dict[str, str]:
        return {self.name: "/elsewhere/base"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def given(folder) -> dict[str, Any]:
    seeds = {"collect_seeds": "1-2", "trial_seeds": "11-12", "held_out_seeds": "21"}
    rungs = [["huge"], ["looks"], ["misfit"]]
    return settings(folder, run="run", rungs=rungs, parallel=1, **seeds)


@pytest.fixture(scope="module")
def server(folder, given) -> Iterator[LoraServer]:
    with LoraServer(folder / "habits") as server:
        yield server


@pytest.fixture(scope="module")
def finished(folder, given, server) -> Training:
    with chdir(folder):
        train(**given, served=server.model)
    return read_training(TrainingFolder(folder / "run"))


def test_the_base_and_its_adapters_are_played_at_the_server(folder, given, server, finished):
    asked = finished.asked
    assert asked.gameplay == asked.specialist == server.model
    assert asked.base == given["base"]
    assert asked.weights == contents(given["base"])
    played = {
        who: {
            json.loads(path.read_text())["asked"]["specialist"]
            for path in folder.glob(f"run/plays/{who}/episodes/*/episode.json")
        }
        for who in ("base", "random", "t2")
    }
    assert played["base"] == {server.model}
    adapter = next(row for row in finished.rows if row.name == "t2").fitted.adapter
    made_of = contents(f"{given['base']}@{folder / 'run' / adapter}")
    assert played["t2"] == {f"vllm:specialist-t2-{made_of}@{server.url}"}
    assert played["random"].isdisjoint(played["t2"] | played["base"])


def test_an_adapter_that_the_server_refuses_is_its_trials_failure(finished):
    row = finished.rows[-1]
    assert (row.name, row.stage) == ("t3", "trial")
    assert row.why.startswith("its adapter cannot be used: the server at http")
    assert "header too small" in row.why


def test_what_the_adapter_says_there_is_what_it_learnt(finished):
    base, control, promoted = finished.trial
    for other in (base, control):
        assert promoted.behaviour.writes_per_search < other.behaviour.writes_per_search
    assert finished.promotion.name == "t2"
    assert finished.specialist == f"{finished.asked.base}@{finished.adapter}"


def test_adapters_are_there_for_their_trials_only_and_names_stand_for_one(server, finished):
    assert server.adapters == {}
    loaded = [name for what, name in server.told if what == "load"]
    assert loaded[:2] == loaded[2:]  # the trial's seeds, then the held-out ones
    assert len(set(loaded)) == 2
    assert len(server.told) == 8


def test_examples_of_a_server_are_verbatim_in_text(folder, given, finished):
    examples = folder / "run/trials/t2/data/examples.jsonl"
    lines = [json.loads(line) for line in examples.read_text().splitlines()]
    assert lines
    assert all("token_ids" not in line for line in lines)
    runs = [TrainingFolder(folder / "run").collected]
    assert verify_file(examples, runs, base=given["base"]) == ()
    lines[0]["target"] += "<|DONE|>"
    edited = folder / "edited.jsonl"
    edited.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert len(verify_file(edited, runs, base=given["base"])) == 1


def test_the_decider_is_told_of_the_folder_that_is_trained_on(folder, finished):
    facts = json.loads((folder / "run/workspace/facts.json").read_text())
    assert facts["base"]["name"] == "habits"
    assert facts["base"]["parameters"] > 0


def test_what_is_finished_asks_no_server(folder, given, server, finished, monkeypatch):
    monkeypatch.chdir(folder)
    asked = len(server.requests)
    again = train(**given, served=server.model)
    assert len(server.requests) == asked
    assert again.promotion == finished.promotion


def test_a_server_that_was_started_anew_is_given_the_adapters_again(
    folder, given, server, finished, monkeypatch
):
    monkeypatch.chdir(folder)
    told = len(server.told)
    server.die()
    for path in Path("run/plays/t2/episodes").glob("s21-*/episode.json"):
        path.unlink()
    Path("run/result.json").unlink()
    with pytest.raises(Unfinished, match=r"cannot be reached .*start it with VLLM_ALLOW.*goes on"):
        train(**given, served=server.model)
    server.rise()
    again = train(**given, served=server.model)
    assert again.promotion == finished.promotion
    assert [what for what, _ in server.told[told:]] == ["load", "unload"]


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"updates": False}, r"takes no adapters while it runs .*start it with VLLM_ALLOW_RUNTIME"),
        ({"lora": False}, r"takes no adapters while it runs .*not enabled.*--enable-lora"),
        ({"name": "else"}, "serves else, and no base: correct --served"),
    ],
)
def test_a_server_that_is_not_as_it_must_be_is_told_before_anything_is_played(
    given, folder, other, sentence
):
    with LoraServer(folder / "habits", **other) as server:
        served = server.model.replace("else", "base")
        with pytest.raises(Unfinished, match=sentence):
            train(**given, served=served)
    assert not list(Path("run").glob("collected/episodes/*"))


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (LoraServer, "serves base from .*, whose weights are not those of local:"),
        (_Elsewhere, r"counts \d+ tokens in a prompt that has \d+ by the tokenizer"),
    ],
)
def test_other_weights_than_those_that_are_trained_are_refused(given, tmp_path, kind, sentence):
    other = tiny.save_base(tmp_path / "other")
    with (other / "chat_template.jinja").open("a") as template:
        template.write("!")
    with kind(other) as server, pytest.raises(Unfinished, match=sentence):
        train(**given, served=server.model)
