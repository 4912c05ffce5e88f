"""The two routines of a step: who is asked what, in which order, and how each routine ends."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages.utils import count_tokens_approximately

from support.playing import table
from support.scripted import Say, by_routine, in_turn, routine

DONE = "<|DONE|>"
RIGHT = "<|ACTION|>Right<|END|>"


def test_log_never_runs_before_the_first_action():
    with table(by_routine(DONE, RIGHT), steps=2) as at:
        at.play()
        first, second = at.rows()
    assert [call.routine for call in first.calls] == ["plan"]
    assert [call.routine for call in second.calls] == ["log", "plan"]
    assert "You stand in room 0" in first.messages[1]["content"]


def test_log_shows_the_last_action_and_both_observations():
    with table(by_routine(DONE, RIGHT), steps=3) as at:
        at.play()
        opening = at.said(2)[0][1]
    assert "Your last action: Right" in opening
    assert opening.index("You stand in room 1") < opening.index("You stand in room 2")


def test_actions_run_in_text_order_and_results_share_the_next_message():
    log = "<|APPEND|>a.md|one<|END|><|READ|>a.md<|END|><|APPEND|>a.md|two<|END|>" + DONE
    with table(by_routine(log, RIGHT), steps=2) as at:
        at.play()
        row = at.rows()[1]
    assert [action.name for action in row.actions] == ["APPEND", "READ", "APPEND"]
    assert row.actions[1].result == "one"
    results = at.said(1)[2][1]
    assert results.index("one") < results.index("# PLAN, step 1")


def test_what_follows_done_is_not_run():
    with table(by_routine(DONE + "<|APPEND|>a.md|late<|END|>", RIGHT), steps=2) as at:
        at.play()
        assert at.rows()[1].actions == ()
        assert not list(at.folder.memory.glob("*"))


def test_plan_can_read_and_then_commit_and_cannot_write():
    say = in_turn("<|COUNT|>a.md|x<|END|>", "<|APPEND|>a.md|x<|END|>", RIGHT)
    with table(say, steps=1) as at:
        at.play()
        row = at.rows()[0]
    assert row.actions[0].result == "There is no file a.md."
    assert not row.actions[1].ok
    assert "APPEND" in row.actions[1].result
    assert row.action == "Right"
    assert not row.fallback


def test_a_routine_has_ten_rounds():
    with table(by_routine("<|COUNT|>a|b<|END|>", "<|COUNT|>a|b<|END|>"), steps=2) as at:
        at.play()
        first, second = at.rows()
    assert [call.routine for call in first.calls] == ["plan"] * 10
    assert first.fallback
    assert first.action == "Wait"
    assert [call.routine for call in second.calls] == ["log"] * 10 + ["plan"] * 10
    assert "This is your last reply" in second.messages[19]["content"]


def test_one_repair_message_then_the_fallback():
    with table(by_routine("nothing", "I like it here."), steps=2) as at:
        at.play()
        first, second = at.rows()
    assert len(first.calls) == 2
    assert "Your reply held no action." in first.messages[3]["content"]
    assert first.fallback
    assert first.action == "Wait"
    assert [call.routine for call in second.calls] == ["log", "log", "plan", "plan"]


def test_a_repaired_reply_counts():
    with table(in_turn("hm", RIGHT), steps=1) as at:
        at.play()
        row = at.rows()[0]
    assert row.action == "Right"
    assert not row.fallback


def test_an_invalid_action_takes_the_default_and_is_told():
    with table(by_routine(DONE, "<|ACTION|>Fly<|END|>"), steps=2) as at:
        at.play()
        first = at.rows()[0]
        opening = at.said(1)[0][1]
    assert first.action == "Wait"
    assert first.said == "Fly"
    assert not first.fallback
    assert "Your last action: Wait ('Fly' is no action here" in opening
    seen_now = opening[opening.index("What you see now:") :]
    assert "'Fly' is no action here: Wait was executed." in seen_now


def test_spelling_of_a_world_action_is_forgiven():
    with table(by_routine(DONE, "<|ACTION|> right <|END|>"), steps=1) as at:
        at.play()
        assert at.rows()[0].action == "Right"


def test_an_unchanged_observation_is_noticed_mildly_then_strongly():
    with table(by_routine(DONE, "<|ACTION|>Wait<|END|>"), steps=5) as at:
        at.play()
        openings = [at.said(step)[0][1] for step in range(1, 5)]
    assert [row.unchanged for row in at.rows()] == [1, 2, 3, 4, 5]
    assert "has not changed since your last action." in openings[0]
    assert "has not changed since your last actions." in openings[1]
    assert "WARNING" not in openings[1]
    assert "WARNING: what you see has not changed for 3 actions" in openings[2]


def test_the_system_message_never_changes():
    with table(by_routine(DONE, RIGHT), steps=4) as at:
        at.play()
        system = {row.messages[0]["content"] for row in at.rows()}
    assert len(system) == 1
    assert "<|SEARCH|>file|keyword<|END|>" in system.pop()


def test_an_empty_reply_gets_a_placeholder_and_is_kept_verbatim():
    with table(in_turn(" \n ", RIGHT), steps=1) as at:
        at.play()
        row = at.rows()[0]
    assert row.calls[0].reply == " \n "
    assert at.said(0)[1] == ("assistant", "(no reply)")


FRAGMENTS = st.sampled_from(
    [DONE, RIGHT, "<|ACTION|>", "<|END|>", "<|APPEND|>a.md|x", "<|READ|>a.md<|END|>", "", " ", "\0",
     "<|NO|>", "<|WRITE|>../x|y<|END|>", "<|WRITE|>b.md|\ud800\r\n<|END|>", "{{ 1/0 }}", "text"]
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(FRAGMENTS, max_size=4).map("".join), min_size=1, max_size=12))
def test_roles_alternate_whatever_is_said(tmp_path_factory, replies):
    folder = str(tmp_path_factory.mktemp("run"))
    with table(in_turn(*replies), in_turn(*reversed(replies)), steps=3, run=folder) as at:
        assert at.play().status == "done"
        rows = at.rows()
        prompts = [prompt for model in at.models.values() for prompt in model.prompts]
    for row in rows:
        roles = [message["role"] for message in row.messages]
        assert roles == ["system", *["user", "assistant"] * (len(roles) // 2)]
        assert all(message["content"].strip() for message in row.messages)
    assert len(prompts) == sum(len(row.calls) for row in rows)


def test_the_step_number_is_that_of_the_trace():
    def say(messages: list) -> str:
        return DONE if routine(messages) == "log" else RIGHT

    checked: Say = say
    with table(checked, steps=4) as at:
        at.play()
        for row in at.rows():
            heading = f"# PLAN, step {row.step}"
            assert any(heading in message["content"] for message in row.messages)


def test_tokens_that_no_provider_counted_are_as_langchain_estimates_them():
    with table(by_routine(DONE, f"I see. {RIGHT}"), steps=2) as at:
        at.play()
        row = at.rows()[1]
    for call in row.calls:
        said = [{"role": "assistant", "content": call.reply}]
        assert call.usage.approximate
        assert call.usage.input == count_tokens_approximately(row.messages[: call.prompt])
        assert call.usage.output == count_tokens_approximately(said)
