"""A step's conversation in its row: folded and put back, byte for byte, and not twice on disk."""

from hypothesis import given
from hypothesis import strategies as st

from automem_graph.agent.speech import as_said
from automem_graph.agent.step import ModelCall, StepRow, Usage
from automem_graph.episodes.messages import fold_messages, unfold_messages
from automem_graph.protocols import Observation

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
SENTENCES = st.sampled_from([f"a sentence that many messages quote, number {n}" for n in range(3)])
CONTENT = st.one_of(TEXTS, SENTENCES, st.tuples(TEXTS, SENTENCES, TEXTS).map("".join))
MESSAGES = st.lists(st.tuples(st.sampled_from(["user", "assistant"]), CONTENT), max_size=8)


def row(messages: list[tuple[str, str]], replies: list[str]) -> StepRow:
    """A row whose messages are a system text, those given, and a reply after each user turn."""
    whole = [{"role": role, "content": text} for role, text in [("system", "be good"), *messages]]
    calls = []
    for reply in replies:
        whole.append({"role": "user", "content": "and now?"})
        calls.append(
            ModelCall(
                role="gameplay", routine="plan", model="m", prompt=len(whole), reply=reply,
                usage=Usage(input=1, output=1), ms=0,
            )
        )  # fmt: skip
        whole.append({"role": "assistant", "content": as_said(reply)})
    answer = Observation(text="")
    return StepRow(step=1, messages=whole, calls=calls, said="a", action="a", answer=answer)


@given(MESSAGES, st.lists(CONTENT, max_size=3), MESSAGES, st.lists(CONTENT, max_size=3),
       st.lists(CONTENT, min_size=1, max_size=3))  # fmt: skip
def test_what_is_folded_is_put_back(first, first_replies, second, second_replies, shown):
    before, now = row(first, first_replies), row([*first[1:], *second], second_replies)
    kept = {"be good": "s"}
    for one, prior in ((before, None), (now, before)):
        folded = fold_messages(one, prior, shown, kept.__getitem__)
        bare = one.model_copy(update={"messages": ()})
        assert unfold_messages(folded, bare, prior, shown, {"s": "be good"}.get) == one.messages


def test_a_window_that_slides_is_one_reference():
    turns = [(("user", "assistant")[n % 2], f"turn {n}") for n in range(12)]
    before, now = row(turns[:10], ["yes"]), row(turns[2:12], ["no"])
    folded = fold_messages(now, before, [""], lambda text: "s")
    assert folded == [
        ["system", "s"],
        ["again", 3, 11],
        ["user", "turn 10"],
        ["assistant", "turn 11"],
        ["user", "and now?"],
        ["assistant", 0],
    ]


def in_turn(conversations: list[list[tuple[str, str]]]) -> StepRow:
    """A row of several conversations, each with a call and its reply at its end."""
    whole, calls = [], []
    for conversation in conversations:
        since = len(whole)
        whole += [{"role": role, "content": text} for role, text in conversation]
        calls.append(
            ModelCall(
                role="gameplay", routine="plan", model="m", since=since, prompt=len(whole),
                reply="yes", usage=Usage(input=1, output=1), ms=0,
            )
        )  # fmt: skip
        whole.append({"role": "assistant", "content": "yes"})
    answer = Observation(text="")
    return StepRow(step=1, messages=whole, calls=calls, said="a", action="a", answer=answer)


CONVERSATIONS = st.lists(MESSAGES, min_size=1, max_size=4)


@given(CONVERSATIONS, CONVERSATIONS, st.lists(CONTENT, min_size=1, max_size=3))
def test_several_conversations_are_put_back(first, second, shown):
    before, now = in_turn(first), in_turn([*second, *first])
    for one, prior in ((before, None), (now, before)):
        folded = fold_messages(one, prior, shown, str)
        bare = one.model_copy(update={"messages": ()})
        assert unfold_messages(folded, bare, prior, shown, str) == one.messages


def test_what_a_later_conversation_repeats_is_one_reference():
    said = [("user", "turn 0"), ("assistant", "yes"), ("user", "turn 1")]
    before, now = in_turn([said[:1]]), in_turn([[("user", "log")], said, [*said, ("user", "so?")]])
    assert fold_messages(now, before, [""], str) == [
        ["user", "log"],
        ["assistant", 0],
        ["again", 0, 2],
        ["user", "turn 1"],
        ["assistant", 1],
        ["same", 2, 5],
        ["user", "so?"],
        ["assistant", 2],
    ]
