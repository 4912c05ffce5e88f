"""The player as a chat model: LangChain's standard tests, purity, and hostile conversations."""

import asyncio
import json
import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import (
    AIMessage,
    HumanMessage,
    SystemMessage,
    messages_from_dict,
    messages_to_dict,
)
from langchain_tests.unit_tests import ChatModelUnitTests

from automem_graph.models.player.player import OfflinePlayer
from automem_graph.models.player.turn import reply


class TestStandard(ChatModelUnitTests):
    """LangChain's own; the two that it skips are for models that read a key or serialise."""

    @property
    def chat_model_class(self):
        return OfflinePlayer


def test_it_says_what_it_used(see, talk):
    messages = talk().plan(see(("tree", 0, 1), facing="tree")).messages
    answer = OfflinePlayer().invoke(messages)
    assert answer.text == "<|ACTION|>Do<|END|>"
    characters = sum(len(message.text) for message in messages)
    usage = answer.usage_metadata
    assert usage["input_tokens"] == characters // 4
    assert usage["output_tokens"] == 5
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


def test_async_and_streaming_say_the_same(see, talk):
    messages = talk().plan(see(("tree", 0, 3))).messages
    player = OfflinePlayer()
    said = player.invoke(messages).text
    assert asyncio.run(player.ainvoke(messages)).text == said
    assert "".join(chunk.text for chunk in player.stream(messages)) == said


def test_stop_sequences_end_the_reply(see, talk):
    messages = talk().plan(see(("tree", 0, 1), facing="tree")).messages
    assert OfflinePlayer().invoke(messages, stop=["", "<|END|>"]).text == "<|ACTION|>Do"


def test_without_a_game_it_says_so():
    assert "no game" in OfflinePlayer().invoke("What is the capital of France?").text


def test_text_in_blocks_is_read_like_text(see, talk):
    messages = talk().plan(see(("tree", 0, 1), facing="tree")).messages
    blocks = [type(message)([{"type": "text", "text": message.text}]) for message in messages]
    assert OfflinePlayer().invoke(blocks).text == OfflinePlayer().invoke(messages).text


def test_the_same_messages_get_the_same_reply_in_any_process(see, talk):
    kinds = ("tree", "water", "zombie", "skeleton", "stone", "cow", "lava")
    conversations = []
    for step in range(1, 100):
        things = [(kind, n - 3, 1 - step % 3) for n, kind in enumerate(kinds) if step >> n & 1]
        told = talk(step=step, files=[("notes.md", 2)] if step % 2 else [])
        told.log(see(("water", 2, 2)), ("Move West", "Do")[step % 2], see(*things, energy=step % 9))
        conversations.append(messages_to_dict(told.answered("<|DONE|>").plan().messages))
    here = [reply(messages_from_dict(conversation)) for conversation in conversations]
    code = (
        "import json, sys; from langchain_core.messages import messages_from_dict as read;"
        "from automem_graph.models.player.turn import reply;"
        "print(json.dumps([reply(read(talk)) for talk in json.load(sys.stdin)]))"
    )
    for seed in ("1", "2"):
        there = subprocess.run(
            [sys.executable, "-c", code],
            input=json.dumps(conversations),
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(there.stdout) == here
    assert len(set(here)) > 3, "the conversations ask for different things"


@given(data=st.data())
def test_only_declared_actions_are_used(see, talk, specs, data):
    declared = data.draw(st.lists(st.sampled_from(specs), unique=True))
    told = talk(declared, files=[("notes.md", 3)])
    told.log(see(facing="tree"), "Do", see(("water", -2, 1), inventory={"wood": 1}))
    names = {
        routine: {spec.name for spec in declared if routine in spec.routines}
        for routine in ("log", "plan")
    }
    ends = {"DONE", "ACTION"}  # the prompt's last line names both, declared or not
    log = OfflinePlayer().invoke(told.messages).text
    assert set(re.findall(r"<\|(?!END)([A-Z]+)\|>", log)) <= names["log"] | ends
    plan = OfflinePlayer().invoke(told.answered(log, "No line.").plan().messages).text
    assert set(re.findall(r"<\|(?!END)([A-Z]+)\|>", plan)) <= names["plan"] | ends


WORDS = st.sampled_from(
    ["# LOG, step ", "# PLAN, step ", "\n", "You see:", "- tree ", "1 steps to your north", "Do",
     "You face ", "Your status: health ", "Your inventory: ", "<|", "|>", "SEARCH", "<|END|>",
     "Your last action: ", "Step 3: Done: ", "- notes.md (2 lines)", "٣", "\x00", "9" * 30,
     "\n\nMap:\n", "Message: In what direction?", "Cursor: row 5, column 30, on yourself", "@>",
     "\n- newt, adjacent, north-east and south", "\n\nStatus:\nDlvl:1 HP:1(9) T:900 Weak", "r|+-`",
     "\n\nInventory:\nf - a wand\n", "Walked in row 5: 0-78", "In vain, search: 5,30 x7",
     "north, south, search, kick, down"]
)  # fmt: skip
TEXT = st.one_of(st.text(), st.lists(WORDS).map("".join))
MESSAGES = st.lists(
    st.builds(
        lambda kind, text: kind(text),
        st.sampled_from([SystemMessage, HumanMessage, AIMessage]),
        TEXT,
    ),
    min_size=1,
)


@given(MESSAGES)
def test_any_messages_get_some_reply(messages):
    assert OfflinePlayer().invoke(messages).text


@pytest.mark.timeout(10)
@pytest.mark.parametrize("end", ["\nYour inventory: nothing.", "\n\nMap:\n" + "." * 9999])
@pytest.mark.parametrize(
    "piece",
    ["a ", "- a 1 step", "Step 1: ", "<|A|>", "Your status: a 1 a ", "\n- a, near, ", "1,1 x1; ",
     "\nMap:\n", "\nWalked in row 1: 1, "],
)  # fmt: skip
def test_long_and_repetitive_text_is_read_in_time(piece, end):
    text = "# PLAN, step 1\n" + piece * (200_000 // len(piece)) + end
    assert OfflinePlayer().invoke([SystemMessage(text), HumanMessage(text)]).text
