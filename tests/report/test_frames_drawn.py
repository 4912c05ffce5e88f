"""An episode's world drawn on demand: any step, in any order, by any thread."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.report.frames import Frame, Frames, Terminal, Text, Tiles, frames_of
from automem_graph.report.frames.kept import Kept
from automem_graph.report.frames.replay import BATCH, Replay
from automem_graph.report.frames.tape import Tape
from support.films import changed, texts, walk

STEPS = 2 * BATCH + 20
MOVES = ("north", "south", "east", "west", "search", "far east", "far south", "esc")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> EpisodeFolder:
    return walk("nethack", tmp_path_factory.mktemp("nethack"), steps=STEPS, moves=MOVES)


@pytest.fixture(scope="module")
def frames(played: EpisodeFolder) -> Iterator[Frames]:
    with frames_of(played) as frames:
        yield frames


@pytest.fixture(scope="module")
def in_order(played: EpisodeFolder) -> list[Frame]:
    with frames_of(played) as frames:
        return [frames.at(step) for step in range(STEPS + 1)]


def rows(frame: Frame) -> list[str]:
    assert isinstance(frame, Terminal)
    return ["".join(run[0] for run in row) for row in frame.rows]


def test_each_frame_is_the_moment_when_its_step_begins(
    played: EpisodeFolder, in_order: list[Frame]
):
    for frame, text in zip(in_order, texts(played), strict=True):
        assert all(row in text for row in rows(frame)[1:22])
    assert len({tuple(rows(frame)) for frame in in_order}) > STEPS // 4


def test_crafter_is_drawn_in_tiles_with_an_atlas(tmp_path: Path):
    folder = walk("crafter", tmp_path, steps=60)
    with frames_of(folder) as frames:
        assert frames.kind == "tiles"
        atlas = frames.atlas()
        assert atlas is not None
        shown = frames.range(0, 61)
        assert len(shown) == 61
        for frame in shown:
            assert isinstance(frame, Tiles)
            assert atlas.names[frame.cells[31][-1]].startswith("player-")
            assert all(index < len(atlas.names) for cell in frame.cells for index in cell)


def test_minihack_is_a_terminal(tmp_path: Path):
    folder = walk("minihack-mazewalk-9x9+steps", tmp_path, steps=12)
    with frames_of(folder) as frames:
        assert frames.kind == "terminal"
        assert frames.atlas() is None
        assert all("@" in "".join(rows(frame)) for frame in frames.range(0, 13))


@settings(max_examples=15)
@given(steps=st.lists(st.integers(0, STEPS), min_size=1, max_size=12))
def test_the_order_of_asking_changes_nothing(
    frames: Frames, in_order: list[Frame], steps: list[int]
):
    assert [frames.at(step) for step in steps] == [in_order[step] for step in steps]


def test_a_range_is_half_open_and_ends_with_the_trace(frames: Frames, in_order: list[Frame]):
    assert frames.range(40, 60) == in_order[40:60]
    assert frames.range(STEPS - 3, STEPS + 50) == in_order[-4:]
    assert frames.range(-5, 2) == in_order[:2]
    assert frames.range(7, 7) == frames.range(STEPS + 1, STEPS + 9) == []


@pytest.mark.parametrize("step", [-1, STEPS + 1, 10**12])
def test_there_is_no_frame_beyond_the_trace(frames: Frames, step: int):
    with pytest.raises(IndexError, match=f"no step {step} "):
        frames.at(step)


def test_many_threads_get_the_same_frames(played: EpisodeFolder, in_order: list[Frame]):
    got: dict[tuple[int, int], Frame] = {}

    def ask(thread: int) -> None:
        for step in range(thread, STEPS + 1, 13)[:: 1 if thread % 2 else -1]:
            got[thread, step] = frames.at(step)

    with frames_of(played) as frames:
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(got) == sum(len(range(thread, STEPS + 1, 13)) for thread in range(6))
    assert all(frame == in_order[step] for (_, step), frame in got.items())


def test_who_does_not_wait_gets_the_text_and_part_of_the_way_each_time(
    played: EpisodeFolder, in_order: list[Frame]
):
    with frames_of(played) as frames:
        asked = 0
        while True:
            frame = frames.at(STEPS, seconds=1e-9)
            asked += 1
            if not isinstance(frame, Text):
                break
            assert frame.later
            assert frame.text == texts(played)[STEPS]
            assert frame.caption.startswith("Being drawn: ")
            (first,) = frames.range(STEPS, STEPS + 1, seconds=-1)
            assert isinstance(first, Text)
            assert first.later
            frames.at(min(asked * BATCH, STEPS))
        assert frame == in_order[STEPS]
        assert frames.range(STEPS - 2, STEPS + 1, seconds=60) == in_order[-3:]


@pytest.mark.parametrize("most", [0, 2000])
def test_where_no_more_frames_can_be_kept_going_back_replays(
    played: EpisodeFolder, in_order: list[Frame], most: int
):
    replay = Replay(Tape(played), "nethack", 42, Kept(most))
    steps = [STEPS, STEPS - 1, 0, BATCH + 1, BATCH, BATCH - 1, STEPS]
    assert [replay.at(step) for step in steps] == [in_order[step] for step in steps]
    replay.close()


def test_closing_leaves_no_process_and_no_file(played: EpisodeFolder, tmp_path: Path):
    before = sorted(path.name for path in played.path.rglob("*"))
    open_files = len(list(Path("/proc/self/fd").iterdir()))
    children = _children()
    frames = frames_of(played)
    assert _children() == children, "nothing is started before a frame is asked for"
    frames.at(3)
    assert len(_children() - children) == 1
    frames.close()
    frames.close()
    assert _children() == children
    assert len(list(Path("/proc/self/fd").iterdir())) == open_files
    assert sorted(path.name for path in played.path.rglob("*")) == before
    with pytest.raises(RuntimeError, match="closed"):
        frames.at(3)


def _children() -> set[str]:
    tasks = Path(f"/proc/{os.getpid()}/task")
    return {pid for task in tasks.iterdir() for pid in (task / "children").read_text().split()}


def test_an_episode_that_goes_on_is_drawn_as_far_as_it_is_written(
    played: EpisodeFolder, in_order: list[Frame], tmp_path: Path
):
    folder = changed(played, tmp_path, lambda lines: lines.clear())
    lines = played.trace.read_bytes().splitlines(keepends=True)
    folder.trace.write_bytes(b"".join(lines[:6]) + lines[6][:40])
    with frames_of(folder) as frames:
        assert frames.range(0, 100) == in_order[:6]
        with pytest.raises(IndexError):
            frames.at(6)
        folder.trace.write_bytes(b"".join(lines[:9]))
        assert frames.range(4, 100) == in_order[4:9]


def test_where_the_world_differs_its_text_goes_on_and_says_why(
    played: EpisodeFolder, in_order: list[Frame], tmp_path: Path
):
    def another_version(lines: list[dict[str, dict[str, str]]]) -> None:
        for line in lines[BATCH + 8 :]:
            line["answer"]["text"] = f"Once more. {line['answer']['text']}"

    folder = changed(played, tmp_path, another_version)
    with frames_of(folder) as frames:
        last = frames.at(STEPS)
        assert isinstance(last, Text)
        assert last.text == texts(folder)[STEPS]
        assert last.caption.startswith(f"Not drawn from step {BATCH + 8} on: the world that is")
        assert frames.range(0, BATCH + 8) == in_order[: BATCH + 8]
        assert {frame.kind for frame in frames.range(BATCH + 8, STEPS + 1)} == {"text"}


def test_an_action_that_the_world_does_not_know_ends_what_is_drawn(
    played: EpisodeFolder, tmp_path: Path
):
    def odd(lines: list[dict[str, str]]) -> None:
        lines[5]["action"] = "dance"

    with frames_of(changed(played, tmp_path, odd)) as frames:
        assert [frame.kind for frame in frames.range(3, 7)] == ["terminal"] * 2 + ["text"] * 2
        assert "'dance' is no action of this task" in frames.at(5).caption
        assert "/" not in frames.at(5).caption.partition("these are")[0]


def test_a_world_that_dies_leaves_the_text(played: EpisodeFolder, in_order: list[Frame]):
    with frames_of(played) as frames:
        children = _children()
        frames.at(0)
        (world,) = _children() - children
        os.kill(int(world), 9)
        gone = frames.at(STEPS)
        assert gone.kind == "text"
        assert f"from step {BATCH} on: the world nethack (seed 42) is gone" in gone.caption
        assert frames.at(1) == in_order[1]
