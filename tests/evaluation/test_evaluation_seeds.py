"""Seeds as they are typed."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.evaluation.seeds import LARGEST, BadSeeds, name_seeds, parse_seeds


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("42-46", (42, 43, 44, 45, 46)),
        ("42", (42,)),
        ("42,44,50-52", (42, 44, 50, 51, 52)),
        (" 3 , 1-2,2", (1, 2, 3)),
        (f"{LARGEST}", (LARGEST,)),
    ],
)
def test_ranges_and_lists(text: str, seeds: tuple[int, ...]):
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "names no seeds"),
        ("all", "names no seeds"),
        ("42-", "names no seeds"),
        ("-1", "names no seeds"),
        ("1,,2", "names no seeds"),
        ("4²", "names no seeds"),
        ("51-42", "empty range"),
        ("2147483648", "there is no seed 2147483648"),
        ("0-2147483647", "more than 10,000 seeds"),
        ("0-9999,20000", "10,001 seeds"),
        ("9" * 5000, "names no seeds"),
    ],
)
def test_what_names_no_seeds_is_said_in_a_sentence(text: str, problem: str):
    with pytest.raises(BadSeeds, match=problem):
        parse_seeds(text)


@given(st.sets(st.integers(0, LARGEST), min_size=1, max_size=30))
def test_seeds_are_named_as_they_are_read(seeds: set[int]):
    ascending = tuple(sorted(seeds))
    assert parse_seeds(name_seeds(ascending)) == ascending


@given(st.text(max_size=30))
def test_any_text_names_seeds_or_is_refused(text: str):
    with suppress(BadSeeds):
        seeds = parse_seeds(text)
        assert seeds
        assert all(0 <= seed <= LARGEST for seed in seeds)
