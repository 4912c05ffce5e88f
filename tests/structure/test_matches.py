"""Matches: who is stopped when, whose failure counts for what, and what is nobody's fault."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import write_json
from automem_graph.models.budget import Budget
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.bench import Bench, Unfinished, open_bench
from automem_graph.structure.context import EvolveContext
from automem_graph.structure.events import Played, Playing
from automem_graph.structure.gate import judge
from automem_graph.structure.lineage import Match
from automem_graph.structure.matches import Race, compare, complete, play
from support import toy
from support.evolutions import terms
from support.playing import scaffold_with
from support.runs import result

SEEDS = (1, 2, 3, 4, 5)
KEYS = tuple((toy.NAME, seed) for seed in SEEDS)
HEARD: list[Any] = []


def bench_for(suite: str = toy.NAME) -> Bench:
    HEARD.clear()
    context = EvolveContext(suite=suite, gate_seeds="1-5", steps=6, parallel=1, run="run")
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
    return compare(bench, bench.terms.scaffold, other, SEEDS, "v1.1")


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
    assert playing == ["the incumbent on 5 worlds", "v1.1 on 5 worlds"]
    assert [one.result.seed for one in HEARD if isinstance(one, Played)] == [*SEEDS, *SEEDS]


tenths = st.integers(0, 10).map(lambda tenth: tenth / 10)
scores = st.lists(tenths, min_size=5, max_size=5)
maybe_failed = st.lists(tenths | st.none(), min_size=5, max_size=5)


@given(before=scores, after=maybe_failed, order=st.permutations(range(5)))
def test_a_race_hangs_on_scores_and_not_on_who_is_faster(
    before: list[float], after: list[float | None], order: list[int]
):
    given = terms()
    table = SimpleNamespace(terms=given)
    ended = {key: outcome(score) for key, score in zip(KEYS, after, strict=True)}
    race = Race(table, KEYS, {key: outcome(score) for key, score in zip(KEYS, before, strict=True)})
    found = {}
    for place in order:
        found[KEYS[place]] = ended[KEYS[place]]
        if race.is_over(found):
            break
    pairs, failed = race.run(found)
    assert (pairs, failed) == race.run(ended)
    if not failed and len(pairs) < 5:  # it was stopped: it could not have won
        whole = [(score or 0.0) - was for score, was in zip(after, before, strict=True)]
        assert not judge(whole, given.rule).passed


def outcome(score: float | None) -> Any:
    return SimpleNamespace(progression=score, error=None if score is not None else "it broke")


def test_a_challenger_that_fails_has_lost_and_the_rest_is_spared():
    bench = bench_for()
    bad = "def observe(state, seen, files):\n    raise ValueError('I give up')\n"
    other = challenger(bench, hooks_py=bad)
    earned(bench, bench.terms.scaffold, *[0.0] * 5)
    lost = compare(bench, bench.terms.scaffold, other, SEEDS, "v1.1")
    assert (lost.pairs, lost.judged, lost.spared) == ((), None, 5)
    assert lost.failed.startswith(f"an episode of {toy.NAME} failed: ")
    assert "I give up" in lost.failed


def test_an_incumbent_that_fails_is_nobodys_win_and_is_tried_again():
    bench = bench_for("support.trouble:RAISES")
    said = "1 of 1 episodes of v0 have failed, the first with: .*the floor divided by zero"
    with pytest.raises(Unfinished, match=f"{said}.*; the same command tries them again"):
        complete(bench, bench.terms.scaffold, (13,), "v0")


def test_a_budget_that_is_used_up_is_nobodys_fault():
    bench = replace(bench_for(), budget=Budget(max_tokens=1))
    with pytest.raises(Unfinished, match="the budget is used up; the same command with a larger"):
        play(bench, bench.terms.scaffold, SEEDS, "v0")
    earned(bench, bench.terms.scaffold, *[0.0] * 5)
    late = replace(bench, budget=Budget(max_hours=0))
    assert len(play(late, bench.terms.scaffold, SEEDS, "v0")) == 5  # nothing is left to play
    with pytest.raises(Unfinished, match="the budget of 0 hours is used up"):
        play(late, bench.terms.scaffold, (6,), "v0")
