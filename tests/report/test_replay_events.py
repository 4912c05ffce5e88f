"""What a timeline tells of what happens in a world."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.report.replay.events import MOST_EVENTS, STUCK, Timeline
from automem_graph.report.replay.rows import Answer, Glance
from automem_graph.report.replay.shapes import MOST_POINTS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def told(*answers: dict[str, Any], action: str = "Do", **row: Any) -> list[tuple[int, str, str]]:
    """The events of an episode whose first answer is the first of these."""
    first, *others = (Answer(**answer) for answer in answers)
    timeline = Timeline(first)
    for step, answer in enumerate(others):
        timeline.take(Glance(step=step, action=action, answer=answer, **row))
    return [(event.step, event.kind, event.text) for event in timeline.events]


def facts(**given: Any) -> dict[str, Any]:
    return {"facts": given}


@pytest.mark.parametrize(
    ("before", "after", "kind", "text"),
    [
        (facts(hp=12), facts(hp=9), "damage", "health 12 to 9"),
        (facts(vitals={"health": 9}), facts(vitals={"health": 7}), "damage", "health 9 to 7"),
        (facts(depth=1), facts(depth=2), "level", "dungeon level 1 to 2"),
        (
            facts(experience_level=1),
            facts(experience_level=2, unlocked=["Xp:2"]),
            "level",
            "experience level 1 to 2",
        ),
        (facts(), facts(unlocked=["collect_wood"]), "achievement", "collect wood"),
        ({}, {"reward": 1.0}, "achievement", "reward 1"),
        ({}, {"progression": 0.25}, "achievement", "progression 0.0% to 25.0%"),
    ],
)
def test_a_world_says_what_happened(
    before: dict[str, Any], after: dict[str, Any], kind: str, text: str
):
    assert told(before, after) == [(0, kind, text)]


def test_what_is_as_good_as_before_is_no_event():
    better = [
        (facts(hp=9), facts(hp=12)),
        (facts(unlocked=["x"]), facts(unlocked=[])),
        (facts(unlocked=[]), {"reward": 0.1, **facts(unlocked=[])}),
        ({"progression": 0.5}, {"progression": 0.505}),
    ]
    assert not [event for before, after in better for event in told(before, after)]


def test_what_was_sent_back_or_never_came_is_told():
    row = {
        "rejections": ["a wall\nis there"], "note": "'fly' is no action", "fallback": True,
        "calls": [{"error": "TimeoutError"}],
    }  # fmt: skip
    assert told({}, {}, **row) == [
        (0, "rejected", "sent back: a wall is there"),
        (0, "rejected", "'fly' is no action"),
        (0, "failed", "TimeoutError"),
        (0, "failed", "no action was committed: Do was taken"),
    ]


@pytest.mark.parametrize("steps", [STUCK - 1, STUCK, STUCK + 5])
def test_a_stretch_without_effect_is_one_event_at_its_beginning(steps: int):
    there = [facts(position=[1, 2], turn=turn) for turn in range(steps + 1)]
    moved = facts(position=[1, 3], turn=99)
    found = told(moved, *there, moved, moved)
    if steps < STUCK:
        assert not found
    else:  # the first step moved; the next ones did the same again, and nothing came of it
        assert found == [(1, "stuck", f"{steps} steps without effect")]


def test_going_back_and_forth_is_no_effect_either():
    timeline = Timeline(Answer())
    for step in range(3 + STUCK):
        action = ("Move West", "Move East")[step % 2]
        timeline.take(Glance(step=step, action=action, answer=Answer(progression=0.0)))
    assert [(event.step, event.text) for event in timeline.events] == [
        (3, f"{STUCK} steps without effect")
    ]


def test_a_long_episode_is_thinned_out_where_it_is_thickest():
    answers = [
        {"progression": step / 20_000, **facts(hp=step % 2, depth=step // 5000, unlocked=[])}
        for step in range(20_000)
    ]
    timeline = Timeline(Answer(**answers[0]))
    for step, answer in enumerate(answers[1:]):
        timeline.take(Glance(step=step, action=str(step), answer=Answer(**answer)))
    assert len(timeline.events) <= MOST_EVENTS
    assert len([event for event in timeline.events if event.kind == "level"]) == 3
    steps = [step for step, _ in timeline.points]
    assert len(steps) <= MOST_POINTS
    assert steps == sorted(steps)
    assert timeline.points[-1] == (19_999, answers[-1]["progression"])


@given(first=st.dictionaries(st.text(max_size=3), JSON), then=JSON, name=st.sampled_from(
    ["hp", "vitals", "depth", "experience_level", "unlocked", "position"]))  # fmt: skip
def test_no_fact_breaks_it(first: dict[str, Any], then: Any, name: str):
    told({"facts": {name: 1}}, {"facts": {**first, name: then}}, {"facts": first})
