"""Errands: what is said follows from the seed, and every question can be answered from it."""

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automem_graph.protocols import ANSWER_CHARS
from automem_graph.worlds.errands import pools
from automem_graph.worlds.errands.card import CARD, STEPS
from automem_graph.worlds.errands.chatter import GREETING
from automem_graph.worlds.errands.judge import POOLS, is_right, mentions
from automem_graph.worlds.errands.matters import SORTS
from automem_graph.worlds.errands.phrases import KINDS
from automem_graph.worlds.errands.script import GAP, Message, script
from automem_graph.worlds.errands.task import ERRANDS

few = settings(max_examples=6, deadline=None)
seeds = st.integers(min_value=0, max_value=2**31)


def right(message: Message) -> str:
    return " and ".join(value.text for value in message.wanted) or "Noted"


@few
@given(seeds)
def test_an_episode_is_notes_changes_small_talk_and_questions(seed: int):
    told = script(seed)
    asked = [message for message in told if message.wanted]
    changed = {key for message in told if not message.wanted for key in message.about}
    talk = [message for message in told if not message.about]
    assert len(told) == STEPS == CARD.max_steps
    assert told[0] == Message(GREETING)
    assert STEPS * 0.1 < len(asked) < STEPS * 0.4
    assert len(talk) > STEPS * 0.3
    assert len(changed) > 35
    assert not [message.text for message in told if re.search(r"[{}]|  |\bNone\b", message.text)]


@few
@given(seeds)
def test_what_is_asked_was_said_long_before_and_not_since(seed: int):
    told = script(seed)
    for at, message in enumerate(told):
        for key, value, since in zip(message.about, message.wanted, message.since, strict=False):
            assert at - since >= GAP
            assert key in told[since].about
            between = [one for one in told[since + 1 : at] if not one.wanted]
            assert not [one for one in between if key in one.about]
            named = mentions(told[since].text, value.sort)
            if value.text == "cancelled":
                assert not named - {"cancelled"}
            else:
                assert mentions(value.text, value.sort) <= named


@few
@given(seeds)
def test_no_question_says_its_answer(seed: int):
    for message in script(seed):
        assert message.text.endswith("?") == ("?" in message.text) == bool(message.wanted)
        for value in message.wanted:
            assert not mentions(message.text, value.sort) & mentions(value.text, value.sort)


@few
@given(seeds)
def test_who_knows_all_has_everything_and_who_guesses_nothing(seed: int):
    for answers, end in ((right, 1.0), (lambda _: "Noted", 0.0), (lambda _: "Cancelled", 0.25)):
        world = ERRANDS.open(seed)
        seen = [world.reset()]
        seen += [world.step(answers(message)) for message in script(seed)]
        scores = [one.progression for one in seen]
        assert scores == sorted(scores)
        assert scores[-1] <= end
        assert scores[-1] == end or end == 0.25
        assert [one.done for one in seen] == [False] * STEPS + [True]


def test_the_messages_do_not_depend_on_the_answers_and_weeks_pass():
    worlds = [ERRANDS.open(7), ERRANDS.open(7)]
    texts = [
        [world.reset().text, *(world.step(word).text for _ in range(STEPS))]
        for world, word in zip(worlds, ("Noted", "In the attic"), strict=True)
    ]
    assert texts[0] == texts[1]
    assert texts[0][0] == f"Monday 1 March, message 1:\n{GREETING}"
    assert texts[0][-2].startswith("Saturday 17 April, message 480:\n")
    assert "goodbye" in texts[0][-1]


def test_two_processes_say_the_same():
    code = (
        "import hashlib; from automem_graph.worlds.errands.script import script;"
        "print(hashlib.sha256(repr([script(seed) for seed in (1, 2)]).encode()).hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(said) == 1


def test_a_world_takes_answers_only_while_it_lasts():
    world = ERRANDS.open(3)
    with pytest.raises(RuntimeError, match="call reset"):
        world.step("Noted")
    world.reset()
    with pytest.raises(ValueError, match="at most"):
        world.step("x" * (ANSWER_CHARS + 1))
    assert world.step("").text.partition("\n")[0].endswith("message 2:")


def test_every_kind_has_several_ways_and_no_value_hides_in_another():
    assert set(KINDS) == set(SORTS)
    for name, kind in KINDS.items():
        assert len(kind.tell) >= 3
        assert len(kind.ask) >= 2
        assert len(kind.change) >= 3 or name == "relation"
    for sort, pool in POOLS.items():
        for value in pool:
            assert len(mentions(value, sort)) == 1, value
        assert len({frozenset(mentions(value, sort)) for value in pool}) == len(pool)
    assert len(pools.PEOPLE) == 20
    assert is_right("Clara", script(1)[0].wanted)
