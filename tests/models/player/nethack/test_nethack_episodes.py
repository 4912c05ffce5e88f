"""Real episodes through the real agent: the text that the rules read is the text that is told."""

import pytest

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.play import play_episode
from automem_graph.episodes.trace import read_trace
from support.parts import PARTS, scaffold_of

pytest.importorskip("nle")


GUIDE = "knowledge/files/minihack-quest-medium/guide.md"


@pytest.fixture(scope="module")
def desks():
    with EpisodeDesks() as opened:
        yield opened


@pytest.fixture
def play(desks, tmp_path):
    """An episode's result, its rows, and its memory files by name."""

    def play(task, seed, steps, agent="memory", scaffold="v0"):
        known = {"steps": steps, "agent": agent, "scaffold": scaffold, "run": str(tmp_path)}
        context = PlayContext(task=task, seed=seed, **known)
        result = play_episode(desks, context)
        folder = desks.folder(context)
        _, rows = read_trace(folder)
        files = {path.name: path.read_text() for path in folder.memory.iterdir()}
        return result, rows, files

    return play


def test_a_maze_is_solved_and_its_walk_remembered(play):
    result, rows, files = play("minihack-mazewalk-9x9", seed=1, steps=60)
    assert (result.status, result.progression) == ("done", 1.0)
    assert "Walked in row 9: 36, 38, 42\n" in files["level-1.md"]
    assert max(len(row.calls) for row in rows) <= 4, "one look-up, one record, one commit"


def test_the_quest_s_questions_are_answered(play):
    result, rows, _ = play("minihack-quest-easy", seed=1, steps=60)
    assert result.progression == 1.0
    assert [row.action for row in rows[:4]] == ["pickup", "a", "b", "more"]
    assert "zap" in [row.action for row in rows]


def test_a_quest_is_won_by_what_a_guide_advises(play, tmp_path):
    scaffold = scaffold_of(tmp_path / "guided", "knowledge")
    result, rows, files = play("minihack-quest-medium", seed=5104, steps=70, scaffold=scaffold)
    assert result.progression == 1.0
    actions = [row.action for row in rows]
    assert "}" in rows[actions.index("zap")].answer.text, "before the lava is crossed"
    assert files["guide.md"] == (PARTS / GUIDE).read_text()


def test_nethack_is_played_and_its_levels_kept_apart(play):
    result, _, files = play("nethack", seed=7, steps=150)
    assert result.status == "done"
    assert result.metrics.fallbacks == 0
    assert {"level-1.md", "level-2.md"} <= files.keys()
