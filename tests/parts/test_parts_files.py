"""Parts that keep files in order: PUT, the pruner, the stub, the inventory's file."""

import pytest

from support.parts import Files, load, seen

keyed, pruner, stub, inventory = map(load, ("keyed", "pruner", "stub", "inventory"))


def put(files, key, text):
    said, edits = keyed.put(files, "map.md", key, text)
    files.apply(edits)
    return said


def test_one_line_is_kept_for_each_key_the_newest_last():
    files = Files()
    assert put(files, "0,0", "a: b") == "Added 0,0 in map.md."
    put(files, "0,8", "c")
    put(files, "0,0", "d\ne")
    assert put(files, " 0,0 ", "f") == "Replaced 0,0 in map.md."
    assert files.texts["map.md"] == "0,8: c\n0,0: f\n"


def test_a_key_is_not_the_beginning_of_another():
    files = Files(map="tree 2: west\n")
    put(files, "tree", "east")
    assert files.texts["map.md"] == "tree 2: west\ntree: east\n"


def prune(**texts):
    files = Files(**texts)
    edits, state = pruner.after_log({"kept": 1}, seen(writes=1), files)
    assert state == {"kept": 1}
    files.apply(edits)
    return {name: text.splitlines() for name, text in files.texts.items()}


def numbered(count, pinned=()):
    return "".join(f"{'!' if n in pinned else ''}{n}\n" for n in range(count))


def test_short_files_are_left_alone():
    assert pruner.after_log({}, seen(), Files(a=numbered(100), b="")) == ([], {})


def test_a_long_file_loses_its_oldest_lines_but_not_the_pinned_ones():
    kept = prune(notes=numbered(101, pinned=(3, 50)))["notes.md"]
    assert len(kept) == pruner.LEFT
    assert kept[:2] == ["!3", "27"]
    assert kept[-1] == "100"
    assert "!50" in kept


def test_pins_never_push_out_what_is_new():
    kept = prune(notes=numbered(200, pinned=range(150)))["notes.md"]
    assert kept == [f"!{n}" for n in range(150)] + [str(n) for n in range(190, 200)]


def test_where_all_is_pinned_nothing_happens():
    assert pruner.after_log({}, seen(), Files(a=numbered(120, pinned=range(120)))) == ([], {})


def test_files_with_one_line_for_each_thing_are_spared():
    assert pruner.after_log({}, seen(), Files(map=numbered(300), done=numbered(300))) == ([], {})


def test_one_file_is_cut_in_a_step_the_longest():
    texts = prune(a=numbered(150), b=numbered(160))
    assert [len(lines) for lines in texts.values()] == [150, pruner.LEFT]


def log(files, step, **known):
    edits, _ = stub.after_log({}, seen(step=step, last_action="Move West", **known), files)
    files.apply(edits)


def test_a_stub_is_written_where_nothing_else_was():
    files = Files()
    log(files, 3, writes=0)
    log(files, 4, writes=2)
    log(files, 5, writes=0, unchanged=1)
    assert files.texts == {
        "recent.md": "Step 3: Move West.\nStep 5: Move West; what you saw did not change.\n"
    }


def test_stubs_are_few_and_a_line_each():
    files = Files()
    for step in range(30):
        log(files, step, writes=0)
    assert len(files.texts["recent.md"].splitlines()) == stub.MOST
    files = Files()
    edits, _ = stub.after_log({}, seen(writes=0, last_action="a\nb" * 200), files)
    assert "\n" not in edits[0][2]
    assert len(edits[0][2]) < 120


NETHACK = """Message: (none)

Inventory:
a - a +1 dagger (weapon in hand)
f - 5 uncursed cram rations"""
CRAFTER = "You face tree.\n\nYour status: health 9/9.\nYour inventory: {}."


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            CRAFTER.format("wood 3, wood pickaxe 1, coal 12"),
            ["wood: 3", "wood pickaxe: 1", "coal: 12"],
        ),
        (CRAFTER.format("nothing"), ["nothing"]),
        (NETHACK, ["a: a +1 dagger (weapon in hand)", "f: 5 uncursed cram rations"]),
        ("Inventory:\n(nothing)", ["nothing"]),
        ("You stand in room 1.", None),
    ],
)
def test_what_is_carried_is_read_and_kept_in_a_file(text, kept):
    files = Files(inventory="old: 1\n")
    edits, _ = inventory.after_log({}, seen(text), files)
    files.apply(edits)
    assert files.texts["inventory.md"].splitlines() == (["old: 1"] if kept is None else kept)
    assert inventory.after_log({}, seen(text), files) == ([], {})  # nothing to write twice
