"""The sliding window: what a model without memory files is shown, and what becomes of its reply."""

import re

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from automem_graph.agent.desk import WINDOW
from automem_graph.models.player.conversation import moment
from support.playing import Table, table
from support.scripted import in_turn

RIGHT = "<|ACTION|>Right<|END|>"
WAIT = "<|ACTION|>Wait<|END|>"

SYSTEM = """\
You play Corridor. Every turn you see what the world shows now and, before it, what you saw and \
did in the turns just before: 16 observations in all. What lies further back is forgotten.

# The world

Walk to the right until the corridor ends.

The world's actions, to be written exactly so:
Right, Left, Wait

An action that is not in this list executes Wait instead. The game ends after 3 actions at the \
latest.

# A turn

"""
COMMITS = "Commit exactly one action with `<|ACTION|>action<|END|>`, and write nothing else."
THINKS = """\
First think, step by step: what do you see, what has worked and what has not, what is best now? \
Then commit exactly one action, at the end of your reply, with `<|ACTION|>action<|END|>`. Of what \
you have thought you see again only what led to your last action."""


def room(number: int) -> str:
    return f"You stand in room {number} of a corridor whose walls have colour 42."


def test_the_whole_prompt_of_a_step():
    with table(in_turn(RIGHT), agent="window", steps=3) as at:
        at.play()
        messages = [(message["role"], message["content"]) for message in at.rows()[2].messages]
    assert messages == [
        ("system", SYSTEM + COMMITS),
        ("user", f"What you saw at step 0:\n{room(0)}"),
        ("assistant", RIGHT),
        ("user", f"What you saw at step 1:\n{room(1)}"),
        ("assistant", RIGHT),
        (
            "user",
            f"# PLAN, step 2\n\nYour last action: Right\n\nWhat you see now:\n{room(2)}\n\n"
            "Commit one action with <|ACTION|>action<|END|>.",
        ),
        ("assistant", RIGHT),
    ]


def test_the_first_step_has_no_last_action():
    with table(in_turn(RIGHT), agent="window", steps=1) as at:
        at.play()
        said = at.said(0)
    assert said[0][1].startswith(f"# PLAN, step 0\n\nWhat you see now:\n{room(0)}")


def test_thoughts_are_asked_for_and_only_the_latest_are_shown_again():
    with table(_aloud(), agent="window-cot", steps=3) as at:
        at.play()
        row = at.rows()[2]
    assert row.messages[0]["content"] == SYSTEM + THINKS
    assert "Think step by step, then commit one action" in row.messages[-2]["content"]
    said = [message["content"] for message in row.messages if message["role"] == "assistant"]
    assert said == [RIGHT, f"Thought 2. {RIGHT}", f"Thought 3. {RIGHT}"]


def test_a_window_without_thinking_shows_no_thoughts_again():
    with table(_aloud(), agent="window", steps=3) as at:
        at.play()
        assert at.said(2)[1:4:2] == [("assistant", RIGHT), ("assistant", RIGHT)]


def test_the_window_holds_sixteen_observations():
    with table(in_turn(WAIT), agent="window", steps=20) as at:
        at.play()
        rows = at.rows()
    shown = [len([m for m in row.messages if m["role"] == "user"]) for row in rows]
    assert shown == [*range(1, WINDOW), *[WINDOW] * 5]
    assert rows[19].messages[1]["content"].startswith("What you saw at step 4:")
    assert {len(row.calls) for row in rows} == {1}


def test_an_invalid_action_is_noted_and_the_window_shows_what_was_executed():
    with table(in_turn("<|ACTION|>Fly<|END|>", RIGHT), agent="window", steps=2) as at:
        at.play()
        first, second = at.rows()
    assert (first.said, first.action) == ("Fly", "Wait")
    assert second.messages[2]["content"] == WAIT
    assert "'Fly' is no action here: Wait was executed." in second.messages[3]["content"]


def test_one_repair_message_then_the_fallback():
    with table(in_turn("Hm.", "Well.", "Hm.", RIGHT), agent="window-cot", steps=3) as at:
        at.play()
        first, second, third = at.rows()
    assert first.fallback
    assert first.action == "Wait"
    assert first.messages[3]["content"] == (
        "Your reply held no action. Commit one action now, like this: <|ACTION|>Wait<|END|>"
    )
    assert second.messages[2]["content"] == WAIT  # thoughts that led to nothing are not shown
    assert (second.fallback, len(second.calls)) == (False, 2)
    assert [call.prompt for call in second.calls] == [4, 6]
    assert third.messages[4]["content"] == RIGHT


def test_a_reply_of_nothing_is_carried_on_as_something():
    with table(in_turn("  ", RIGHT), agent="window", steps=1) as at:
        at.play()
        assert at.said(0)[1] == ("assistant", "(no reply)")


def test_the_last_turn_reads_as_a_plan_for_the_offline_player():
    with table(in_turn(RIGHT), agent="window", steps=3) as at:
        at.play()
        here = moment(_sent(at), lambda text: re.findall("You stand.*", text))
    assert (here.routine, here.step, here.asked) == ("plan", 2, 0)
    assert here.last_action == "Right"
    assert (here.before, here.now) == (room(1), room(2))
    assert here.world_actions == ("Right", "Left", "Wait")
    assert here.form("ACTION", "action") is not None


def _aloud():
    return in_turn(*(f"Thought {number}. {RIGHT}" for number in (1, 2, 3)))


def _sent(at: Table) -> list[BaseMessage]:
    """What the model was given at the last step."""
    kinds = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    return [kinds[m["role"]](m["content"]) for m in at.rows()[-1].messages[:-1]]
