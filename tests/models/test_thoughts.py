"""Thoughts, in all the forms in which models give them, and never in what is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage

from automem_graph.models.calling import call
from automem_graph.models.resolve import resolve_model
from automem_graph.models.thoughts import split_thoughts
from support.openai_answers import Reply
from support.openai_server import OpenAIServer

ACTION = "<|ACTION|>north<|END|>"


@pytest.mark.parametrize(
    ("text", "thoughts", "said"),
    [
        (ACTION, "", ACTION),
        (f"  {ACTION}\n", "", f"  {ACTION}\n"),
        (f"<think>\nGo?\n</think>\n\n{ACTION}", "Go?", ACTION),
        (f"<THINKING>Go?</Thinking>{ACTION}", "Go?", ACTION),
        (f"Go?\n</think>\n{ACTION}", "Go?", ACTION),
        (f"<think>I want {ACTION}", f"I want {ACTION}", ""),
        (f"<think>a</think>x<think>b</think>{ACTION}", "a\n\nb", f"x\n\n{ACTION}"),
        (f"<think>a<think>b</think>{ACTION}", "a\n\nb", ACTION),
        (f"<think></think>{ACTION}</think>", "", ACTION),
        (f"<thinker>{ACTION}", "", f"<thinker>{ACTION}"),
        ("", "", ""),
    ],
)
def test_thoughts_that_are_tagged(text, thoughts, said):
    assert split_thoughts(AIMessage(text)) == (thoughts, said)


@pytest.mark.parametrize(
    "message",
    [
        AIMessage([{"type": "thinking", "thinking": "Go?"}, {"type": "text", "text": ACTION}]),
        AIMessage(
            [
                {"type": "thinking", "thinking": "Go?", "signature": "x"},
                {"type": "redacted_thinking", "data": "x"},
                {"type": "text", "text": ACTION},
            ],
            response_metadata={"model_provider": "anthropic"},
        ),
        AIMessage([{"type": "reasoning", "reasoning": "Go?"}, {"type": "text", "text": ACTION}]),
        AIMessage(
            [
                {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Go?"}]},
                {"type": "text", "text": ACTION},
            ],
            response_metadata={"model_provider": "openai"},
        ),
        AIMessage(ACTION, additional_kwargs={"reasoning_content": "Go?"}),
        AIMessage(
            ACTION,
            additional_kwargs={"reasoning_content": "Go?"},
            response_metadata={"model_provider": "openai"},
        ),
    ],
    ids=["thinking", "anthropic", "reasoning", "openai", "beside", "vllm"],
)
def test_thoughts_that_a_provider_keeps_apart(message):
    assert split_thoughts(message) == ("Go?", ACTION)


@pytest.mark.parametrize("streaming", [False, True])
def test_thoughts_of_a_served_model_come_over_the_wire(streaming):
    thoughts = "There is a cow in the north, I think."
    with OpenAIServer(lambda request: Reply(ACTION, thoughts=thoughts)) as server:
        model = resolve_model(f"vllm:any@{server.url}").model_copy(update={"streaming": streaming})
        reply = call(model, [("user", "?")])
    assert split_thoughts(reply) == (thoughts, ACTION)
    assert reply.usage_metadata is not None
    assert reply.usage_metadata["output_tokens"] > len(ACTION) // 4 + 1


PIECES = st.sampled_from(["<think>", "</think>", "<thinking>", "a", "\n", " ", ACTION, "<", "é\0"])


@given(st.lists(PIECES, max_size=30).map("".join))
def test_nothing_is_lost_or_made_up(text):
    thoughts, said = split_thoughts(AIMessage(text))
    letters = sorted("".join(thoughts + said).replace("\n", "").replace(" ", ""))
    bare = text
    for tag in ("<think>", "</think>", "<thinking>"):
        bare = bare.replace(tag, "\n")
    assert letters == sorted(bare.replace("\n", "").replace(" ", ""))


BLOCKS = st.lists(
    st.dictionaries(
        st.sampled_from(["type", "text", "reasoning", "thinking", "summary", "id", "extras"]),
        st.sampled_from(["text", "reasoning", "thinking", "non_standard", "x"])
        | st.none()
        | st.lists(st.just("x"), max_size=1),
    )
    | st.text(max_size=5),
    max_size=4,
)


@given(BLOCKS, st.sampled_from([None, "openai", "anthropic", "google_genai", "groq", "mine"]))
def test_odd_blocks_are_no_reason_to_fail(blocks, provider):
    thoughts, said = split_thoughts(
        AIMessage(blocks, response_metadata={"model_provider": provider} if provider else {})
    )
    assert isinstance(thoughts, str)
    assert isinstance(said, str)


def test_a_flood_of_tags_is_split_in_no_time():
    thoughts, said = split_thoughts(AIMessage("<think>" * 100_000 + "</think>" * 100_000 + "x"))
    assert (thoughts, said) == ("", "x")
