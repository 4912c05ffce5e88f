"""What a step adds to what the level's file says."""

from langchain_core.messages import HumanMessage

from automem_graph.models.player.conversation import moment
from automem_graph.models.player.nethack.reading import sights
from automem_graph.models.player.nethack.recall import scene
from automem_graph.models.player.turn import reply


def test_a_step_is_remembered_and_so_are_the_stairs(look, draw, cell):
    known = look(draw(".@>"), before=draw("@.>"), last="east")
    assert known.notes.walked == {cell(0, 0), cell(1, 0)}
    assert known.notes.stairs == cell(2, 0)


def test_what_a_conversation_carries_along_counts_too(tell, draw, cell):
    told = tell(draw("..@"), before=draw(".@."), last="east")
    told.messages.insert(1, HumanMessage(draw("@>.")))
    notes = scene(moment(told.messages, sights)).notes
    assert (notes.walked, notes.stairs) == ({cell(0, 0), cell(1, 0), cell(2, 0)}, cell(1, 0))


def test_the_file_goes_on(look, draw, cell):
    file = "Walked in row 5: 30\nIn vain, search: 5,30 x6\nStairs down at 7,40"
    known = look(draw(".@"), before=draw(".@"), last="search", file=file)
    assert known.notes.walked == {cell(0, 0), cell(1, 0)}
    assert known.notes.vain == {(cell(0, 0), "search"): 6, (cell(1, 0), "search"): 1}
    assert known.notes.stairs == 7 * 80 + 40


def test_a_bump_is_in_vain(look, draw, cell):
    stone = draw("@", message="It's solid stone.")
    assert look(stone, before=stone, last="east").notes.vain == {(cell(0, 0), "east"): 1}


def test_a_blow_and_a_pit_are_not_in_vain(look, draw):
    foe = draw("@r")
    assert look(foe, before=foe, last="east").notes.vain == {}
    pit = draw("@.", message="You are still in a pit.")
    assert look(pit, before=pit, last="east").notes.vain == {}


def test_a_kick_is_told_from_a_step(look, draw, cell):
    asked = draw("@+", message="In what direction?", asked=True)
    known = look(draw("@+", message="WHAMM!!"), before=asked, last="east")
    assert known.notes.vain == {(cell(0, 0), "kick east"): 1}


def test_a_door_that_is_broken_in_can_be_walked_through(look, draw, cell):
    asked = draw("@+", message="In what direction?", asked=True)
    broken = draw("@.", message="As you kick the door, it crashes open!")
    known = look(broken, before=asked, last="east", file="In vain, east: 5,30")
    assert known.notes.vain == {}


def test_on_a_new_level_the_last_step_says_nothing(look, draw, cell):
    before = draw("@.").replace("Dlvl:1", "Dlvl:2")
    assert look(draw(".@"), before=before, last="down").notes.walked == {cell(1, 0)}


def test_log_writes_the_level_s_file(tell, talk, draw, card):
    told = talk(card=card).log(draw("@."), "east", draw(".@"))
    assert reply(told.messages) == ("<|WRITE|>level-1.md|Walked in row 5: 30-31<|END|>\n<|DONE|>")


def test_log_reads_it_first_and_writes_only_what_is_new(talk, draw, card):
    told = talk(card=card, files=[("level-1.md", 1)]).log(draw("@."), "east", draw(".@"))
    read = "<|READ|>level-1.md<|END|>"
    assert reply(told.messages) == read
    assert reply(told.answered(read, "Walked in row 5: 30-31").messages) == "<|DONE|>"


def test_a_file_that_is_cut_is_read_on(talk, draw, card):
    told = talk(card=card, files=[("level-1.md", 90)]).log(draw("@."), "east", draw(".@"))
    cut = "Walked in row 4: 30\n(lines 1-1 of 90; go on from line 2)"
    told = told.answered("<|READ|>level-1.md<|END|>", cut)
    assert reply(told.messages) == "<|READ|>level-1.md|2<|END|>"


def test_a_prayer_goes_to_the_journal_and_is_looked_up_in_need(talk, draw, card):
    asks = draw("@", message="Are you sure you want to pray? [yn] (n)", asked=True, status="T:400")
    said = reply(talk(card=card, step=9).log(draw("@", status="T:400"), "pray", asks).messages)
    assert "<|APPEND|>notes.md|Step 9: prayed on turn 400.<|END|>" in said
    weak = draw("@.", status="HP:2(14) T:600")
    told = talk(card=card, files=[("notes.md", 1)]).plan(weak)
    tail = "<|TAIL|>notes.md|20<|END|>"
    assert reply(told.messages) == tail
    told = told.answered(tail, "Step 9: prayed on turn 400.")
    assert reply(told.messages) != "<|ACTION|>pray<|END|>"
    assert reply(talk(card=card).plan(weak).messages) == "<|ACTION|>pray<|END|>"


def test_after_several_questions_the_drawn_player_counts(tell, draw):
    asked = draw("@.", message="What do you want to zap? [f]", asked=True)
    assert moment(tell(asked, before=asked, last="zap").messages, sights).now.at is None
