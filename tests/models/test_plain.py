"""Requests of the chat protocol that OpenAI's client does not walk through: the same bytes."""

import base64

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

from automem_graph.models.plain import PlainChat
from automem_graph.models.resolve import resolve_model
from support.openai_answers import Reply
from support.openai_server import OpenAIServer

PICTURE = f"data:image/png;base64,{base64.b64encode(b'no picture').decode()}"
CALL = {"name": "look", "args": {"where": "über\u2028"}, "id": "call00000"}
CONVERSATION = [
    SystemMessage("You play."),
    HumanMessage([{"type": "image_url", "image_url": {"url": PICTURE}}]),
    AIMessage("", tool_calls=[CALL]),
    ToolMessage("A cow.", tool_call_id="call00000"),
    HumanMessage("And now?"),
]
SETTINGS = {"model": "any", "api_key": "none", "max_retries": 0, "temperature": 0.5}


@tool
def look(where: str) -> str:
    """Look there."""
    return where


class Seen(BaseModel):
    """What was seen."""

    what: str


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("bound", [{}, {"stop": ["END"]}, {"extra_body": {"top_k": 5}}])
@pytest.mark.parametrize("tools", [False, True])
def test_the_same_request_is_sent(streaming, bound, tools):
    with OpenAIServer(lambda request: Reply("There.")) as server:
        for kind in (ChatOpenAI, PlainChat):
            model = kind(**SETTINGS, base_url=server.url, streaming=streaming)
            speaker = model.bind_tools([look]) if tools else model
            assert speaker.invoke(CONVERSATION, **bound).text == "There."
    plain, walked = (request.body for request in server.requests)
    assert plain == walked
    assert list(plain) == list(walked)
    assert len(plain["messages"]) == len(CONVERSATION)
    assert ("tools" in plain) is tools


def test_a_schema_of_the_reply_is_still_kept():
    with OpenAIServer(lambda request: '{"what": "a cow"}') as server:
        model = PlainChat(**SETTINGS, base_url=server.url)
        assert model.with_structured_output(Seen).invoke("What?") == Seen(what="a cow")
        assert server.requests[0].body["response_format"]["type"] == "json_schema"


def test_the_models_of_both_names_are_plain(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    openai = resolve_model("openai:gpt-4.1-mini")
    assert isinstance(openai, PlainChat)
    assert openai.model_name == "gpt-4.1-mini"
    assert isinstance(resolve_model("vllm:any@http://127.0.0.1:1"), PlainChat)
