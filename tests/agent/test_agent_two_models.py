"""Two models on one conversation: the specialist keeps memory, the gameplay model acts."""

from support.playing import table
from support.scripted import by_routine, in_turn

DONE = "<|DONE|>"
RIGHT = "<|ACTION|>Right<|END|>"
LEFT = "<|ACTION|>Left<|END|>"


def test_the_specialist_logs_and_consults_and_the_gameplay_model_commits():
    with table(lambda _: RIGHT, by_routine(DONE, "Nothing to look up."), steps=2) as at:
        at.play()
        second = at.rows()[1]
    said = [(call.role, call.routine) for call in second.calls]
    assert said == [("specialist", "log"), ("specialist", "plan"), ("gameplay", "plan")]
    assert [call.model for call in second.calls] == ["specialist", "specialist", "gameplay"]
    assert second.action == "Right"


def test_a_commit_of_the_specialist_is_stripped_and_its_reads_are_shown():
    consult = "Let me see. <|COUNT|>a.md|x<|END|>" + LEFT
    with table(lambda _: RIGHT, by_routine(DONE, consult), steps=1) as at:
        at.play()
        row = at.rows()[0]
    assert row.action == "Right"
    assert row.calls[0].reply == consult
    carried_on = row.messages[2]["content"]
    assert "Left" not in carried_on
    assert "<|COUNT|>" in carried_on
    handoff = row.messages[3]["content"]
    assert "There is no file a.md." in handoff
    assert "Memory has been consulted." in handoff


def test_a_specialist_that_only_commits_leaves_a_placeholder():
    with table(lambda _: RIGHT, lambda _: LEFT, steps=1) as at:
        at.play()
        row = at.rows()[0]
    assert row.messages[2] == {"role": "assistant", "content": "(no reply)"}
    assert row.action == "Right"


def test_both_models_see_one_conversation():
    with table(lambda _: RIGHT, by_routine(DONE, "ok"), steps=1) as at:
        at.play()
        consulted, acted = at.models["specialist"].prompts[0], at.models["gameplay"].prompts[0]
    assert [m.text for m in acted[: len(consulted)]] == [m.text for m in consulted]
    assert len(acted) == len(consulted) + 2


def test_a_gameplay_model_without_a_commit_is_asked_once_more_then_the_fallback_acts():
    with table(in_turn("Hm."), by_routine(DONE, "ok"), steps=1) as at:
        at.play()
        row = at.rows()[0]
    assert [call.role for call in row.calls] == ["specialist", "gameplay", "gameplay"]
    assert row.fallback
    assert row.action == "Wait"
