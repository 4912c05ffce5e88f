"""The rules: what the player does in a situation."""

import json
import os
import subprocess
import sys

import pytest
from langchain_core.messages import messages_to_dict

from automem_graph.models.player.turn import reply


def test_the_same_step_gets_the_same_reply_in_any_process(tell, draw):
    room = ("------+--", "|.`..r..|", "|..@.^..-", "|.F....`|", "---+-----")
    beside = ["sewer rat, near, east-north-east", "yellow mold, near, west-south-west"]
    here = [
        tell(draw(*room, things=beside[:n], status=f"T:{n}"), before=draw(*room), step=n)
        for n in range(3)
    ]
    replies = [reply(told.messages) for told in here]
    code = (
        "import json, sys; from langchain_core.messages import messages_from_dict as read;"
        "from automem_graph.models.player.turn import reply;"
        "print(json.dumps([reply(read(talk)) for talk in json.load(sys.stdin)]))"
    )
    for seed in ("1", "2"):
        there = subprocess.run(
            [sys.executable, "-c", code],
            input=json.dumps([messages_to_dict(told.messages) for told in here]),
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(there.stdout) == replies


@pytest.fixture
def act(tell):
    """The action committed in PLAN, once the level's file has been read."""

    def act(now, **given):
        answer = reply(tell(now, **given).messages)
        return answer.removeprefix("<|ACTION|>").removesuffix("<|END|>")

    return act


ROOM = ("-------", "|..@..|", "|.....|", "-------")


class TestGettingOn:
    def test_down_on_the_stairs(self, act, draw):
        assert act(draw("..@"), before=draw(".@>"), last="east") == "down"

    def test_to_the_stairs_around_a_corner(self, act, draw):
        assert act(draw("@.|.", "|..>"), before=draw("@.|.", "|..>")) in ("east", "southeast")

    def test_through_the_door_of_a_room_that_is_known(self, act, draw):
        room = ("-------", "|..@..-", "|.....|", "-------")
        assert act(draw(*room), before=draw(*room)) == "east"

    def test_what_was_walked_on_is_not_explored_again(self, act, draw):
        corridor = draw("###@###")
        assert act(corridor, before=draw("##@####"), last="east") == "east"
        file = "Walked in row 5: 33-36"
        assert act(corridor, before=draw("###@###"), file=file) == "west"

    def test_dead_ends_are_searched_and_then_other_places(self, act, draw):
        end = ("------", "|....|", "|...@###", "------")
        walked = "Walked in row 7: 31-37"
        assert act(draw(*end), before=draw(*end), file=walked) == "east"
        dead = draw(*(row.replace("@", ".").replace("###", "##@") for row in end))
        assert act(dead, before=dead, file=walked) == "search"
        assert act(dead, before=dead, file=f"{walked}\nIn vain, search: 7,37 x60") == "west"

    def test_a_locked_door_is_kicked_in(self, act, draw):
        shut = ("-----", "|..@+", "|...|", "-----")
        locked = "In vain, east: 6,33"
        assert act(draw(*shut), before=draw(*shut)) == "east"
        assert act(draw(*shut), before=draw(*shut), file=locked) == "kick"
        asked = draw(*shut, message="In what direction?", asked=True)
        assert act(asked, before=draw(*shut), last="kick", file=locked) == "east"
        enough = f"{locked}\nIn vain, kick east: 6,33 x20"
        assert act(draw(*shut), before=draw(*shut), file=enough) != "kick"

    def test_a_boulder_is_pushed_only_where_nothing_else_is_left(self, act, draw):
        room = ["-----", "|..@`#", "|...|", "-----"]
        assert act(draw(*room), before=draw(*room)) == "east"
        room[1] = "#..@`#"
        assert act(draw(*room), before=draw(*room)) == "west"

    def test_a_trap_door_leads_down(self, act, draw):
        room = ("-------", "|^.@.^|", "-------")
        trap = draw(*room, things=["trap door, very near, west", "magic trap, very near, east"])
        assert act(trap, before=draw(*room)) == "west"


class TestFighting:
    def test_a_foe_beside_is_struck(self, act, draw):
        assert act(draw("@r>", things=["sewer rat, adjacent, east"])) == "east"

    @pytest.mark.parametrize("kind", ["tame kitten", "peaceful gnome", "floating eye"])
    def test_friends_and_floating_eyes_are_walked_around(self, act, draw, kind):
        now = draw("@f>", "...", things=[f"{kind}, adjacent, east"])
        assert act(now, before=draw("@f>", "...")) == "southeast"

    def test_several_are_met_in_a_corridor(self, act, draw):
        room = ("   |..r", "####@.r", "   |..r")
        one = draw(*room, things=["giant rat, very near, east"])
        assert act(one, before=one) == "west"
        alone = draw("   |...", "####@r.", "   |...", things=["giant rat, adjacent, east"])
        assert act(alone, before=alone) == "east"
        inside = draw("   |...", "##@#rr.", "   |...")
        assert act(inside, before=inside) != "search"


class TestBody:
    def test_the_hungry_eat_what_keeps(self, act, draw):
        items = ["a - a long sword", "f - 2 food rations"]
        hungry = draw("@.", status="HP:14(14) T:900 Hungry", items=items)
        assert act(hungry, before=hungry) == "eat"
        which = "What do you want to eat? [f or ?*]"
        asked = draw("@.", message=which, asked=True, status="T:900 Hungry", items=items)
        assert act(asked, before=hungry, last="eat") == "f"
        bare = draw("@.", status="HP:14(14) T:900 Hungry", items=items[:1])
        assert act(bare, before=bare) != "eat"

    @pytest.mark.parametrize("status", ["HP:2(30) T:300", "HP:30(30) T:900 Weak"])
    def test_in_great_need_it_prays(self, act, draw, status):
        now = draw("@.", status=status)
        assert act(now, before=now) == "pray"

    def test_not_at_the_beginning(self, act, draw):
        now = draw("@.", status="HP:2(30) T:30")
        assert act(now, before=now) != "pray"

    def test_unpaid_things_are_put_back(self, act, draw):
        now = draw("@.", items=["j - an ebony wand (unpaid, 133 zorkmids)"])
        assert act(now, before=now) == "drop"


class TestQuestions:
    @pytest.mark.parametrize(
        ("message", "answer"),
        [
            ("Are you sure you want to pray? [yn] (n)", "y"),
            ("Really attack the watchman? [yn] (n)", "n"),
            ("There is a newt corpse here; eat it? [ynq] (n)", "n"),
            ("What do you want to wield? [a or ?*]", "esc"),
            ("In what direction?", "esc"),
            ("Pick up what?  Wands  a - a wand  Tools  b + a horn  (end)", "a"),
            ("Pick up what?  Wands  a + a wand  Tools  b + a horn  (end)", "more"),
        ],
    )
    def test_answers(self, act, draw, message, answer):
        now = draw(*ROOM, message=message, asked=True)
        assert act(now, before=draw(*ROOM)) == answer


class TestLava:
    BANK = ("--------", "|..}...|", "|.@}...|", "--------")
    COLD = ("f - a wand of cold",)

    def test_what_lies_at_the_start_is_picked_up(self, act, draw):
        assert act(draw(*ROOM)) == "pickup"

    def test_from_the_bank_a_path_is_frozen(self, act, draw):
        now = draw(*self.BANK, items=self.COLD)
        assert act(now, before=now) == "zap"
        which = "What do you want to zap? [f or ?*]"
        asked = draw(*self.BANK, message=which, asked=True, items=self.COLD)
        assert act(asked, before=now, last="zap") == "f"
        where = draw(*self.BANK, message="In what direction?", asked=True, items=self.COLD)
        assert act(where, before=asked, last="f") == "east"

    def test_not_where_there_is_a_way_around(self, act, draw):
        bank = ("--------", "|......|", "|.@}...-", "--------")
        now = draw(*bank, items=self.COLD)
        assert act(now, before=now) == "northeast"

    @pytest.mark.parametrize(
        "item", ["a wand of sleep (0:5)", "a wand of cold (0:0)", "a tooled horn"]
    )
    def test_other_things_are_no_use(self, act, draw, item):
        now = draw(*self.BANK, items=[f"f - {item}"])
        assert act(now, before=now) not in ("zap", "apply")

    def test_a_horn_is_blown(self, act, draw):
        now = draw(*self.BANK, items=["g - a horn"])
        assert act(now, before=now) == "apply"
