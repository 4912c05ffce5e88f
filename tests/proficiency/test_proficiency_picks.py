"""What a selector returns is compared with the trace: nothing but whole turns gets through."""

from collections import Counter
from pathlib import Path

import pytest

from automem_graph.episodes.layout import RunError
from automem_graph.proficiency import picks as module
from automem_graph.proficiency.layout import TrialFolder
from automem_graph.proficiency.picks import judge, read_picks, select_turns
from automem_graph.proficiency.reading import read_turns
from automem_graph.proficiency.recipe import Code, Recipe


def selected(played, body: str):
    source = "def select(turns):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    return select_turns([played], Recipe(selection=Code(source=source)), TrialFolder(Path("t1")))


TAMPERING = {
    "t['replies'][0] += ' '": "its replies were changed or invented",
    "t['replies'][0] = 'I know. ' + t['replies'][0]": "its replies were changed or invented",
    "t['replies'][0] = '<|DONE|>' * 2": "its replies were changed or invented",
    "t['replies'] = 7": "its replies were changed or invented",
    "t['replies'][0] = t['replies'][0][:-1]": "its replies were trimmed",
    "t['replies'].pop()": "its replies were trimmed",
    "t['replies'].reverse()": "its replies are another turn's",
    "t['replies'] = turns[6]['replies']": "its replies are another turn's",
    "t['replies'][1] = turns[6]['replies'][0]": "its replies are another turn's",
    "t['observation'] = 'a cow'": "its observation was changed",
    "t['actions'][0]['result'] = 'a cow'": "its actions was changed",
    "t['step'] = 4": "its step was changed",
    "del t['files']": "its files is missing",
    "t['reply'] = 'better'": "it has a field that no turn has",
    "t['id'] = turns[6]['id']": "its replies are another turn's",
    "t['id'] = 's9-0123456789/1/log'": "no such turn",
    "t.clear()": "neither an id nor a turn",
}


@pytest.mark.parametrize("change", [*TAMPERING, ""])
def test_a_turn_that_was_tampered_with_is_rejected(played, change):
    body = f"t = turns[3]\nt['replies'] = list(t['replies'])\n{change}\nreturn [t]"
    found = selected(played, body)
    if not change:
        assert (len(found.ids), found.rejected) == (3, {})
        return
    assert found.ids == ()
    ((why, count),) = found.rejected.items()
    assert count == 3
    assert why == TAMPERING[change]
    assert [one.why for one in found.samples] == [why] * 3


def test_garbage_is_counted_and_the_rest_is_taken(played):
    garbage = "None, 3, [first], {}, {'id': 3}, 'x' * 999, '\\ud800'"
    body = f"first = turns[0]['id']\nreturn [first, first, turns[0], {garbage}]"
    found = selected(played, body)
    assert [name.partition("/")[2] for name in found.ids] == ["0/plan"] * 3
    assert found.rejected == {"neither an id nor a turn": 15, "no such turn": 6, "picked twice": 6}
    assert max(len(one.id) for one in found.samples) == 80
    assert found.turns == 33


def test_picks_are_kept_in_the_order_of_the_trace(played):
    found = selected(played, "return list(reversed(turns))")
    assert found == read_picks(TrialFolder(Path("t1")))
    assert list(found.ids) == [turn.view.id for turn in read_turns(played)]


def test_picks_that_are_damaged_are_told(played):
    out = TrialFolder(Path("t1"))
    with pytest.raises(RunError, match="select the turns again"):
        read_picks(out)


def test_an_id_of_another_episode_is_none_here(played):
    turns = [turn.view for turn in read_turns(played)]
    assert judge([turns[-1].id], turns[:3])[0] == []


def test_a_long_episode_comes_in_stretches_that_fit_into_an_answer(played, monkeypatch):
    monkeypatch.setattr(module, "PART_BYTES", 4000)
    found = selected(played, "return turns[:1] + [str(len(turns))]")
    sizes = Counter(one.id for one in found.samples)
    assert len(found.ids) > 3
    assert found.turns == 33
    assert found.rejected["no such turn"] == len(found.ids)
    assert "11" not in sizes


def test_a_turn_that_is_too_large_is_left_out_and_counted(played, monkeypatch):
    monkeypatch.setattr(module, "PART_BYTES", 700)
    found = selected(played, "return turns")
    assert found.turns + found.rejected["too large to be shown to a selector"] == 33
    assert 0 < found.turns < 33
