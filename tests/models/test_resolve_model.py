"""Names to chat models, and the sentences for names that are none."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from langchain_core.language_models import FakeListChatModel
from pydantic import create_model

from automem_graph.models.player.player import OfflinePlayer
from automem_graph.models.resolve import ANSWER_S, UnknownModel, _settings, resolve_model
from automem_graph.models.sampling import Sampling
from support.openai_answers import Refusal
from support.openai_server import OpenAIServer


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(lambda request: "Hello.") as one:
        yield one


def test_a_chat_model_passes_through():
    model = FakeListChatModel(responses=["hello"])
    assert resolve_model(model) is model


@pytest.mark.parametrize("name", ["offline:player", "  offline:player\n"])
def test_the_offline_player_has_a_name(name):
    assert isinstance(resolve_model(name), OfflinePlayer)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("offline:playr", "the offline models are offline:player"),
        ("", "offline:player"),
        ("nobody:model-1", "type provider:model"),
        ("just some words", "type provider:model"),
        ("groq:llama", "pip install langchain-groq"),
        ("vllm:qwen@http://127.0.0.1:8000", "pip install langchain-openai"),
    ],
)
def test_an_unknown_name_says_what_to_type(monkeypatch, name, said):
    for package in ("langchain_groq", "langchain_openai"):  # as where they are not installed
        monkeypatch.setitem(sys.modules, package, None)
    for module in ("plain", "vllm"):
        monkeypatch.delitem(sys.modules, f"automem_graph.models.{module}", raising=False)
    with pytest.raises(UnknownModel) as caught:
        resolve_model(name)
    message = str(caught.value)
    assert said in message
    assert "\n" not in message
    assert name.strip() in message


@pytest.mark.parametrize(
    "name",
    [
        "vllm:",
        "vllm:qwen",
        "vllm:@http://127.0.0.1:8000",
        "vllm:qwen@127.0.0.1:8000",
        "vllm:qwen@ftp://127.0.0.1",
        "vllm:qwen@http://",
        "vllm:qwen@http://me:hunter2@127.0.0.1",
        "vllm:qwen@http://127.0.0.1/v1?key=hunter2",
        "vllm:qwen@http://127.0.0.1/v1#hunter2",
        "vllm:two words@http://127.0.0.1",
    ],
)
def test_a_served_name_that_is_none_says_how_to_write_it_and_no_secret(name):
    with pytest.raises(UnknownModel, match=r"vllm:NAME@URL.*VLLM_API_KEY") as caught:
        resolve_model(name)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/"])
def test_a_served_model_is_asked_by_its_name_with_its_sampling(server, path):
    address = server.url.removesuffix("/v1")
    name = f"vllm:Qwen/Qwen2.5-32B-Instruct@{address}{path}"
    resolve_model(name, Sampling(temperature=0.5, max_tokens=77)).invoke("Hello?")
    (request,) = server.requests
    asked = {key: request.body.get(key) for key in ("model", "temperature")}
    assert asked == {"model": "Qwen/Qwen2.5-32B-Instruct", "temperature": 0.5}
    assert 77 in (request.body.get("max_tokens"), request.body.get("max_completion_tokens"))


@pytest.mark.parametrize(("key", "sent"), [(None, "EMPTY"), ("", "EMPTY"), ("mine", "mine")])
def test_a_served_model_is_sent_the_key_of_vllm_and_no_other(server, monkeypatch, key, sent):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-openai-only")
    monkeypatch.delenv("VLLM_API_KEY", raising=False)
    if key is not None:
        monkeypatch.setenv("VLLM_API_KEY", key)
    resolve_model(f"vllm:qwen@{server.url}").invoke("Hello?")
    assert server.requests[0].headers["authorization"] == f"Bearer {sent}"
    assert "sk-for-openai-only" not in str(server.requests[0])


def test_the_paper_s_sampling_is_the_default_everywhere(server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    for name in ("openai:gpt-4o-mini", f"vllm:qwen@{server.url}"):
        resolve_model(name).invoke("Hello?")
        body = server.requests[-1].body
        assert body["temperature"] == 1.0
        assert 4096 in (body.get("max_tokens"), body.get("max_completion_tokens"))


def test_no_provider_retries_by_itself(server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    server.script = lambda request: Refusal(500)
    for number, name in enumerate(("openai:gpt-4o-mini", f"vllm:qwen@{server.url}"), start=1):
        with pytest.raises(Exception, match="500"):
            resolve_model(name).invoke("Hello?")
        assert len(server.requests) == number


@pytest.mark.parametrize(
    ("takes", "settings"),
    [
        (
            {"temperature": 0.0, "num_predict": 1},
            {"temperature": 1.0, "num_predict": 4096},
        ),
        (
            {"temperature": 0.0, "max_tokens": 1, "max_retries": 2, "timeout": 1.0},
            {"temperature": 1.0, "max_tokens": 4096, "max_retries": 0, "timeout": ANSWER_S},
        ),
    ],
)
def test_settings_are_written_in_a_provider_s_own_words(takes, settings):
    known = create_model("Known", **{name: (float, default) for name, default in takes.items()})
    assert _settings("mine:any", known, Sampling()) == settings


def test_a_provider_whose_sampling_cannot_be_set_is_refused():
    with pytest.raises(UnknownModel, match=r"'fake:any' cannot be opened: .* no temperature"):
        _settings("fake:any", FakeListChatModel, Sampling())


def test_the_room_is_light_until_a_model_is_asked_for():
    code = "import sys, automem_graph.models.resolve as _; print('langchain_core' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
