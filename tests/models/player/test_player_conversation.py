"""A step's conversation as data."""

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from automem_graph.models.player.conversation import Form, moment
from automem_graph.models.player.crafter.reading import sights


def read(messages):
    return moment(messages, sights)


def test_the_first_step_has_no_log(see, talk):
    here = read(talk(step=0).plan(see(facing="tree")).messages)
    assert (here.routine, here.step, here.before, here.last_action) == ("plan", 0, None, "")
    assert here.now.facing == "tree"
    assert dict(here.files) == {}


def test_log_shows_two_observations_and_plan_remembers_them(see, talk):
    told = talk(step=12, files=[("notes.md", 3)]).log(see(), "Move West", see(facing="water"))
    in_log = read(told.messages)
    assert (in_log.routine, in_log.step, in_log.asked) == ("log", 12, 0)
    in_plan = read(told.answered("<|DONE|>").plan().messages)
    assert (in_plan.routine, in_plan.step, in_plan.asked) == ("plan", 12, 0)
    for here in (in_log, in_plan):
        assert (here.before.facing, here.now.facing) == (None, "water")
        assert here.last_action == "Move West"
        assert dict(here.files) == {"notes.md": 3}


def test_replies_are_counted_from_the_routine_s_heading(see, talk):
    told = talk().plan(see()).answered("<|READ|>a<|END|>", "nothing")
    assert read(told.messages).asked == 1


def test_each_routine_has_its_own_actions(see, talk):
    log = read(talk().log(see(), "Do", see()).messages)
    plan = read(talk().plan(see()).messages)
    assert log.form("APPEND", "file", "text") == Form("APPEND", ("file", "text"))
    assert plan.form("APPEND", "file", "text") is None
    assert plan.form("SEARCH", "file", "keyword") is not None
    assert plan.form("SEARCH", "file") is None, "a form of other arguments is another action"


def test_actions_are_written_in_the_order_of_their_arguments():
    assert Form("DONE", ()).write() == "<|DONE|>"
    assert Form("TAIL", ("file", "n")).write(n=4, file="a.md") == "<|TAIL|>a.md|4<|END|>"


def test_the_world_s_actions_are_read_from_the_system_message(see, talk):
    actions = read(talk().plan(see()).messages).world_actions
    assert len(actions) == 17
    assert "Make Iron Sword" in actions


@pytest.mark.parametrize("heading", ["# PLAN, step 31", "## PLAN (step 31)", "# PLAN: step 31"])
def test_a_rewritten_heading_still_tells_routine_and_step(heading):
    here = read([HumanMessage(f"Good morning.\n\n{heading}\n\nGo on.")])
    assert (here.routine, here.step) == ("plan", 31)


def test_what_is_no_game_gives_an_empty_moment():
    here = read([SystemMessage("Be kind."), HumanMessage("How are you?"), AIMessage("Well.")])
    assert (here.routine, here.now, dict(here.forms), here.world_actions) == (None, None, {}, ())
