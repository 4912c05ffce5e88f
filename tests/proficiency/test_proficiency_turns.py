"""What a trace says of its turns: every one of them, as it was, and nothing else."""

from pathlib import Path

import pytest

from automem_graph.episodes.layout import RunFolder, write_json
from automem_graph.proficiency.reading import NoData, finished_episodes, read_turns
from automem_graph.proficiency.turns import Turn
from support.habits import COMMIT, CONSULT, LOOK, WRITE, keeper, play
from support.scripted import Scripted, Tooled, by_routine, calls

RIGHT = "<|ACTION|>Right<|END|>"


def by_name(run: RunFolder) -> dict[str, Turn]:
    """The turns of a run's first seed, by step and routine."""
    turns = list(read_turns(run))
    return {
        turn.view.id.partition("/")[2]: turn
        for turn in turns
        if turn.view.seed == turns[0].view.seed
    }


def test_every_turn_of_every_episode_is_read_in_order(played):
    ids = [turn.view.id for turn in read_turns(played)]
    steps = ["0/plan", *(f"{step}/{name}" for step in range(1, 6) for name in ("log", "plan"))]
    assert [name.partition("/")[2] for name in ids] == steps * 3
    assert len(set(ids)) == len(ids)


def test_prompts_and_replies_are_what_the_model_was_given_and_said(tmp_path):
    heard: list[Scripted] = []

    def listen(say):
        heard.append(Scripted(say=say))
        return heard[-1]

    run = play(tmp_path / "run", (7,), wrap=listen)
    roles = {"system": "system", "human": "user", "ai": "assistant"}
    given = [
        tuple({"role": roles[said.type], "content": said.text} for said in prompt)
        for prompt in heard[0].prompts
    ]
    replies = [reply for turn in read_turns(run) for reply in turn.replies]
    assert [reply.prompt for reply in replies] == given
    assert [reply.text for reply in replies] == [keeper(prompt) for prompt in heard[0].prompts]


def test_a_view_says_what_was_done_to_memory(played):
    turns = by_name(played)
    blind, careful = turns["1/log"].view, turns["2/log"].view
    assert careful.replies[0] == LOOK
    assert careful.replies[1].startswith(WRITE)
    look, write = careful.actions
    assert (look.name, look.kind, look.found, look.repeated) == ("SEARCH", "search", 1, False)
    assert (write.kind, write.args) == ("write", {"file": "a.md", "text": "a room"})
    assert write.repeated
    assert [action.repeated for action in blind.actions] == [False]
    assert [blind.files, careful.files] == [{}, {"a.md": 1}]
    assert turns["2/plan"].view.files == {"a.md": 2}
    assert (careful.seed, careful.steps, careful.progression) == (1, 6, 1.0)
    assert "room 2" in careful.observation
    assert careful.prompt_chars == sum(len(m["content"]) for m in turns["2/log"].replies[1].prompt)


def test_plan_of_a_model_that_plays_alone_holds_its_commit(played):
    turns = by_name(played)
    assert turns["3/plan"].view.replies == (CONSULT + COMMIT,)
    assert [action.name for action in turns["3/plan"].view.actions] == ["SEARCH"]


def test_with_two_models_only_the_specialist_is_heard(tmp_path):
    run = play(tmp_path / "run", (1,), by_routine("never asked", RIGHT), keeper)
    replies = [reply for turn in read_turns(run) for reply in turn.view.replies]
    assert CONSULT + COMMIT in replies
    assert RIGHT not in replies


def test_episodes_are_compared_with_the_others_of_their_task(tmp_path):
    def slow(messages):
        wall = messages[1].text.partition("colour ")[2][:1]
        wait = "<|ACTION|>Wait<|END|>" if wall == "1" else RIGHT
        return by_routine(WRITE, wait)(messages)

    run = play(tmp_path / "run", (1, 2, 3), slow, steps=6)
    better = {turn.view.seed: turn.view.better_than for turn in read_turns(run)}
    assert better == {1: 0.0, 2: 0.5, 3: 0.5}


def test_a_reply_that_never_came_is_none(tmp_path):
    run = play(tmp_path / "run", (1,), by_routine("x", RIGHT), by_routine("", ""))
    assert {reply for turn in read_turns(run) for reply in turn.view.replies} == {""}


def test_an_episode_that_is_not_done_is_left_out(tmp_path):
    run = play(tmp_path / "run", (1, 2))
    path = sorted(run.path.glob("episodes/*/episode.json"))[0]
    (path.parent / "episode.json").unlink()
    assert {turn.view.seed for turn in read_turns(run)} == {2}


def test_the_same_episode_in_two_runs_counts_once(tmp_path):
    one, other = play(tmp_path / "one", (1, 2)), play(tmp_path / "other", (2, 3))
    assert [episode.result.seed for episode in finished_episodes([one, other])] == [1, 2, 3]


def test_what_gives_no_examples_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(NoData, match="no such folder"):
        list(read_turns(RunFolder(tmp_path / "nothing")))
    with pytest.raises(NoData, match="no finished episode"):
        list(read_turns(RunFolder(tmp_path)))
    act = calls(("ACTION", {"action": "Right"}))
    tooled = play(
        tmp_path / "tools", (1,), by_routine(calls(("DONE", {})), act),
        wrap=lambda say: Tooled(say=say), codec="tool_calls",
    )  # fmt: skip
    with pytest.raises(NoData, match="played with tool calls"):
        list(read_turns(tooled))


def test_a_folder_of_runs_is_told_from_a_run(tmp_path):
    play(tmp_path / "evolve" / "plays" / "v0", (1,))
    with pytest.raises(NoData, match=r"name one of the runs in it, such as .*plays/v0"):
        list(read_turns(RunFolder(tmp_path / "evolve")))


def test_a_run_without_memory_files_is_refused(tmp_path):
    run = play(tmp_path / "run", (1,))
    path: Path = next(run.path.glob("episodes/*/episode.json"))
    kept = finished_episodes([run])[0].result.model_dump(mode="json")
    kept["asked"]["agent"] = "window"
    write_json(path, kept)
    with pytest.raises(NoData, match="keeps no memory"):
        list(read_turns(run))
