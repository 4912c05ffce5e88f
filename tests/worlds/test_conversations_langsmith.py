"""Datasets of LangSmith's as tasks: fetched once from a local server, then read from a file."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from langsmith import Client, utils

from automem_graph.worlds.conversations import from_langsmith
from automem_graph.worlds.own import BadTask
from automem_graph.worlds.process import WorldProcess
from support.langsmith_server import LangSmithServer

ANNA = {"sessions": [{"messages": ["I moved to Rome."]}, {"messages": ["Where do I live?"]}]}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LangSmithServer]:
    with LangSmithServer() as one:
        monkeypatch.setenv("LANGSMITH_ENDPOINT", one.url)
        monkeypatch.setenv("LANGSMITH_API_KEY", "lsv2-key")
        utils.get_env_var.cache_clear()
        yield one
    utils.get_env_var.cache_clear()


def fill(*rows: tuple[Mapping[str, Any], Mapping[str, Any] | None]) -> None:
    client = Client()
    dataset = client.create_dataset("support v2")
    for inputs, outputs in rows:
        client.create_example(dict(inputs), dataset_id=dataset.id, reference_outputs=outputs)


def test_a_dataset_is_fetched_once_and_the_same_in_every_process(server: LangSmithServer):
    fill((ANNA, {"expected": "Rome"}))
    task = from_langsmith("support v2", name="support")
    assert not Path("support_v2.jsonl").exists()  # nothing is fetched before it is needed
    assert (task.worlds, task.card.max_steps) == (1, 2)
    (line,) = Path("support_v2.jsonl").read_text().splitlines()
    assert json.loads(line)["sessions"][1] == {
        "messages": [{"text": "Where do I live?", "expected": "Rome"}]
    }
    asked = len(server.requests)
    assert from_langsmith("support v2", name="support").examples == task.examples
    Path("lang_one.py").write_text(
        "from automem_graph.worlds.conversations import from_langsmith\n"
        "chat = from_langsmith('support v2', name='chat')\n"
    )
    with WorldProcess.start() as worlds:
        world = worlds.open("lang_one:chat", 0)
        world.reset()
        world.step("Noted")
        assert world.step("In Rome").progression == 1.0
    assert len(server.requests) == asked


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        ({"question": "Where?"}, {"answer": "Rome"}),
        ({"messages": [{"role": "user", "content": "Where?"}]}, {"answer": "Rome"}),
        (
            {"messages": [{"role": "user", "content": "Where?"}]},
            {"message": {"role": "assistant", "content": "Rome"}},
        ),
        (
            {"messages": [{"type": "human", "content": "Where?"}]},
            {"messages": [{"type": "ai", "content": "Rome"}]},
        ),
        ({"sessions": [[{"text": "Where?", "expected": "Rome"}]]}, None),
        ({"sessions": [["Where?"]]}, {"expected": "Rome"}),
    ],
)
def test_inputs_and_reference_outputs_have_several_forms(
    server: LangSmithServer, inputs: Mapping[str, Any], outputs: Mapping[str, Any] | None
):
    fill((inputs, outputs))
    (example,) = from_langsmith("support v2", name="support", file="here/kept.jsonl").examples
    ((turn,),) = example.sessions
    assert (turn.text, turn.expected) == ("Where?", "Rome")
    assert Path("here/kept.jsonl").exists()


def test_several_outputs_are_for_an_evaluator(server: LangSmithServer):
    def cited(outputs: str, reference_outputs: dict[str, str]) -> bool:
        return reference_outputs["city"] in outputs

    fill(({"question": "Where?"}, {"city": "Rome", "source": "a letter"}))
    world = from_langsmith("support v2", name="support", evaluator=cited).open(0)
    world.reset()
    assert world.step("Rome").progression == 1.0


def test_a_client_of_ones_own_is_asked(server: LangSmithServer, monkeypatch: pytest.MonkeyPatch):
    fill((ANNA, {"expected": "Rome"}))
    client = Client(api_url=server.url, api_key="lsv2-other")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", "http://127.0.0.1:9")
    utils.get_env_var.cache_clear()
    assert from_langsmith("support v2", client, name="support").worlds == 1


def test_what_cannot_be_fetched_is_a_sentence_and_leaves_no_file(server: LangSmithServer):
    with pytest.raises(BadTask, match="LangSmith has no dataset 'support v2'"):
        _ = from_langsmith("support v2", name="support").card
    fill((ANNA, None))
    with pytest.raises(BadTask, match=r"example .* of the dataset 'support v2': no message has an"):
        _ = from_langsmith("support v2", name="support").card
    server.refuses["/datasets"] = 401
    with pytest.raises(BadTask, match="the dataset 'support v2' cannot be fetched: "):
        _ = from_langsmith("support v2", name="support").card
    assert not [*Path().glob("*")]
