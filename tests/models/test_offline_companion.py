"""The companion: a host model that notes, and answers from the messages alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_tests.unit_tests import ChatModelUnitTests

from automem_graph.models.companion import OfflineCompanion, answer
from automem_graph.models.facts import asked, facts, sentences
from automem_graph.models.resolve import resolve_model


class TestStandard(ChatModelUnitTests):
    """LangChain's own."""

    @property
    def chat_model_class(self):
        return OfflineCompanion


def memory(*lines):
    text = "\n".join(["From the notes.", "<memories>", '<memory file="notes.md">', *lines])
    return HumanMessage(f"{text}\n</memory>\n</memories>", name="memory")


def talk(*said):
    """Messages of a person and the companion in turn, the person first."""
    return [(HumanMessage, AIMessage)[n % 2](text) for n, text in enumerate(said)]


@pytest.mark.parametrize(
    ("fact", "question", "value"),
    [
        ("My dentist is Dr. Weber.", "Who is my dentist?", "Dr. Weber"),
        ("Our meeting is on Tuesday at 15:00.", "When is our meeting?", "on Tuesday at 15:00"),
        ("By the way, my passport is in the blue tin!", "Where's my passport?", "in the blue tin"),
        ("The code of the bike lock is 4821.", "What is the code of the bike lock?", "4821"),
        ("My bike lock's code is 4821.", "What is the code of my bike lock?", "4821"),
        ("My sister's car is a red Fiat.", "Which is my sister's car?", "a red Fiat"),
        ("Anna's birthday is 3 May.", "When is Anna's birthday?", "3 May"),
        ("My doctor is Dr. Wu. It rains.", "Can you tell me who my doctor is?", "Dr. Wu"),
        ("My favourite colour is now teal", "What is my favourite colour now?", "teal"),
    ],
)
def test_what_was_said_is_answered(fact, question, value):
    assert answer(talk(fact)) == "Noted."
    assert answer(talk(fact, "Noted.", question)) == value
    assert answer(talk(question)) == "I do not know."


def test_the_latest_fact_counts_wherever_it_was_said():
    told = talk("My car is a Fiat.", "Noted.", "My car is now a Saab.", "Noted.", "What is my car?")
    assert answer(told) == "a Saab"
    assert answer([*told[:-1], memory("My car is a Volvo now."), told[-1]]) == "a Volvo"
    call = {"name": "garage", "args": {}, "id": "1"}
    used = [AIMessage("", tool_calls=[call]), ToolMessage("Your car is a tram.", tool_call_id="1")]
    assert answer([*told, *used]) == "a tram"


@pytest.mark.parametrize(
    "line",
    [
        "My dentist is Dr. Weber.",
        "dentist: Dr. Weber",
        "- Step 3: the user's dentist is now Dr. Weber.",
        "[2026-03-01] switched dentist to Dr. Weber",
    ],
)
def test_memory_may_say_it_in_other_words(line):
    told = [memory("My cat is old.", line), *talk("Who is my dentist?")]
    assert answer(told) == "Dr. Weber"


def test_another_thing_is_no_answer():
    told = talk("My car insurance is Zeta.", "Noted.", "My car is a Saab.", "Noted.")
    assert answer([*told, HumanMessage("What is my car?")]) == "a Saab"
    assert answer([*told, HumanMessage("What is my insurance policy?")]) == "I do not know."
    told = [memory("Anna's birthday is 3 May."), HumanMessage("When is my birthday?")]
    assert answer(told) == "I do not know."
    assert answer([SystemMessage("My dog is Rex."), HumanMessage("Who is my dog?")]) == (
        "I do not know."
    )


def test_a_search_in_vain_is_no_answer():
    told = [memory("No line of notes.md contains 'dentist'."), *talk("Who is my dentist?")]
    assert answer(told) == "I do not know."


def test_what_is_neither_is_heard():
    assert answer(talk("Good morning!")) == "I see."
    assert answer([]) == "I see."


def test_it_is_a_host_for_an_agent_with_tools():
    def lamp() -> str:
        """Light it."""
        return "lit"

    agent = create_agent(resolve_model("offline:companion"), [lamp])
    said = agent.invoke({"messages": talk("My dog is Rex.", "Noted.", "Who is my dog?")})
    assert said["messages"][-1].text == "Rex"


def test_titles_do_not_end_a_sentence():
    told = sentences("I saw Dr. Weber. He was well!\nGood")
    assert told == ["I saw Dr. Weber.", "He was well!", "Good"]


@given(st.text(alphabet="my the is What?.:' \nA's1", max_size=80) | st.text(max_size=80))
def test_any_text_is_read(text):
    list(facts(text)), list(asked(text))
    assert answer([HumanMessage(text)])
