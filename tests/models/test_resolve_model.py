"""Names to chat models, and the sentences for names that are none."""

import subprocess
import sys

import pytest
from langchain_core.language_models import FakeListChatModel

from automem_graph.models.player.player import OfflinePlayer
from automem_graph.models.resolve import UnknownModel, resolve_model


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
    ],
)
def test_an_unknown_name_says_what_to_type(monkeypatch, name, said):
    monkeypatch.setitem(sys.modules, "langchain_groq", None)  # as where it is not installed
    with pytest.raises(UnknownModel) as caught:
        resolve_model(name)
    message = str(caught.value)
    assert said in message
    assert "\n" not in message
    assert name.strip() in message


def test_the_room_is_light_until_a_model_is_asked_for():
    code = "import sys, automem_graph.models.resolve as _; print('langchain_core' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
