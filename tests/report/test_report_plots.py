"""Pictures for papers: what they show is what the runs hold, and they are the same anywhere."""

import csv
import io
import math
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.episodes.identity import RunAsked
from automem_graph.episodes.layout import EpisodeFolder, RunError, RunFolder, write_json
from automem_graph.memory.rows import Row
from automem_graph.report.groups import read_groups
from automem_graph.report.growth import MOST_POINTS, curve, sizes_at
from automem_graph.report.plots.draw import FORMATS, LOOKS, draw
from automem_graph.report.plots.figures import MEASURES, draw_up
from automem_graph.report.plots.picture import Panel, Picture, Point, Series, table
from support.evolutions import FIRST, LOST, evolved
from support.runs import WHO, played, result, suite_run
from support.trainings import trained

HOSTILE = "$\\frac{1}</text><script>alert(1)</script>\x1b]0;x\x07\u202e&amp;"


def rows_of(picture: Picture) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table(picture))))


def journal(episode: EpisodeFolder, chars: dict[int, int]) -> None:
    """A journal after whose rows the files have so many characters."""
    rows = (
        Row(step=step, turn=0, role="specialist", action="APPEND", chars=count, seal=0)
        for step, count in chars.items()
    )
    episode.path.mkdir(parents=True, exist_ok=True)
    episode.journal.write_text("".join(row.model_dump_json() + "\n" for row in rows))


def grown(name: str, *lives: tuple[int, dict[int, int]]) -> RunFolder:
    """A run of episodes, each of so many steps and with such a journal."""
    run = suite_run(name, tuple(range(len(lives))), corridor=10)
    asked = RunAsked(tasks={"corridor": 10}, **WHO).of("corridor")
    for seed, (steps, chars) in enumerate(lives):
        kept = result(asked, seed, 0.5).model_copy(update={"steps": steps})
        episode = run.episode(kept.episode)
        write_json(episode.result, kept.model_dump(mode="json"))
        journal(episode, chars)
    return run


def test_a_run_of_loop_1_has_its_versions_on_all_its_worlds():
    folder = evolved()
    groups = [
        (one.player, one.worlds, one.score.progression.mean) for one in read_groups(folder.path)
    ]
    assert groups == [
        ("v0", "gate", 0.5), ("v0", "held out", 0.5), ("v0", "held out, wiped", 0.5),
        ("v1", "gate", 0.75), ("v1", "held out", 0.75), ("v1", "held out, wiped", 0.5),
    ]  # fmt: skip
    picture = draw_up("progression", [folder.path])
    assert rows_of(picture)[1] == {
        "measure": "progression", "unit": "progression, %", "series": "gate", "x": "v1",
        "mean": "75", "standard_error": "0", "episodes": "4",
    }  # fmt: skip
    assert picture.caption == (
        "Progression (gate; held out; held out, wiped): mean over episodes ± standard error "
        "(population SD / sqrt n); n 4."
    )


def test_several_runs_of_a_loop_are_told_apart_by_their_names():
    runs = [evolved("one").path, evolved("other", rows=(FIRST, LOST)).path]
    (panel,) = draw_up("progression", runs).panels
    assert panel.columns == ("v0", "v1")
    assert [one.name for one in panel.series][::3] == ["one, gate", "other, gate"]
    assert {one.name for one in draw_up("behaviour", runs).panels[0].series} == {"one", "other"}


def test_a_run_of_loop_2_has_its_players():
    rows = rows_of(draw_up("progression", [trained(ended=False).path]))
    assert [(row["series"], row["x"]) for row in rows] == [
        ("trials", who) for who in ("base", "random", "t2")
    ]
    behaviour = draw_up("behaviour", [Path("run")])
    assert [panel.name for panel in behaviour.panels] == [name for name, _ in MEASURES.values()]
    assert behaviour.panels[0].columns == ("base", "random", "t2")


def test_evaluations_stand_side_by_side_by_task():
    one = played(
        "one", {("maze-a", 1): 0.0, ("maze-a", 2): 1.0, ("maze-b", 1): 0.5, ("maze-b", 2): 0.5}
    )
    other = played("other", {("maze-a", 1): 0.0, ("maze-a", 2): 0.0})
    rows = rows_of(draw_up("progression", [one.path, other.path]))
    assert [(row["series"], row["x"], row["mean"], row["standard_error"]) for row in rows] == [
        ("one", "a", "50", f"{50 / math.sqrt(2):.10g}"), ("one", "b", "50", "0"),
        ("one", "all", "50", f"{25 / math.sqrt(2):.10g}"), ("other", "a", "0", "0"),
    ]  # fmt: skip


def test_what_failed_leaves_no_mean_and_the_caption_says_so():
    run = played(
        "run", {("maze-a", 1): None, ("maze-a", 2): 1.0, ("maze-b", 1): 0.5, ("maze-b", 2): 1.0}
    )
    picture = draw_up("progression", [run.path])
    assert {row["x"] for row in rows_of(picture)} == {"b"}
    assert picture.caption.endswith("Incomplete: run, a: 1 of 2 failed; run, all: 1 of 4 failed.")


