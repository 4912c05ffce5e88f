"""Each sign of trouble is found where it is, with the steps that show it, and not elsewhere."""

from collections.abc import Sequence

import pytest

from automem_graph.protocols import Call
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.reviewer.diagnosis import diagnose
from automem_graph.structure.reviewer.evidence import Episode, Step
from automem_graph.structure.reviewer.menu import ANSWERS, bundles
from automem_graph.structure.reviewer.signs import SIGNS, Sign

ACTIONS = {action.name: action for action in load_scaffold("v0").manifest.actions}
WATER = "You see:\n- water 4 steps to your north\n\nYour inventory: wood 1."
NOTHING = "You see nothing.\n\nYour inventory: wood 1."


def wrote(text: str) -> Call:
    return Call(name="APPEND", args={"file": "notes.md", "text": text})


def read(name: str, **args: str) -> Call:
    return Call(name=name, args={"file": "notes.md", **args})


def episode(steps: Sequence[Step], label: str = "e01", **more: object) -> Episode:
    return Episode(label, steps, actions=ACTIONS, **more)  # type: ignore[arg-type]


def sign(name: str, *steps: Step, **more: object) -> Sign:
    return SIGNS[name].find(episode(steps, **more))


def walk(first: int, last: int, saw: str = NOTHING) -> list[Step]:
    return [Step(number, saw, action="north") for number in range(first, last)]


def noted(text: str) -> list[Step]:
    """Water is seen at step 0, noted at step 1, and out of view until step 100."""
    return [Step(0, WATER), Step(1, NOTHING, [wrote(text)]), *walk(2, 100), Step(100, WATER)]


def test_water_that_was_noted_without_a_place_is_lost():
    found = sign("lost", *noted("Step 1: water was last seen to the north."))
    assert found.share == pytest.approx(99 / 101)
    assert found.where == (
        "steps 1 to 99: water was out of view, and the note on it, "
        "'Step 1: water was last seen to the north.', names no place".replace("'", "`"),
    )


@pytest.mark.parametrize(
    "note", ["water is at 3, -4, to the north.", "wood was last seen to the north.", "water"]
)
def test_what_has_a_place_or_was_not_noted_is_not_lost(note: str):
    assert sign("lost", *noted(note)) == Sign()


def test_things_in_the_text_of_nethack_can_be_lost_too():
    saw = "Message: (none)\n- gray fountain, 4 steps, north\n\nMap:\n..."
    steps = [Step(0, saw), Step(1, "", [wrote("a gray fountain to the north")]), *walk(2, 60)]
    assert "gray fountain was out of view" in sign("lost", *steps).where[0]


def test_a_note_made_again_is_repeated_but_for_its_numbers():
    steps = [
        Step(3, "", [wrote("Step 3: Done: drink.")]),
        Step(9, "", [wrote("Step 9: Done: eat")]),
    ]
    assert sign("repeated", *steps) == Sign()
    found = sign("repeated", *steps, Step(12, "", [wrote("Step 12: Done: drink.")]))
    assert found == Sign(1 / 3, ("step 12: `Step 12: Done: drink.` was noted at step 3",))


def test_stuck_steps_are_named_with_their_actions():
    steps = [Step(7, "", action="east"), *(Step(n, "", action="west", stuck=True) for n in (8, 9))]
    assert sign("stuck", *steps) == Sign(2 / 3, ("steps 8 to 9: nothing came of west",))


@pytest.mark.parametrize(
    ("call", "hidden"),
    [(read("TAIL", n="10"), 20), (read("READ"), 0), (read("SEARCH", keyword="a"), 0), (None, 30)],
)
def test_lines_that_nobody_reads_are_buried(call: Call | None, hidden: int):
    text = "a\n" * 30
    found = sign("buried", Step(0, "", [call] if call else []), files={"notes.md": text})
    assert found.share == hidden / 30
    injected = sign("buried", Step(0, ""), files={"n.md": text}, injected=frozenset({"n.md"}))
    assert injected == Sign()


def test_changes_of_what_is_carried_want_a_note():
    before, after = (Step(n, f"Inventory:\na - dagger\nb - {n} darts") for n in (1, 2))
    silent = sign("unnoted", before, after)
    assert silent.where == ("step 2: what was carried changed, and LOG wrote nothing",)
    told = Step(2, after.saw, [wrote("2 darts")])
    assert sign("unnoted", before, told) == sign("unnoted", before, before) == Sign()


def test_hit_points_lost_want_a_note():
    steps = [Step(n, f"Status:\nDlvl:1 $:0 HP:{hp}(16) Pw:1(1)") for n, hp in ((1, 16), (2, 9))]
    assert sign("hurt", *steps, Step(3, "")).where == (
        "step 2: 16 hit points became 9, and LOG wrote nothing",
    )
    assert sign("hurt", *reversed(steps)) == sign("hurt", *walk(0, 3)) == Sign()


def bag(number: int, hit_points: int, *items: str, action: str = "north") -> Step:
    carried = "\n".join(("a - dagger", *items))
    saw = f"Status:\nDlvl:1 $:0 HP:{hit_points}(16) Pw:1(1)\n\nInventory:\n{carried}"
    return Step(number, saw, action=action)


