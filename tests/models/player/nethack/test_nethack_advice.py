"""What the player does by a guide in its files, and that it does nothing of it without one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.models.player.nethack.advice import advises_rays
from automem_graph.models.player.turn import reply
from support.parts import PARTS

ADVICE = "Foes in a row: zap the wand along the row."
HALL = ("------------", "@.r.r.......", "------------")
WAND = ("f - an oak wand",)
WHICH = "What do you want to zap? [f or ?*]"
WHERE = "In what direction?"


@pytest.fixture
def act(tell):
    """The action committed in PLAN; the text of a step may have a line of a guide at its end."""

    def act(now, guide="", before=None, last="esc", file=""):
        told = f"{now}\n\nguide.md says:\n{guide}" if guide else now
        answer = reply(tell(told, before=before or now, last=last, file=file).messages)
        return answer.removeprefix("<|ACTION|>").removesuffix("<|END|>")

    return act


def test_a_ray_is_sent_along_a_row_of_foes_and_only_where_a_guide_says_so(act, draw):
    now = draw(*HALL, items=WAND)
    assert act(now, ADVICE) == "zap"
    assert act(now) == "east"
    assert act(now, "A wand may send a ray.") == "east"
    assert act(draw(*HALL), ADVICE) == "east"
    which = draw(*HALL, items=WAND, message=WHICH, asked=True)
    assert act(which, ADVICE, before=now, last="zap") == "f"
    where = draw(*HALL, items=WAND, message=WHERE, asked=True)
    assert act(where, ADVICE, before=which, last="f") == "east"


@pytest.mark.parametrize(
    "hall",
    [
        ("------------", "@.r.........", "------------"),
        ("-------", "@.r.r.|", "-------"),
        ("------------", "@.r}r.......", "------------"),
    ],
)
def test_not_at_one_foe_nor_where_the_ray_may_come_back(act, draw, hall):
    assert act(draw(*hall, items=WAND), ADVICE) != "zap"


def test_not_with_a_friend_about(act, draw):
    dog = ("tame little dog, very near, east",)
    assert act(draw(*HALL, items=WAND, things=dog), ADVICE) != "zap"


def test_a_kick_goes_to_the_door_all_the_same(act, draw):
    hall = ("-------------", "+@.r.r.......", "-------------")
    asked, tried = draw(*hall, message=WHERE, asked=True), "In vain, west: 6,31"
    assert act(asked, ADVICE, before=draw(*hall), last="kick", file=tried) == "west"
    assert act(asked, ADVICE, before=draw(*hall), last="f", file=tried) == "east"


def test_the_guides_of_the_quests_are_understood(act, draw):
    guides = sorted((PARTS / "knowledge" / "files").glob("minihack-quest-*/guide.md"))
    assert len(guides) == 2
    for guide in guides:
        assert act(draw(*HALL, items=WAND), guide.read_text()) == "zap"


@given(st.text(max_size=80))
def test_no_guide_breaks_the_reading(text):
    assert not advises_rays(f"{text}\nA wand may send a ray.")