def test_growth_is_what_the_journals_say_while_half_of_the_episodes_go_on():
    run = grown("run", (2, {-1: 10, 0: 20}), (4, {-1: 10, 1: 50, 3: 40}), (4, {-1: 10}))
    (group,) = read_groups(run.path)
    found = [(step, round(one.mean, 6), one.n) for step, one in curve(group)]
    assert found == [
        (0, 10, 3), (1, round(40 / 3, 6), 3), (2, round(80 / 3, 6), 3), (3, 30, 2), (4, 25, 2),
    ]  # fmt: skip
    picture = draw_up("growth", [run.path])
    assert rows_of(picture)[0]["x"] == "0"
    assert "while at least half of them do" in picture.caption


def test_a_long_episode_is_thinned():
    (group,) = read_groups(grown("run", (10_000, {step: step + 1 for step in range(10_000)})).path)
    found = dict(curve(group))
    assert len(found) <= MOST_POINTS + 1
    assert all(one.mean == step for step, one in found.items())


def test_a_damaged_journal_is_said():
    run = grown("run", (2, {}))
    (group,) = read_groups(run.path)
    episode = group.episode(group.done[0])
    episode.journal.write_text("no row\n")
    with pytest.raises(RunError, match="line 1"):
        list(sizes_at(episode, range(3)))


def test_an_infinite_ratio_is_named_and_not_drawn():
    folder = trained(ended=False, searches=0.0, searches_that_find=0.0)
    picture = draw_up("behaviour", [folder.path])
    assert "Infinite, so not drawn: writes per search of t2." in picture.caption
    assert {row["x"] for row in rows_of(picture) if row["measure"] == "writes per search"} == {
        "base", "random",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ([Path("nothing")], "there is no run in nothing"),
        (["evaluation", "loop"], "do not go into one picture: evaluation and loop 1"),
        (["loop", "loop"], "have the same name"),
        (["empty"], "there is no progression to draw in empty yet"),
    ],
)
def test_what_cannot_be_drawn_is_said(what: list, why: str):
    made = {
        "evaluation": lambda: played("evaluation", {("maze", 1): 1.0}).path,
        "loop": lambda: Path("loop") if Path("loop").exists() else evolved("loop").path,
        "empty": lambda: suite_run("empty", (1, 2), maze=10).path,
    }
    with pytest.raises(RunError, match=why):
        draw_up("progression", [made[one]() if isinstance(one, str) else one for one in what])


def drawn(picture: Picture, suffix: str, name: str = "x") -> bytes:
    path = Path(name).with_suffix(suffix)
    draw(picture, path)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_figures_give_the_same_bytes_without_a_date(suffix: str):
    picture = draw_up("progression", [evolved().path])
    first = drawn(picture, suffix)
    assert drawn(picture, suffix, "y") == first
    for word in (b"2026", b"202", b"matplotlib.org", b"CreationDate"):
        assert word not in first or suffix == ".png"
    if suffix == ".png":
        assert struct.unpack(">II", first[16:24])[0] > 1_500
        assert b"Progression (gate" in first
        assert b"Software" not in first


def test_letters_are_paths_and_the_caption_is_in_the_file():
    tree = ET.fromstring(drawn(draw_up("behaviour", [evolved().path]), ".svg"))
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert "text" not in tags
    assert not tags & {"script", "image", "foreignObject", "a"}
    (said,) = (one.text for one in tree.iter() if one.tag.endswith("}description"))
    assert said.startswith("Memory behaviour: mean over episodes")


def test_series_differ_in_mark_and_line_as_well_as_in_colour():
    for one in ("color", "marker", "linestyle"):
        assert len({str(look[one]) for look in LOOKS}) == len(LOOKS)


def of(name: str) -> Picture:
    points = (Point(x=0, mean=1, error=0.5, n=2),)
    panel = Panel(unit=name, columns=(name,), series=(Series(name=name, points=points),) * 2)
    return Picture(what="growth", caption=name, panels=(panel,))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_no_name_breaks_the_table(name: str):
    (first, _) = rows_of(of(name))
    assert first["mean"] == "1"
    assert "\x00" not in first["series"]


def test_a_panel_without_a_point_is_drawn_beside_the_others():
    panels = (
        of("x").panels[0],
        Panel(unit="u", columns=("x",), series=(Series(name="y", points=()),)),
    )
    assert drawn(Picture(what="behaviour", caption="", panels=panels), ".svg")


@pytest.mark.parametrize("name", [HOSTILE, "$$$", "\x00", "中文 \U0001f600", "\\begin{x}", "%s"])
def test_no_name_breaks_the_picture(name: str):
    tree = ET.fromstring(drawn(of(name), ".svg"))
    assert not [one for one in tree.iter() if one.tag.endswith("script")]
