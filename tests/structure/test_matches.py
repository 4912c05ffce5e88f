"""Matches: who is stopped when, whose failure counts for what, and what is nobody's fault."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.identity import Asked
from automem_graph.episodes.layout import write_json
from automem_graph.episodes.play import EpisodeResult
from automem_graph.evaluation.results import Key
from automem_graph.models.budget import Budget
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure import matches
from automem_graph.structure.bench import Bench, open_bench
from automem_graph.structure.context import EvolveContext
from automem_graph.structure.events import Played, Playing
from automem_graph.structure.gate import Rule, judge
from automem_graph.structure.lineage import Match
from automem_graph.structure.matches import Race, Side, compare, complete, play
from automem_graph.structure.purse import Unfinished
from support import toy
from support.playing import scaffold_with
from support.runs import WHO, result

SEEDS = (1, 2, 3, 4, 5)
KEYS = tuple((toy.NAME, seed) for seed in SEEDS)
HEARD: list[Any] = []


def bench_for(suite: str = toy.NAME, steps: int = 6) -> Bench:
    HEARD.clear()
    context = EvolveContext(suite=suite, gate_seeds="1-5", steps=steps, parallel=1, run="run")
    return open_bench(context, HEARD.append)


def challenger(bench: Bench, **files: str) -> str:
    scaffold = load_scaffold(scaffold_with(Path("challenger"), **files))
    bench.keep(scaffold)
    return scaffold.id


def earned(bench: Bench, scaffold: str, *scores: float) -> None:
    """Put results of the gate's seeds where the scaffold's episodes would be."""
    run = bench.folder.play(scaffold)
    with EpisodeDesks() as desks:
        for seed, score in zip(SEEDS, scores, strict=False):
            context = PlayContext(
                task=toy.NAME, seed=seed, run=str(run.path),
                scaffold=str(bench.scaffold(scaffold)), **bench.context.playing(),
            )  # fmt: skip
            kept = result(desks.asked(context), seed, score)
            write_json(desks.folder(context).result, kept.model_dump(mode="json"))


def match(before: Sequence[float], after: Sequence[float]) -> Match:
    """A match of which all episodes are there."""
    bench = bench_for()
    other = challenger(bench, README_md="Another one.")
    earned(bench, bench.terms.scaffold, *before)
    earned(bench, other, *after)
    return compare(bench, bench.terms.scaffold, other, SEEDS, bench.terms.rule, "v1.1")


def test_whoever_plays_all_worlds_is_judged():
    won = match([0.0] * 5, [0.5, 1.0, 0.5, 1.0, 0.5])
    assert [(pair.seed, pair.before, pair.after) for pair in won.pairs] == [
        (1, 0.0, 0.5), (2, 0.0, 1.0), (3, 0.0, 0.5), (4, 0.0, 1.0), (5, 0.0, 0.5),
    ]  # fmt: skip
    assert won.judged is not None
    assert won.judged.passed
    assert (won.judged.n, won.judged.mean, won.judged.p) == (5, 0.7, 1 / 32)
    assert (won.failed, won.spared) == ("", 0)


def test_whoever_can_no_longer_win_is_stopped_and_what_came_later_does_not_count():
    lost = match([0.9] * 5, [0.0, 1.0, 1.0, 1.0, 1.0])
    assert [pair.seed for pair in lost.pairs] == [1]
    assert (lost.judged, lost.failed, lost.spared) == (None, "", 4)


def test_a_match_tells_what_is_played_and_what_comes_of_it():
    match([0.0] * 5, [1.0] * 5)
    playing = [event.what for event in HEARD if isinstance(event, Playing)]
    assert playing == ["the incumbent", "v1.1"]
    ended = [event.result for event in HEARD if isinstance(event, Played)]
    both_by_world = [seed for seed in SEEDS for _ in range(2)]
    assert [one.seed for one in ended] == [*SEEDS, *both_by_world]


tenths = st.integers(0, 10).map(lambda tenth: tenth / 10)
scores = st.lists(tenths, min_size=5, max_size=5)
maybe_failed = st.lists(tenths | st.none(), min_size=5, max_size=5)


@given(before=scores, after=maybe_failed, order=st.permutations(range(10)))
def test_a_race_hangs_on_scores_and_not_on_who_is_faster(
    before: list[float], after: list[float | None], order: list[int]
):
    old, new = Side("old"), Side("new")
    ended = {old: outcomes(before), new: outcomes(after)}
    race = Race(bench_for(), KEYS, old, new, Rule(), ended[old])
    found: dict[Side, dict[Key, EpisodeResult]] = {old: {}, new: {}}
    for place in order:
        key, side = KEYS[place // 2], (old, new)[place % 2]
        found[side][key] = ended[side][key]
        if race.is_over(found):
            break
    match = race.match(found)
    assert match == race.match(ended)
    assert match.spared == 5 - len(match.pairs)
    if not match.failed and match.judged is None:  # it was stopped: it could not have won
        whole = [(score or 0.0) - was for score, was in zip(after, before, strict=True)]
        assert not judge(whole, Rule()).passed


def outcomes(earned: Sequence[float | None]) -> dict[Key, EpisodeResult]:
    asked = Asked(task=toy.NAME, steps=6, **WHO)
    return {key: result(asked, key[1], one) for key, one in zip(KEYS, earned, strict=True)}


def test_a_challenger_that_plays_just_as_before_is_stopped(monkeypatch):
    monkeypatch.setattr(matches, "ALIKE", 2)
    bench = bench_for(steps=3)  # not to the end: there is something to be won
    other = challenger(bench, README_md="Another one.")
    lost = compare(bench, bench.terms.scaffold, other, range(1, 8), bench.terms.rule, "v1.1")
    assert (len(lost.pairs), lost.judged, lost.alike, lost.spared) == (2, None, True, 5)


def test_a_challenger_that_fails_has_lost_and_the_rest_is_spared():
    bench = bench_for()
    bad = "def observe(state, seen, files):\n    raise ValueError('I give up')\n"
    other = challenger(bench, hooks_py=bad)
    earned(bench, bench.terms.scaffold, *[0.0] * 5)
    lost = compare(bench, bench.terms.scaffold, other, SEEDS, bench.terms.rule, "v1.1")
    assert (lost.pairs, lost.judged, lost.spared) == ((), None, 5)
    assert lost.failed.startswith(f"an episode of {toy.NAME} failed: ")
    assert "I give up" in lost.failed


def test_an_incumbent_that_fails_is_nobodys_win_and_is_tried_again():
    bench = bench_for("support.trouble:RAISES")
    said = "1 of 1 episodes of v0 have failed, the first with: .*the floor divided by zero"
    with pytest.raises(Unfinished, match=f"{said}.*; the same command tries them again"):
        complete(bench, [Side(bench.terms.scaffold)], (13,), "v0")


def test_a_budget_that_is_used_up_is_nobodys_fault():
    bench = replace(bench_for(), budget=Budget(max_tokens=1))
    sides = [Side(bench.terms.scaffold)]
    with pytest.raises(Unfinished, match="the budget is used up; the same command with a larger"):
        play(bench, sides, SEEDS, "v0")
    earned(bench, bench.terms.scaffold, *[0.0] * 5)
    late = replace(bench, budget=Budget(max_hours=0))
    assert len(play(late, sides, SEEDS, "v0")[sides[0]]) == 5  # nothing is left to play
    with pytest.raises(Unfinished, match="the budget of 0 hours is used up"):
        play(late, sides, (6,), "v0")
