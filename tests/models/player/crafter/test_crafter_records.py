"""What is written in LOG, with and without structure, and looked up in PLAN."""

import pytest

from automem_graph.models.player.conversation import moment
from automem_graph.models.player.crafter.reading import sights
from automem_graph.models.player.crafter.recall import Recall, recall
from automem_graph.models.player.crafter.records import log_reply
from automem_graph.models.player.look_up import journal, offered, unread

NOTES = [("notes.md", 5)]
TAIL = "<|TAIL|>notes.md|20<|END|>"
WOOD = {"wood": 1}


def read(told):
    return moment(told.messages, sights)


def missing(told):
    return unread(read(told), offered(read(told)))


def log(told):
    return log_reply(read(told))


def test_nothing_happened_nothing_written(see, talk):
    assert log(talk().log(see(), "Move West", see())) == "<|DONE|>"


def test_the_first_deed_starts_the_notes(see, talk):
    told = talk(step=9).log(see(facing="tree"), "Do", see(inventory={"wood": 1}))
    assert log(told) == "<|APPEND|>notes.md|Step 9: Done: collect wood.<|END|>\n<|DONE|>"


def test_the_journal_s_end_is_read_before_a_deed_is_written(see, talk):
    told = talk(step=9, files=NOTES).log(see(facing="tree"), "Do", see(inventory={"wood": 1}))
    assert log(told) == TAIL
    told.answered(TAIL, "Step 4: Done: collect sapling.")
    assert "Step 9: Done: collect wood." in log(told)


def test_a_deed_that_stands_there_is_not_written_again(see, talk):
    told = talk(step=9, files=NOTES).log(see(facing="tree"), "Do", see(inventory={"wood": 1}))
    assert log(told.answered(TAIL, "Step 4: Done: collect wood.")) == "<|DONE|>"


def test_an_obstacle_is_noted_every_time(see, talk):
    bank = see(("water", 0, -1), facing="water")
    told = talk(step=9, files=NOTES).log(see(), "Move North", bank)
    assert "Step 9: water blocks the way north." in log(told)


def test_the_journal_is_read_by_its_end_and_once(see, talk):
    assert journal(read(talk().plan(see()))) == "", "there is nothing to read yet"
    told = talk(files=NOTES).plan(see())
    assert journal(read(told)) == TAIL
    assert journal(read(told.answered(TAIL, "Step 4: Done: wake up."))) == ""


def test_unknown_is_not_the_same_as_not_done(see, talk):
    assert recall(read(talk().plan(see()))).done("place stone") is None
    told = talk(files=NOTES).plan(see())
    assert recall(read(told)).done("place stone") is None
    told.answered(TAIL, "Step 4: Done: collect wood.")
    known = recall(read(told))
    assert known.done("collect wood") is True
    assert known.done("place stone") is False, "the whole journal was shown"


def test_the_end_of_a_long_journal_proves_no_absence(see, talk):
    told = talk(files=[("notes.md", 21)]).plan(see())
    told.answered(TAIL, "Step 4: Done: collect wood.")
    assert recall(read(told)).done("place stone") is None


def test_recent_obstacles_and_lost_things():
    known = Recall(
        (
            (3, "water blocks the way north."),
            (8, "table blocks the way east."),
            (9, "water was last seen to the south-west."),
        )
    )
    assert known.blocked_since(5) == ("east",)
    assert known.lost_to("water", 12) == ("south", "west")
    assert known.lost_to("water", 60) == (), "that was too long ago"
    assert known.lost_to("cow", 12) == ()


