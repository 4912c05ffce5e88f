"""Forks: an episode of its own that shares the steps of another one up to a moment."""

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from automem_graph.agent.graph import create_inner_loop
from automem_graph.agent.loop import supersteps
from automem_graph.episodes.fork import fork
from automem_graph.episodes.layout import EpisodeFolder, RunError
from automem_graph.episodes.play import play_episode
from automem_graph.episodes.trace import Moment, read_trace
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import files_at
from automem_graph.models.calling import ModelError
from support.playing import Table, table
from support.scripted import by_routine, routine
from support.timeless import timeless

RIGHT = "<|ACTION|>Right<|END|>"
LOG = "<|APPEND|>notes.md|on I go<|END|><|DONE|>"


def forked(at: Table, step: int, turn: int = 0, name: str = "b") -> EpisodeFolder:
    moment = Moment(episode=at.folder.id, step=step, turn=turn)
    return fork(at.folder, moment, name, at.desks.asked(at.context))


@pytest.mark.parametrize("step", [0, 3, 6])
def test_a_fork_that_changes_nothing_plays_the_same_episode(step: int):
    with table(by_routine(LOG, RIGHT)) as at:
        at.play()
        before = timeless(at.folder)
        folder = forked(at, step)
        result = play_episode(at.desks, at.context, folder.id)
        assert (result.status, result.steps) == ("done", 6)
        assert timeless(folder) == before == timeless(at.folder)
        header, _ = read_trace(folder)
        assert header.parent == Moment(episode=at.folder.id, step=step)
        files = {path.name: path.read_text() for path in folder.memory.iterdir()}
        assert files == files_at(read_rows(folder.journal))


def test_the_same_fork_is_made_once_and_others_are_others():
    with table(by_routine(LOG, RIGHT)) as at:
        at.play()
        names = [forked(at, 3).id, forked(at, 3).id, forked(at, 3, name="c").id, forked(at, 2).id]
    assert names[0] == names[1]
    assert len(set(names)) == 3


def test_a_fork_beyond_the_end_is_refused():
    with table(by_routine(LOG, RIGHT)) as at:
        at.play()
        with pytest.raises(RunError, match="cannot be forked at 7"):
            forked(at, 7)


def test_a_fork_in_the_middle_of_a_step_keeps_the_turns_before():
    with table(by_routine(LOG, RIGHT)) as at:
        at.play()
        after_log = files_at(read_rows(forked(at, 3, turn=1).journal))
        before_log = files_at(read_rows(forked(at, 3, turn=0).journal))
    assert after_log["notes.md"].count("\n") == before_log["notes.md"].count("\n") + 1


class Studio:
    """A checkpointed inner loop, as Studio would drive it."""

    def __init__(self, at: Table) -> None:
        self.at = at
        self.loop = create_inner_loop(at.desks, checkpointer=InMemorySaver())
        self.config = {
            "configurable": {"thread_id": "t"},
            "recursion_limit": supersteps(at.context),
        }

    def run(self, given, config=None):
        return self.loop.invoke(given, config or self.config, context=self.at.context)

    def checkpoint(self, step: int, node: str):
        """The newest checkpoint of a step that would go on with that node."""
        for state in self.loop.get_state_history(self.config):
            if state.next == (node,) and state.values.get("step") == step:
                return state
        raise AssertionError(f"no checkpoint of step {step} before {node}")


def test_an_edited_checkpoint_goes_on_as_a_fork_and_leaves_the_original_alone():
    with table(by_routine(LOG, RIGHT), steps=8) as at:
        studio = Studio(at)
        studio.run({})
        original = timeless(at.folder)
        past = studio.checkpoint(3, "act")
        turn = {**past.values["turn"], "committed": "Left"}
        edited = studio.loop.update_state(past.config, {"fork": "left", "turn": turn})
        end = studio.run(None, {**edited, "recursion_limit": 999})
        assert end["episode"] != at.folder.id
        assert end["fork"] == ""
        assert timeless(at.folder) == original
        folder = at.folder.run.episode(end["episode"])
        _, rows = read_trace(folder)
    assert [row.action for row in rows][:5] == ["Right", "Right", "Right", "Left", "Right"]
    assert "room 2" in rows[3].answer.text
    assert rows[3].actions == original[1][3].actions
    assert files_at(read_rows(folder.journal))["notes.md"] == "on I go\n" * 7


def test_a_checkpoint_behind_its_trace_adopts_the_trace():
    with table(by_routine(LOG, RIGHT), steps_per_run=20) as at:
        studio = Studio(at)
        studio.run({})
        before = timeless(at.folder)
        for node in ("log", "remember", "plan", "act"):
            past = studio.checkpoint(3, node)
            end = studio.run(None, {**past.config, "recursion_limit": 999})
            assert (end["step"], end["done"]) == (6, True)
            assert timeless(at.folder) == before


def test_a_turn_that_is_run_again_counts_once():
    """A server that died inside a node runs the node again from the checkpoint before it."""
    spoken = []

    def say(messages):
        spoken.append(routine(messages))
        if len(spoken) == 6:
            raise RuntimeError("down")
        return by_routine(LOG, RIGHT)(messages)

    with table(say) as at:
        studio = Studio(at)
        with pytest.raises(ModelError, match="down"):
            studio.run({})
        end = studio.run(None)
        assert end["done"]
        again = timeless(at.folder)
    with table(by_routine(LOG, RIGHT), run="undisturbed") as at:
        at.play()
        assert timeless(at.folder) == again
