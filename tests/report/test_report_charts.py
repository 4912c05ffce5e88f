"""Charts: every mark is inside its frame, and says what it is."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from automem_graph.report.charts import Chart, Path, Point, Scale, Value, curves, dots, slopes

figure = st.floats(-1e6, 1e6)
share = st.floats(0, 100)


def assert_inside(chart: Chart) -> None:
    assert len(chart.rows) >= 2
    for mark in chart.marks:
        assert chart.left <= mark.x <= chart.right
        for y in (mark.y, mark.low, mark.high):
            assert chart.top <= y <= chart.bottom
    for stroke in (*chart.lines, *chart.bands):
        for place in stroke.points.split():
            x, y = map(float, place.split(","))
            assert chart.left <= x <= chart.right
            assert chart.top <= y <= chart.bottom


@given(st.lists(figure, min_size=1, max_size=30))
def test_a_scale_has_few_round_ticks_around_what_it_shows(values):
    scale = Scale(values, 200, 10)
    assert 2 <= len(scale.ticks) <= 7
    places = [scale(value) for value in sorted(values)]
    assert places == sorted(places, reverse=True)
    assert all(10 <= place <= 200 for place in places)


def test_values_that_differ_by_dust_are_one_tick_apart():
    assert len(Scale([0.3, 0.3 + 1e-16, 1e300], 100, 0).ticks) <= 7
    assert len(Scale([0.5], 100, 0).ticks) == 2


@given(st.lists(st.tuples(share, share, share), min_size=1, max_size=40))
def test_means_stand_between_the_ends_of_their_intervals(triples):
    ordered = [sorted(one) for one in triples]
    values = [
        Value(column=at, series=at % 3, low=low, mean=mean, high=high, label="")
        for at, (low, mean, high) in enumerate(ordered)
    ]
    chart = dots([f"v{at}" for at in range(len(values))], values, "%", ())
    assert chart is not None
    assert_inside(chart)
    assert all(mark.high <= mark.y <= mark.low for mark in chart.marks)  # y grows downwards
    assert len(chart.columns) <= 12


def test_a_world_that_gained_is_another_line_than_one_that_lost():
    paths = [
        Path(values=values, labels=("a", "b", "c"), hrefs=("#a", "#b", "#c"))
        for values in ((10.0, None, 20.0), (10.0, 15.0, 5.0), (3.0, 9.0, 3.0), (1.0, None, None))
    ]
    chart = slopes(["v0", "v1", "v2"], paths, "%")
    assert chart is not None
    assert_inside(chart)
    assert [line.kind for line in chart.lines] == ["gain", "loss", "same"]
    assert [mark.href for mark in chart.marks][:2] == ["#a", "#c"]


@settings(max_examples=30)
@given(st.dictionaries(st.text(), st.lists(st.tuples(figure, figure), max_size=8), max_size=4))
def test_curves_and_their_bands_are_inside_the_frame(series):
    points = {
        name: [Point(at=at, mean=mean, error=abs(mean) / 3) for at, (mean, _) in enumerate(each)]
        for name, each in series.items()
    }
    chart = curves(points, "characters", "step")
    assert (chart is None) == (not any(points.values()))
    if chart is not None:
        assert_inside(chart)


def test_nothing_is_no_chart():
    assert dots([], [], "%", ()) is None
    assert slopes(["v0"], [], "%") is None
    assert curves({"v0": []}, "characters", "step") is None


def test_long_names_keep_both_of_their_ends():
    names = [f"evolve-crafter-amber-otter-{at:03d}" for at in range(6)]
    values = [Value(column=0, series=0, mean=1, low=0, high=2, label="")]
    chart = dots(names, values, "%", ())
    assert chart is not None
    labels = [column.label for column in chart.columns]
    assert len(set(labels)) == 6
    assert all(label.startswith("evolv") and "…" in label for label in labels)
    assert math.isfinite(chart.size)
