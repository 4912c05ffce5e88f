"""A generation at once: who goes on after the heat, who is judged, and what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import write_json
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.bench import Bench, open_bench
from automem_graph.structure.context import EvolveContext
from automem_graph.structure.events import Playing
from automem_graph.structure.gate import Rule, judge
from automem_graph.structure.heats import Child, compete, cost_of, finalists, heat_of, winner
from automem_graph.structure.lineage import Match
from automem_graph.structure.loop.generation import size_of
from support import toy
from support.playing import scaffold_with
from support.runs import result

SEEDS = tuple(range(1, 13))
HEARD: list[Any] = []


@pytest.fixture
def bench() -> Bench:
    HEARD.clear()
    context = EvolveContext(
        suite=toy.NAME, gate_seeds="1-12", steps=6, parallel=1, run="run", search="population"
    )
    return open_bench(context, HEARD.append)


def earned(bench: Bench, scaffold: str, scores: Mapping[int, float], steps: int = 1) -> None:
    """Put results where the scaffold's episodes would be; nobody else takes so many steps."""
    run = bench.folder.play(scaffold)
    with EpisodeDesks() as desks:
        for seed, score in scores.items():
            context = PlayContext(
                task=toy.NAME, seed=seed, run=str(run.path),
                scaffold=str(bench.scaffold(scaffold)), **bench.context.playing(),
            )  # fmt: skip
            kept = result(desks.asked(context), seed, score).model_copy(update={"steps": steps})
            write_json(desks.folder(context).result, kept.model_dump(mode="json"))


def child(bench: Bench, name: str, *scores: float, **files: str) -> Child:
    """A child of the first scaffold that has earned these scores on the first seeds."""
    made = scaffold_with(Path(name), README_md=f"This is {name}.", **files)
    bench.keep(load_scaffold(made))
    found = load_scaffold(made).id
    earned(bench, found, dict(zip(SEEDS, scores, strict=False)), steps=2)
    return Child(name, found, bench.terms.scaffold)


def test_the_better_half_of_the_heat_goes_on_and_is_judged(bench):
    earned(bench, bench.terms.scaffold, dict.fromkeys(SEEDS, 0.5))
    best, fair = child(bench, "best", *[0.9] * 12), child(bench, "fair", *[0.6] * 6, *[0.4] * 6)
    weak, equal = child(bench, "weak", *[0.1] * 6), child(bench, "equal", *[0.6] * 6)
    matches = compete(bench, bench.terms.scaffold, [weak, fair, best, equal])
    assert {name: (len(match.pairs), match.spared) for name, match in matches.items()} == {
        "weak": (6, 6), "fair": (12, 0), "best": (12, 0), "equal": (6, 6),
    }  # fmt: skip
    assert [name for name, match in matches.items() if match.outrun] == ["weak", "equal"]
    gaps = [0.9 - 0.5] * 12
    assert matches["best"].judged == judge(gaps, Rule())
    assert winner(matches) == "best"
    assert matches["fair"].judged is not None
    assert not matches["fair"].judged.passed
    told = [event.what for event in HEARD if isinstance(event, Playing)]
    assert told[1:] == ["weak fair best equal on the first worlds", "fair best on the rest of them"]


def test_a_child_that_plays_as_its_parent_or_fails_is_out_and_leaves_its_place(bench):
    same = child(bench, "same")
    bad = "def observe(state, seen, files):\n    raise ValueError('I give up')\n"
    raises = child(bench, "raises", hooks_py=bad)
    matches = compete(bench, bench.terms.scaffold, [same, raises])
    assert (matches["same"].alike, matches["same"].spared) == (True, 6)
    assert matches["raises"].failed.startswith(f"an episode of {toy.NAME} failed: ")
    assert (matches["raises"].pairs, matches["raises"].spared) == ((), 12)
    assert winner(matches) is None


def test_a_scaffold_that_does_not_start_harms_nobody_else(bench):
    earned(bench, bench.terms.scaffold, dict.fromkeys(SEEDS, 0.5))
    broken, good = child(bench, "broken"), child(bench, "good", *[0.9] * 12)
    (bench.scaffold(broken.scaffold) / "actions.py").write_text("def (")
    matches = compete(bench, bench.terms.scaffold, [broken, good])
    assert matches["broken"].failed.startswith("it does not start any more: ")
    assert winner(matches) == "good"


def test_of_equals_the_first_has_won():
    won = Match(pairs=(), judged=judge([1.0] * 5, Rule()))
    lost = Match(pairs=(), judged=judge([-1.0] * 5, Rule()))
    assert winner({"a": lost, "b": won, "c": won}) == "b"


@pytest.mark.parametrize(
    ("children", "seeds", "tasks", "episodes"),
    [(4, 24, 1, 64), (1, 24, 1, 24), (4, 10, 1, 32), (3, 4, 1, 12), (4, 24, 6, 384)],
)
def test_what_a_generation_costs(children: int, seeds: int, tasks: int, episodes: int):
    gate: Sequence[int] = range(seeds)
    heat = len(heat_of(gate, tasks))
    assert cost_of(children, gate, tasks) == episodes
    assert episodes == tasks * (children * heat + finalists(children) * (seeds - heat))


def test_a_generation_is_no_larger_than_attempts_and_episodes_allow(bench):
    assert (size_of(bench, 0), size_of(bench, 4), size_of(bench, 5)) == (4, 2, 1)
    tight = replace(bench, context=replace(bench.context, episodes=cost_of(3, SEEDS, 1) + 24))
    assert size_of(tight, 0) == 3
    assert size_of(replace(bench, context=replace(bench.context, episodes=1)), 0) == 1
