"""What is written in LOG and looked up in PLAN."""

from automem_graph.models.player.conversation import moment
from automem_graph.models.player.records import Recall, log_reply, look_up, recall

NOTES = [("notes.md", 5)]
SEARCH = "<|SEARCH|>notes.md|Done:<|END|>"


def test_nothing_happened_nothing_written(see, talk):
    assert log_reply(moment(talk().log(see(), "Move West", see()).messages)) == "<|DONE|>"


def test_the_first_deed_starts_the_notes(see, talk):
    told = talk(step=9).log(see(facing="tree"), "Do", see(inventory={"wood": 1}))
    assert log_reply(moment(told.messages)) == (
        "<|APPEND|>notes.md|Step 9: Done: collect wood.<|END|>\n<|DONE|>"
    )


def test_a_deed_is_looked_up_before_it_is_written(see, talk):
    told = talk(step=9, files=NOTES).log(see(facing="tree"), "Do", see(inventory={"wood": 1}))
    assert log_reply(moment(told.messages)) == SEARCH
    told.answered(SEARCH, "Step 4: Done: collect sapling.")
    assert "Step 9: Done: collect wood." in log_reply(moment(told.messages))


def test_a_deed_that_stands_in_the_notes_is_not_written_again(see, talk):
    told = talk(step=9, files=NOTES).log(see(facing="tree"), "Do", see(inventory={"wood": 1}))
    told.answered(SEARCH, "Step 4: Done: collect wood.")
    assert log_reply(moment(told.messages)) == "<|DONE|>"


def test_an_obstacle_is_noted_every_time(see, talk):
    bank = see(("water", 0, -1), facing="water")
    told = talk(step=9, files=NOTES).log(see(), "Move North", bank)
    assert "Step 9: water blocks the way north." in log_reply(moment(told.messages))


def test_plan_asks_for_deeds_and_for_the_latest_lines(see, talk):
    tags = look_up(moment(talk(files=NOTES).plan(see()).messages))
    assert tags == f"{SEARCH}\n<|TAIL|>notes.md|10<|END|>"
    assert look_up(moment(talk().plan(see()).messages)) == "", "there is nothing to read yet"


def test_unknown_is_not_the_same_as_not_done(see, talk):
    assert recall(moment(talk().plan(see()).messages)).done("place stone") is None
    told = talk(files=NOTES).plan(see())
    assert recall(moment(told.messages)).done("place stone") is None
    told.answered(f"{SEARCH}\n<|TAIL|>notes.md|10<|END|>", "Step 4: Done: collect wood.", "")
    known = recall(moment(told.messages))
    assert known.done("collect wood") is True
    assert known.done("place stone") is False


def test_lines_that_were_only_glimpsed_prove_no_absence(see, talk):
    told = talk(files=NOTES).plan(see())
    told.answered("<|TAIL|>notes.md|10<|END|>", "Step 4: Done: collect wood.")
    assert recall(moment(told.messages)).done("place stone") is None


def test_recent_obstacles_and_lost_things():
    known = Recall(
        (
            (3, "water blocks the way north."),
            (8, "table blocks the way east."),
            (9, "water was last seen to the south-west."),
        )
    )
    assert known.blocked_since(5) == ("east",)
    assert known.lost_since(5, "water") == ("south", "west")
    assert known.lost_since(10, "water") == ()
    assert known.lost_since(5, "cow") == ()
