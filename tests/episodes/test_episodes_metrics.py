"""Each measure against a small episode whose answer is known."""

import math

import pytest

from automem_graph.agent.step import ModelCall, StepRow, Usage
from automem_graph.episodes.metrics import MEANINGS, SHARES, Metrics, metrics_of
from automem_graph.memory.directory import DirectoryFiles
from automem_graph.memory.journal import read_rows
from automem_graph.memory.memory import Deed, Memory
from automem_graph.protocols import Edit, Observation
from automem_graph.scaffold.load import load_scaffold
from support.playing import table
from support.scripted import by_routine

SPECS = load_scaffold("v0").manifest.actions


def step(number: int, action: str = "Do", unchanged: int = 0, shown: str = "hello") -> StepRow:
    call = ModelCall(
        role="gameplay", routine="plan", model="m", prompt=1, reply="r",
        usage=Usage(input=100, output=7), ms=1,
    )  # fmt: skip
    return StepRow(
        step=number,
        messages=({"role": "user", "content": shown}, {"role": "assistant", "content": "r"}),
        calls=(call,),
        said=action,
        action=action,
        unchanged=unchanged,
        answer=Observation(text="x"),
    )


class Book:
    """Writes a journal by hand."""

    def __init__(self, folder) -> None:
        self.path = folder / "memory.jsonl"
        self.memory = Memory(DirectoryFiles(folder / "memory"), self.path)

    def deed(self, number: int, action: str, *edits: Edit, **fields) -> None:
        args = {"text": edits[0].text} if edits else {}
        who = {"role": "specialist", "routine": "log", **fields}
        deed = Deed(step=number, turn=0, action=action, args=args, **who)
        self.memory.perform(deed, edits)

    def rows(self):
        return list(read_rows(self.path))


def append(text: str) -> Edit:
    return Edit(op="append", file="a.md", text=text)


def test_growth_counts_from_the_initial_files(tmp_path):
    book = Book(tmp_path)
    book.deed(-1, "initial_files", Edit(op="replace", file="g.md", text="12345"), role="scaffold")
    book.deed(0, "APPEND", append("123456789"))
    assert metrics_of([step(0), step(1)], book.rows(), SPECS).growth == 5.0


def test_writes_per_search_and_empty_searches(tmp_path):
    book = Book(tmp_path)
    book.deed(0, "APPEND", append("x"))
    found = metrics_of([step(0)], book.rows(), SPECS)
    assert math.isinf(found.writes_per_search)
    assert '"writes_per_search":"Infinity"' in found.model_dump_json().replace(" ", "")
    book.deed(1, "SEARCH", found=0)
    book.deed(1, "SEARCH", found=3)
    book.deed(1, "SEARCH", found=1, routine="plan")
    found = metrics_of([step(0)], book.rows(), SPECS)
    assert found.writes_per_search == 0.5
    assert found.empty_searches == pytest.approx(1 / 3)
    assert metrics_of([step(0)], [], SPECS).writes_per_search == 0.0


def test_rates_per_step_and_steps_that_consult(tmp_path):
    book = Book(tmp_path)
    book.deed(0, "APPEND", append("x"))
    book.deed(1, "SEARCH", found=0)
    book.deed(1, "SEARCH", found=2, routine="plan")
    book.deed(1, "READ", routine="plan")  # the same step again
    book.deed(2, "TAIL", routine="plan")
    book.deed(3, "SEARCH", routine="plan", problem="it takes a file and a keyword")
    found = metrics_of([step(number) for number in range(4)], book.rows(), SPECS)
    assert (found.writes, found.searches, found.searches_that_find) == (0.25, 0.25, 0.25)
    assert found.consulted == 0.5  # LOG's search, and a malformed one, are no consultation


def test_a_write_is_repeated_when_all_its_lines_were_there(tmp_path):
    book = Book(tmp_path)
    book.deed(0, "APPEND", append("a tree is north"))
    book.deed(1, "APPEND", append("  A tree   is NORTH"))
    book.deed(2, "APPEND", append("a tree is north\nand a cow"))
    book.deed(3, "WRITE", Edit(op="replace", file="a.md", text="and a cow"))
    book.deed(4, "WRITE", Edit(op="replace", file="a.md", text="a tree is north"))
    assert metrics_of([step(0)], book.rows(), SPECS).repeated_writes == pytest.approx(2 / 5)


def test_lines_never_read_and_duplicates(tmp_path):
    book = Book(tmp_path)
    book.deed(0, "APPEND", append("seen"))
    book.deed(1, "APPEND", append("unseen"))
    book.deed(2, "APPEND", append("unseen"))
    found = metrics_of([step(0), step(1, shown="results:\nseen\n")], book.rows(), SPECS)
    assert found.never_read == pytest.approx(2 / 3)
    assert found.duplicate_lines == pytest.approx(1 / 3)


def test_stuck_steps_are_unchanged_ones_and_to_and_fro():
    moves = ["Move West", "Move East", "Move West", "Move East", "Do", "Move East"]
    rows = [step(number, action) for number, action in enumerate(moves)]
    assert metrics_of(rows, [], SPECS).stuck_steps == pytest.approx(1 / 6)
    rows[4] = step(4, unchanged=1)
    assert metrics_of(rows, [], SPECS).stuck_steps == pytest.approx(2 / 6)
    diagonal = [step(number, ("far northeast", "southwest")[number % 2]) for number in range(4)]
    assert metrics_of(diagonal, [], SPECS).stuck_steps == pytest.approx(1 / 4)
    straight = [step(number, "Move West") for number in range(6)]
    assert metrics_of(straight, [], SPECS).stuck_steps == 0


def test_refused_and_malformed_calls_are_failed(tmp_path):
    book = Book(tmp_path)
    book.deed(0, "APPEND", Edit(op="append", file="../x", text="y"))
    book.deed(0, "FOO", problem="there is no FOO")
    book.deed(0, "SEARCH", found=1)
    found = metrics_of([step(0)], book.rows(), SPECS)
    assert found.failed_calls == pytest.approx(2 / 3)


def test_an_episode_is_measured_whole():
    log = "<|APPEND|>a.md|on<|END|><|SEARCH|>a.md|on<|END|><|DONE|>"
    with table(by_routine(log, "<|ACTION|>Fly<|END|>"), steps=3) as at:
        found = at.play().metrics
    assert found is not None
    assert found.growth == 2.0
    assert found.calls == pytest.approx(5 / 3)
    assert found.writes_per_search == 1.0
    assert found.repeated_writes == 0.5
    assert found.invalid_actions == 1.0
    assert found.stuck_steps == 1.0
    assert found.empty_searches == 0.0
    assert found.input_tokens > 100


def test_every_measure_has_a_meaning():
    assert set(MEANINGS) == set(Metrics.model_fields)
    assert set(Metrics.model_fields) >= SHARES
