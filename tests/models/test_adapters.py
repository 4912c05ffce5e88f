"""Adapters of a server that takes them while it runs, and what its refusals mean."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from automem_graph.models.adapters import AdapterServer, NotServed
from automem_graph.models.resolve import UnknownModel, served_at
from support.lora_server import MISFIT_WEIGHTS, LoraServer
from support.openai_answers import Reply
from support.openai_server import OpenAIServer
from support.tiny import save_base


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_base(tmp_path_factory.mktemp("model") / "base")


@pytest.fixture
def served(folder: Path) -> Iterator[LoraServer]:
    with LoraServer(folder) as server:
        yield server


def adapter(rank: int = 8, weights: bytes = bytes(1000), name: str = "specialist") -> Path:
    Path(name).mkdir()
    Path(name, "adapter_config.json").write_text(json.dumps({"r": rank}))
    Path(name, "adapter_model.safetensors").write_bytes(weights)
    return Path(name)


def test_an_adapter_is_loaded_once_by_its_full_path_and_dropped(served, folder):
    server, path = AdapterServer(served.url), adapter()
    server.load("t1", path)
    server.load("t1", path)
    assert served.told == [("load", "t1")]
    assert server.listed() == {"base": str(folder), "t1": str(path.absolute())}
    server.drop("t1")
    server.drop("t1")
    assert server.listed().keys() == {"base"}
    server.check(Path("nowhere"))
    assert len(served.told) == 2


@pytest.mark.parametrize(
    ("path", "error", "sentence"),
    [
        (lambda: Path("nowhere"), NotServed, "does not find /.*nowhere .*at the same path"),
        (lambda: adapter(rank=128), NotServed, r"start it with a higher --max-lora-rank"),
        (lambda: adapter(weights=MISFIT_WEIGHTS), UnknownModel, "refuses it .*header too small"),
    ],
)
def test_a_refusal_says_whose_fault_it_is(served, path, error, sentence):
    with pytest.raises(error, match=sentence):
        AdapterServer(served.url).load("t1", path())
    assert served.adapters == {}


@pytest.mark.parametrize("lacks", [{"updates": False}, {"lora": False}])
def test_a_server_that_takes_none_is_told_how_to_be_started(folder, lacks):
    start = "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True automem serve"
    with LoraServer(folder, **lacks) as served, pytest.raises(NotServed, match=start):
        AdapterServer(served.url).check(Path("nowhere"))


def test_a_server_that_is_gone_or_no_such_server(folder):
    with OpenAIServer(lambda _: Reply("x")) as other:
        assert AdapterServer(other.url).listed() == {"any": ""}
        with pytest.raises(NotServed, match="takes no adapters while it runs"):
            AdapterServer(other.url).check(Path("nowhere"))
        with pytest.raises(NotServed, match="does not list its models"):
            AdapterServer(f"{other.url}/else").listed()
        gone = AdapterServer(other.url)
    with pytest.raises(NotServed, match=r"cannot be reached \(.*refused\): start it with"):
        gone.listed()
    gone.drop("t1")


def test_a_name_is_taken_apart_as_it_is_played():
    assert served_at(" vllm:a/b@http://h:1/v1/ ") == ("a/b", "http://h:1/v1")
    with pytest.raises(UnknownModel, match="vllm:NAME@URL"):
        served_at("openai:gpt-5.5")
