"""A local model as a chat model: verbatim, counted, within its context, and always the same."""

import asyncio
import json
from collections import Counter
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.exceptions import ContextOverflowError
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_tests.unit_tests import ChatModelUnitTests

from automem_graph.models.calling import ModelError, call
from automem_graph.models.local.calls import BASE
from automem_graph.models.local.chat import LocalChat
from support.tiny import CONTEXT, END, tokenizer

TALK = [
    SystemMessage("You play."),
    HumanMessage("Nothing in sight. What do you do?"),
    AIMessage("<|SEARCH|>map.md<|END|>"),
    HumanMessage("<|RESULT|> é 漢 \x1b[31m"),
]

WORDS = st.text(st.characters(codec="utf-8"), max_size=40).filter(lambda text: "<|im_" not in text)


class TestStandard(ChatModelUnitTests):
    """LangChain's own; those that it skips are for models with tools, keys or serialisation."""

    @pytest.fixture(autouse=True)
    def _models(self, folders):
        type(self).folder = folders.base

    @property
    def chat_model_class(self):
        return LocalChat

    @property
    def chat_model_params(self):
        return {"model": str(self.folder)}


def test_it_reads_the_chat_template_and_says_what_it_used(chat):
    answer = chat().invoke(TALK)
    told = answer.response_metadata
    assert tokenizer().decode(told["prompt_token_ids"]) == (
        "<|im_start|>system\nYou play.<|im_end|>\n"
        "<|im_start|>user\nNothing in sight. What do you do?<|im_end|>\n"
        "<|im_start|>assistant\n<|SEARCH|>map.md<|END|><|im_end|>\n"
        "<|im_start|>user\n<|RESULT|> é 漢 \x1b[31m<|im_end|>\n"
        "<|im_start|>assistant\n"
    )
    used = answer.usage_metadata
    assert used["input_tokens"] == len(told["prompt_token_ids"])
    assert used["output_tokens"] == len(told["token_ids"])
    assert used["total_tokens"] == used["input_tokens"] + used["output_tokens"]


def test_a_reply_is_verbatim_and_ends_where_the_model_ends_it(chat):
    words = tokenizer()
    finished = Counter()
    for seed in range(24):
        answer = chat(temperature=1, max_tokens=60, seed=seed).invoke("Well?")
        said = answer.response_metadata["token_ids"]
        ended = said[-1] == words.eos_token_id
        assert answer.text == words.decode(said[:-1] if ended else said)
        assert words.eos_token_id not in said[:-1]
        assert ended or len(said) == 60
        finished[answer.response_metadata["finish_reason"]] += 1
        assert answer.response_metadata["finish_reason"] == ("stop" if ended else "length")
    assert finished["stop"] > 2
    assert finished["length"] > 2


def test_special_tokens_inside_a_reply_are_text_like_any_other(chat):
    replies = (chat(temperature=3, max_tokens=60, seed=seed).invoke("Well?") for seed in range(40))
    assert any("<|im_start|>" in reply.text for reply in replies)


@settings(deadline=None, max_examples=40)
@given(st.lists(WORDS, min_size=1, max_size=6))
def test_any_conversation_survives_the_tokenizer(folders, texts):
    messages = [{"role": "user", "content": text} for text in texts]
    words = tokenizer()
    text = words.apply_chat_template(messages, tokenize=False)
    model = LocalChat(model=folders.name(), temperature=0, max_tokens=1)
    _, prompt = model.prepared([HumanMessage(text) for text in texts])
    assert words.decode(prompt.tokens) == text + "<|im_start|>assistant\n"


def test_the_same_messages_and_seed_get_the_same_reply(chat):
    def said(**asked):
        return chat(temperature=1, **asked).invoke(TALK).text

    assert said() == said() == said(seed=0)
    assert len({said(seed=seed) for seed in range(8)}) == 8
    assert chat().invoke(TALK).text == chat(seed=1).invoke(TALK).text, "no luck at temperature 0"


def test_replies_are_drawn_from_the_softmax(chat):
    model = chat(temperature=0.7, max_tokens=1)
    engine, prompt = model.prepared(TALK)
    calls = [engine.submit(replace(prompt, seed=seed)) for seed in range(2000)]
    drawn = Counter(call.result().tokens[0] for call in calls)
    with torch.inference_mode():
        tokens = torch.tensor([prompt.tokens])
        logits = engine.weights.forward([BASE], input_ids=tokens).logits[0, -1]
    shares = torch.softmax(logits / 0.7, -1)
    for token in shares.topk(8).indices.tolist():
        share = shares[token].item()
        sigma = (share * (1 - share) / 2000) ** 0.5
        assert abs(drawn[token] / 2000 - share) < 4 * sigma


def test_a_prompt_that_leaves_no_room_is_refused_at_once(chat):
    def talk(tokens):
        model = chat(max_tokens=100)
        empty = len(model.prepared([HumanMessage("")])[1].tokens)
        return [HumanMessage("x" * (tokens - empty))]

    fits = chat(max_tokens=100).invoke(talk(CONTEXT - 100))
    assert fits.usage_metadata["input_tokens"] == CONTEXT - 100
    with pytest.raises(
        ContextOverflowError, match=r"413 tokens, and 100 are kept .* context of 512"
    ):
        chat(max_tokens=100).invoke(talk(CONTEXT - 99))
    with pytest.raises(ModelError, match="takes no prompt of this length"):
        call(chat(max_tokens=100), talk(CONTEXT))


def test_more_tokens_than_the_context_has_are_no_reason_to_refuse(chat):
    model = chat(max_tokens=4096, temperature=0)
    model.invoke("x" * 300)
    with pytest.raises(ContextOverflowError, match="128 are kept"):
        model.invoke("x" * 400)


@pytest.mark.parametrize("message", [ToolMessage("4", tool_call_id="1")])
def test_what_no_chat_template_is_sure_to_know_is_refused(chat, message):
    with pytest.raises(ValueError, match="no tool message"):
        chat().invoke([HumanMessage("2 + 2?"), message])


def test_stop_sequences_are_refused(chat):
    with pytest.raises(ValueError, match="no stop sequences"):
        chat().invoke("Well?", stop=["."])


def test_async_calls_share_a_batch_and_one_that_is_given_up_harms_none(chat):
    async def together():
        model = chat(temperature=1)
        calls = [asyncio.create_task(model.ainvoke(f"Number {n}")) for n in range(12)]
        await asyncio.sleep(0)
        calls[3].cancel()
        return await asyncio.gather(*calls, return_exceptions=True)

    replies = asyncio.run(together())
    assert isinstance(replies.pop(3), asyncio.CancelledError)
    alone = [chat(temperature=1).invoke(f"Number {n}").text for n in range(12) if n != 3]
    assert [reply.text for reply in replies] == alone


def test_its_end_token_is_the_template_s(chat):
    ends = chat().prepared(TALK)[0].weights.ends
    assert [tokenizer().decode([token]) for token in ends] == [END]
    assert json.dumps(chat().invoke("Well?").response_metadata)