def test_what_was_picked_up_and_not_used_is_found_where_hit_points_run_out():
    steps = [bag(0, 16), bag(1, 16, "f - an oak wand"), bag(2, 9, "f - an oak wand")]
    assert sign("unused", *steps) == Sign()
    steps.append(bag(3, 2, "f - an oak wand"))
    told = "steps 1 to 3: `an oak wand` was carried and not used, and hit points ran out"
    assert sign("unused", *steps) == Sign(0.75, (told,))
    steps[2] = bag(2, 9, "f - an oak wand", action="f")
    assert sign("unused", *steps) == Sign()
    assert sign("unused", bag(0, 16), bag(1, 2)) == sign("unused", *walk(0, 3)) == Sign()


def test_actions_that_the_world_does_not_have_are_found():
    odd = Step(4, "", action="Noop", not_understood=True)
    found = sign("not understood", *walk(0, 3), odd)
    assert found == Sign(0.25, ("step 4: Noop was taken in its place",))


def test_long_silence_is_found_and_short_silence_is_not():
    said = Step(50, "", [wrote("here")])
    assert sign("silent", *walk(0, 30), said, *walk(51, 80)) == Sign()
    assert sign("silent", *walk(0, 50), said).where == ("steps 0 to 49: LOG wrote nothing",)


def test_searches_in_vain_are_a_share_of_all_searches():
    steps = [Step(n, "", [read("SEARCH", keyword="a")], in_vain=n == 4) for n in (3, 4)]
    assert sign("empty", *steps) == Sign(0.5, ("step 4: a search found nothing",))


def test_searches_that_are_cut_short_are_a_share_of_all_searches():
    steps = [Step(n, "", [read("SEARCH", keyword="a")], cut_short=n == 4) for n in (3, 4)]
    assert sign("crowded", *steps) == Sign(0.5, ("step 4: a search was cut short",))


def test_questions_answered_with_not_knowing_are_a_share_of_all_questions():
    said = ["I do not know.", "Porto", "I don't remember that", "Noted"]
    steps = [Step(n, "Where does she live?", action=text) for n, text in enumerate(said)]
    found = sign("unanswered", *steps, Step(9, "It rains.", action="I do not know"))
    assert found.share == 0.5
    assert found.where[0] == "step 0: `I do not know.`, asked `Where does she live?`"


def test_lines_that_say_two_things_of_one_are_found_where_they_are_searched():
    notes = "The key is in the tin.\nIt rains.\nThe key is now in the shed.\nmy car: a Saab\n"
    looks = Step(1, "", [read("SEARCH", keyword="key")])
    found = sign("contradicted", looks, files={"notes.md": notes})
    told = "the end: `The key is in the tin.` stands beside `The key is now in the shed.`"
    assert found == Sign(0.25, (told,))
    assert sign("contradicted", *walk(0, 3), files={"notes.md": notes}) == Sign()


def test_an_attempt_that_changes_nothing_a_third_time_is_fruitless():
    steps = [Step(n, NOTHING, action="Place Table") for n in range(4)]
    assert sign("fruitless", *steps[:3]) == Sign()
    found = sign("fruitless", *steps)
    assert found == Sign(0.25, ("step 2: Place Table changed nothing once more",))
    assert sign("fruitless", *walk(0, 9)) == Sign()
    assert sign("fruitless", *(Step(n, f"{n}", action="Do") for n in range(9))) == Sign()


@pytest.mark.parametrize(
    "saw",
    [
        "Message: In what direction?\n\nMap:\n@\n\nInventory:\na - dagger",
        "Message: What do you want to eat? [dg or ?*]\n\nMap:\n@\n\nInventory:\na - dagger",
        "You are asleep: whatever you choose, you sleep on.\n\nYour inventory: wood 1.",
    ],
)
def test_what_the_world_asks_and_what_it_does_not_heed_is_found(saw: str):
    found = sign("unheeded", *walk(0, 3), Step(3, saw))
    assert found.share == 0.25
    assert found.where[0].startswith("step 3: `")


def test_a_question_of_a_conversation_is_heeded():
    assert sign("unheeded", Step(0, "Where does Ann live?"), *walk(1, 3)) == Sign()


def test_what_was_asked_and_never_written_is_found_where_it_was_searched():
    look = [read("SEARCH", keyword="Ann")]
    known = {"action": "I do not know", "calls": look}
    steps = [Step(n, "Where does Ann live?", in_vain=n == 4, **known) for n in (3, 4)]
    found = sign("unwritten", *steps)
    assert found == Sign(0.5, ("step 4: nothing was written about `Where does Ann live?`",))


def test_every_sign_has_a_name_a_meaning_and_an_answer():
    assert set(SIGNS) == set(ANSWERS)
    assert all(rule.short and rule.find.__doc__ for rule in SIGNS.values())


def test_heavy_findings_are_answered_first_and_light_ones_only_together():
    steps = noted("Step 1: water was last seen to the north.")
    steps[50] = steps[51] = Step(50, NOTHING, stuck=True)
    findings = diagnose([episode(steps, "e01"), episode(steps, "e02")])
    assert [finding.sign for finding in findings][:1] == ["lost"]
    assert findings[0].where[1].startswith("e02, steps 1 to 99: water")

    shelf = {part for answer in ANSWERS.values() for part in answer}
    first, together = bundles(findings, (), shelf)
    assert first == ("position", "keyed", "stub")
    assert together == (*first, "loops", "blocked")


def test_what_a_scaffold_has_and_what_is_on_no_shelf_is_not_on_the_menu():
    findings = diagnose([episode(noted("Step 1: water was last seen to the north."))])
    left = bundles(findings, ("keyed",), ("keyed", "position"))
    assert left == (("position",),)
    assert bundles(findings, ("position", "keyed"), ("position", "keyed")) == ()
