"""The lineage: rows are written once, and read as they were written."""

import json
from pathlib import Path

import pytest

from automem_graph.episodes.layout import RunError
from automem_graph.structure.lineage import Row, Spent, add_row, kept_versions, read_rows
from support.evolutions import BROKEN, FIRST, LOST, WON

PATH = Path("lineage.jsonl")
ROWS = (FIRST, LOST, BROKEN, WON)


@pytest.fixture(autouse=True)
def _written() -> None:
    for row in ROWS:
        add_row(PATH, row)


def test_rows_are_read_as_they_were_written():
    assert read_rows(PATH) == ROWS
    assert read_rows(Path("nowhere.jsonl")) == ()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_survives_its_file_whatever_it_leaves_out(row: Row):
    assert Row.model_validate(json.loads(row.model_dump_json(exclude_defaults=True))) == row


def test_a_row_is_written_once():
    before = PATH.read_bytes()
    add_row(PATH, WON.model_copy(update={"why": "decided once more, after a crash"}))
    assert PATH.read_bytes() == before


def test_versions_are_the_rows_that_were_kept():
    assert [(row.name, row.version) for row in kept_versions(ROWS)] == [
        ("v0", "v0"), ("v1.3", "v1"),
    ]  # fmt: skip


def test_a_torn_last_line_is_no_row_and_the_next_one_takes_its_place():
    whole = PATH.read_bytes()
    PATH.write_bytes(whole[:-20])
    assert read_rows(PATH) == ROWS[:-1]
    add_row(PATH, WON)
    assert PATH.read_bytes() == whole


@pytest.mark.parametrize("line", ["not JSON\n", '{"name": "v9"}\n', "[]\n", "\n", "\xff\n"])
def test_a_damaged_line_is_an_error_that_names_the_file(line: str):
    with PATH.open("a", encoding="latin-1") as lines:
        lines.write(line)
    with pytest.raises(RunError, match=r"lineage\.jsonl is damaged"):
        read_rows(PATH)


def test_gaps_and_costs_add_up():
    assert LOST.trial is not None
    assert [pair.gap for pair in LOST.trial.pairs] == pytest.approx([-0.1] * 4)
    assert LOST.trial.pairs[0].key == ("corridor", 1)
    one, other = Spent(calls=1, input_tokens=10, seconds=0.5), Spent(calls=2, output_tokens=3)
    assert one.plus(other) == Spent(calls=3, input_tokens=10, output_tokens=3, seconds=0.5)


def test_episodes_are_counted_up_to_the_world_that_decided():
    assert (FIRST.episodes, BROKEN.episodes, LOST.episodes) == (0, 0, 4)
    assert WON.episodes == 4 + 2 * 4
    assert LOST.trial is not None
    stopped = LOST.trial.model_copy(update={"pairs": LOST.trial.pairs[:2], "spared": 2})
    failed = stopped.model_copy(update={"failed": "an episode of corridor failed: no floor"})
    assert (stopped.worlds, failed.worlds) == (2, 3)
    assert LOST.trial.model_copy(update={"failed": "step 3 does not come out again"}).worlds == 4