class TestOffers:
    """Each part of structure alone: named by the system message, used from then on."""

    def test_deeds_go_to_the_list(self, see, talk):
        told = talk(step=9, offers=["done"]).log(see(facing="tree"), "Do", see(inventory=WOOD))
        assert log(told).startswith("<|APPEND|>done.md|Step 9: Done: collect wood.<|END|>")

    def test_the_list_is_read_whole_and_then_tells_what_is_not_done(self, see, talk):
        told = talk(offers=["done"], files=[("done.md", 2)]).plan(see())
        (tag,) = missing(told)
        assert tag == "<|READ|>done.md<|END|>"
        told.answered(tag, "Step 4: Done: collect wood.")
        known = recall(read(told))
        assert missing(told) == []
        assert (known.done("collect wood"), known.done("wake up")) == (True, False)

    def test_a_list_that_the_prompt_shows_is_not_read(self, see, talk):
        injected = [("done.md", "Step 4: Done: collect wood.")]
        told = talk(offers=["done"], files=[("done.md", 1)], injected=injected).plan(see())
        assert missing(told) == []
        assert recall(read(told)).done("wake up") is False

    def test_the_status_is_reckoned_on_and_overwritten(self, see, talk):
        told = talk(step=9, offers=["status"], files=[("status.md", 1)])
        told.log(see(), "Move West", see())
        assert log(told) == "<|READ|>status.md<|END|>"
        told.answered("<|READ|>status.md<|END|>", "Position: 3, -2, facing west, step 8")
        assert "<|WRITE|>status.md|Position: 2, -2, facing west, step 9<|END|>" in log(told)

    def test_a_status_of_long_ago_tells_no_position(self, see, talk):
        told = talk(step=9, offers=["status"], files=[("status.md", 1)])
        told.log(see(), "Move West", see())
        told.answered("<|READ|>status.md<|END|>", "Position: 3, -2, facing west, step 5")
        assert log(told) == "<|DONE|>"

    def test_a_position_makes_places_of_remarks(self, see, talk):
        told = talk(step=9, notes="Position: 3, -2, facing east.")
        told.log(see(("water", -4, 1)), "Move East", see())
        assert "<|APPEND|>notes.md|Step 9: water is at 1, 1.<|END|>" in log(told)
        known = Recall(((9, "water is at 1, 1."),), here=recall(read(told)).here)
        assert known.last_place("water") is None, "it would be in view, and is not"

    def test_keyed_lines_alone_keep_one_remark_for_each_kind(self, see, talk):
        told = talk(step=9, offers=["keyed"]).log(see(("water", -4, 1)), "Move East", see())
        line = "water|Step 9: water was last seen to the south-west."
        assert f"<|PUT|>map.md|{line}<|END|>" in log(told)

    def test_keyed_lines_and_a_position_make_a_map(self, see, talk):
        told = talk(step=9, offers=["keyed"], notes="Position: 3, -2, facing east.")
        told.log(see(), "Move East", see(("water", 0, -1), ("cow", 2, 0)))
        said = log(told)
        assert "<|PUT|>map.md|0,-8|" in said
        assert "<|PUT|>map.md|cow 3,2|5, -2<|END|>" in said
        assert "notes.md" not in said

    def test_a_cow_that_is_gone_is_written_off(self, see, talk):
        injected = [("map.md", "cow 3,2: 5, -2")]
        told = talk(
            step=9,
            offers=["keyed"],
            notes="Position: 3, -2, facing east.",
            files=[("map.md", 1)],
            injected=injected,
        )
        assert "<|PUT|>map.md|cow 3,2|gone<|END|>" in log(told.log(see(), "Move East", see()))

    def test_a_map_that_is_cut_is_read_on(self, see, talk):
        told = talk(offers=["keyed"], files=[("map.md", 90)]).plan(see())
        first = "<|READ|>map.md<|END|>"
        told.answered(first, "(lines 1-51 of 90; go on from line 52)")
        assert missing(told) == ["<|READ|>map.md|52<|END|>"]
        told.answered("<|READ|>map.md|52<|END|>", "the rest")
        assert missing(told) == []

    @pytest.mark.parametrize("part", ["keyed", "done", "status"])
    def test_what_is_not_offered_is_not_used(self, see, talk, part):
        told = talk(step=9, offers=[]).log(see(("water", -4, 1)), "Move East", see())
        file = {"keyed": "map.md", "done": "done.md", "status": "status.md"}[part]
        assert file not in log(told)
