"""Charts: every mark is inside its frame, and says what it is."""

from hypothesis import given
from hypothesis import strategies as st

from automem_graph.report.charts import Chart, pairs_chart, versions_chart
from automem_graph.structure.lineage import Pair
from automem_graph.structure.result import read_evolution
from support.evolutions import FIRST, evolved

earned = st.floats(0, 1)


def assert_inside(chart: Chart) -> None:
    ticks = [row.at for row in chart.rows]
    assert len(ticks) >= 2
    assert ticks == sorted(ticks, reverse=True)
    for mark in chart.marks:
        assert chart.left <= mark.x <= chart.right
        for y in (mark.y, mark.low, mark.high):
            assert min(ticks) <= y <= max(ticks)


@given(st.lists(st.tuples(earned, earned), min_size=1, max_size=200))
def test_pairs_are_inside_the_frame_and_go_from_loss_to_gain(gaps):
    pairs = [Pair(task="t", seed=i, before=a, after=b) for i, (a, b) in enumerate(gaps)]
    chart = pairs_chart(pairs)
    assert_inside(chart)
    kinds = [mark.kind for mark in chart.marks]
    assert kinds == sorted(kinds, key=["loss", "same", "gain"].index)
    assert chart.size > 0


def test_a_pair_says_its_world_and_its_scores():
    (mark,) = pairs_chart([Pair(task="minihack-quest-easy", seed=7, before=0.5, after=0.25)]).marks
    assert mark.label == "quest-easy, seed 7: 50.00 to 25.00 (-25.00)"
    assert mark.y > mark.low  # further down
    assert mark.kind == "loss"


def test_no_pairs_are_no_chart():
    assert pairs_chart([]) is None


def test_versions_stand_beside_what_they_earned_held_out():
    chart = versions_chart(read_evolution(evolved()))
    assert_inside(chart)
    assert [mark.label for mark in chart.marks] == [
        "v0, gate: 50.00 ± 0.00 %, n 4",
        "v1, gate: 75.00 ± 0.00 %, n 4",
        "v0, held out: 50.00 ± 0.00 %, n 4",
        "v1, held out: 75.00 ± 0.00 %, n 4",
    ]
    assert [row.label for row in chart.rows] == ["50", "60", "70", "80"]
    assert [column.label for column in chart.columns] == ["v0", "v1"]


def test_a_single_version_is_a_chart_too():
    chart = versions_chart(read_evolution(evolved(rows=(FIRST,))))
    assert_inside(chart)
    assert [mark.kind for mark in chart.marks] == ["gate", "held"]
