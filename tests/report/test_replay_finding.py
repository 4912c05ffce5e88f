"""Which episodes a path means."""

from pathlib import Path

import pytest

from automem_graph.episodes.layout import EpisodeFolder, RunError, RunFolder
from automem_graph.report.replay.finding import FEW, find_episodes, version_of
from support.evolutions import HELD_OUT, V0, V1, evolved

IDS = [f"s{seed}-{'0123456789'[seed % 10] * 10}" for seed in (1, 2, 3, 4, 12)]


def begun(run: RunFolder, *ids: str) -> None:
    for one in ids:
        folder = run.episode(one)
        folder.path.mkdir(parents=True, exist_ok=True)
        folder.trace.touch()


@pytest.fixture(autouse=True)
def _run() -> None:
    begun(RunFolder(Path("run")), *IDS)
    Path("run/run.json").touch()


def ids(where: str, seed: int | None = None) -> list[str]:
    return [one.id for one in find_episodes(Path(where), seed).episodes]


def test_an_episode_is_named_by_its_folder_or_the_beginning_of_its_id():
    for where in (
        f"run/episodes/{IDS[1]}",
        f"run/episodes/{IDS[1]}/trace.jsonl",
        f"run/{IDS[1]}",
        "run/s2",
        "run/s2-22",
        "run/episodes/s2",
    ):
        assert ids(where) == [IDS[1]], where
    assert ids("run/s1") == [IDS[0], IDS[4]]
    assert ids("run/s1-") == [IDS[0]]


def test_of_a_run_they_are_those_of_a_seed_or_the_first_few():
    assert ids("run", 12) == [IDS[4]]
    found = find_episodes(Path("run"))
    assert (len(found.episodes), found.left_out) == (FEW, len(IDS) - FEW)


def test_of_loop_1_they_are_the_versions_on_one_seed():
    folder = evolved("evolve")
    for play in (V0, V1, f"{V0}-wiped", "v0-cccccccccc"):
        run = RunFolder(folder.path / "plays" / play)
        begun(run, *(f"s{seed}-{'a' * 10}" for seed in HELD_OUT))
    found = find_episodes(folder.path, HELD_OUT[1]).episodes
    assert [one.run.path.name for one in found] == [V0, V1]
    assert [version_of(one) for one in found] == ["v0", "v1"]
    others = [EpisodeFolder(folder.path / "plays" / play / "episodes" / "x") for play in
              (f"{V0}-wiped", "v0-cccccccccc", "base")]  # fmt: skip
    assert [version_of(one) for one in others] == ["v0, wiped", "v1.1", "base"]
    assert version_of(RunFolder(Path("run")).episode(IDS[0])) == ""


@pytest.mark.parametrize(
    ("where", "seed", "sentence"),
    [
        ("nowhere", None, "there is no nowhere; `automem play crafter` makes an episode"),
        ("run/s9", None, "no episode of run begins with s9; there are: s1-1111111111, s12-"),
        ("run/*", None, "there is no run/*"),
        ("run", 7, "no episode of run has seed 7; there are seeds 1, 2, 3, 4, 12"),
        (".", None, "neither an episode"),
    ],
)
def test_a_mistake_is_one_sentence(where: str, seed: int | None, sentence: str):
    with pytest.raises(RunError) as error:
        find_episodes(Path(where), seed)
    assert sentence in str(error.value)
