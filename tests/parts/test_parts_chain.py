"""The chain: several parts behind one set of hooks, each with a state of its own."""

from types import ModuleType, SimpleNamespace

import pytest

from automem_graph.episodes.play import EpisodeResult
from support.parts import Files, load, scaffold_of, seen
from support.playing import table
from support.scripted import by_routine


def counter(word: str) -> SimpleNamespace:
    """A part that counts its calls, says so, and has all hooks."""

    def count(state, *_):
        n = state.get("n", 0) + 1
        return n, {"n": n}

    def observe(state, seen, files):
        n, after = count(state)
        return f"{word} {n}", after

    def after_log(state, seen, files):
        n, after = count(state)
        return [("append", f"{word}.md", str(n))], after

    return SimpleNamespace(
        observe=observe,
        after_log=after_log,
        initial_files=lambda task: {f"{word}.md": task["name"], "both.md": word},
        canonicalise=lambda action, seen: f"{action}{word}",
        review=lambda action, state, seen, files: f"{word} {state}" if action == word else None,
    )


PARTS = {"a": counter("a"), "none": SimpleNamespace(), "b": counter("b")}


@pytest.fixture
def chain() -> ModuleType:
    made = load("chain")
    made.PARTS = PARTS
    return made


def test_each_part_has_its_own_state(chain: ModuleType):
    notes, state = chain.observe({"b": {"n": 6}}, seen(), Files())
    assert (notes, state) == ("a 1\nb 7", {"a": {"n": 1}, "none": {}, "b": {"n": 7}})
    edits, state = chain.after_log(state, seen(), Files())
    assert edits == [("append", "a.md", "2"), ("append", "b.md", "8")]
    assert state == {"a": {"n": 2}, "none": {}, "b": {"n": 8}}


@pytest.mark.parametrize("state", [{}, {"a": None, "gone": {"n": 3}}, {"a": [1], "b": "x"}])
def test_a_share_that_is_missing_or_odd_is_an_empty_one(chain: ModuleType, state):
    assert chain.observe(state, seen(), Files()) == (
        "a 1\nb 1",
        {"a": {"n": 1}, "none": {}, "b": {"n": 1}},
    )


def test_notes_of_parts_that_say_nothing_leave_no_line(chain: ModuleType):
    silent = SimpleNamespace(observe=lambda state, seen, files: ("", state))
    chain.PARTS = {"s": silent, "b": counter("b")}
    notes, _ = chain.observe({}, seen(), Files())
    assert notes == "b 1"


def test_actions_are_piped_and_the_first_reason_counts(chain: ModuleType):
    assert chain.canonicalise("go", seen()) == "goab"
    assert chain.review("b", {"b": {"n": 1}}, seen(), Files()) == "b {'n': 1}"
    assert chain.review("c", {}, seen(), Files()) is None


def test_initial_files_are_merged(chain: ModuleType):
    files = chain.initial_files({"name": "crafter"})
    assert files == {"a.md": "crafter", "b.md": "crafter", "both.md": "b"}


def test_it_composes_parts_inside_the_host(tmp_path):
    scaffold = scaffold_of(tmp_path / "mine", "stub", "loops", "position")
    say = by_routine("<|DONE|>", "<|ACTION|>Left<|END|>")
    with table(say, steps=4, scaffold=scaffold) as at:
        result: EpisodeResult = at.play()
        state = at.rows()[3].hook_state
        recent = (at.folder.memory / "recent.md").read_text()
    assert result.status == "done"
    assert sorted(state) == ["loops", "position", "stub"]
    assert [step for step, _, _ in state["loops"]["trail"]] == [0, 1, 2, 3]
    assert recent.splitlines()[-1] == "Step 3: Left; what you saw did not change."
