"""Episodes that local models play: two roles, one driver, the same in company as alone."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import RunError
from automem_graph.episodes.machine import ThisMachine
from automem_graph.episodes.many import run_episodes
from automem_graph.episodes.play import play_episode
from automem_graph.episodes.trace import read_trace
from support import toy
from support.processes import processes_under
from support.timeless import timeless
from support.tiny import save_adapter, save_base, tokenizer

WORDS = tokenizer()


@pytest.fixture
def context(tmp_path):
    base = save_base(tmp_path / "base", context=8192)
    adapter = save_adapter(tmp_path / "adapter", base, seed=1)
    return PlayContext(
        task=toy.NAME,
        steps=1,
        gameplay=f"local:{base}",
        specialist=f"local:{base}@{adapter}",
        reply_tokens=8,
        run="run",
        steps_per_run=50,
    )


def folder_of(context):
    with EpisodeDesks() as desks:
        return desks.folder(context)


def test_light_weights_are_read_by_a_driver_for_each_core(context, monkeypatch):
    monkeypatch.setattr("automem_graph.episodes.machine._cores", lambda: 2)
    seen = []
    asked = [replace(context, seed=seed) for seed in (1, 2)]
    played = list(
        run_episodes(asked, ThisMachine(parallel=2), hear=lambda _: seen.append(drivers()))
    )
    assert {result.status for result in played} == {"done"}
    assert max(seen) == 2


def drivers():
    commands = (Path(f"/proc/{one}/cmdline").read_bytes() for one in processes_under(os.getpid()))
    return sum(b"automem_graph.episodes.driver" in command for command in commands)


def test_both_roles_play_in_one_driver_and_company_changes_nothing(context, monkeypatch):
    monkeypatch.setattr("automem_graph.episodes.machine.LIGHT_BYTES", 0)
    asked = [replace(context, seed=seed) for seed in (1, 2)]
    seen = []
    with ThisMachine(parallel=2) as executor:
        played = list(run_episodes(asked, executor, hear=lambda _: seen.append(drivers())))
        assert drivers() == 0  # nobody keeps weights that are not light
    assert {result.status for result in played} == {"done"}
    assert max(seen) == 1
    with EpisodeDesks() as desks:
        for one in asked:
            alone = replace(one, run="alone")
            play_episode(desks, alone)
            assert timeless(desks.folder(one)) == timeless(desks.folder(alone))
        _, rows = read_trace(desks.folder(asked[0]))
    calls = [call for row in rows for call in row.calls]
    said = {(call.role, call.model) for call in calls}
    assert said == {("gameplay", context.gameplay), ("specialist", context.specialist)}
    for call in calls:
        tokens = call.token_ids[:-1] if call.token_ids[-1] == WORDS.eos_token_id else call.token_ids
        assert WORDS.decode(tokens) == call.reply
        assert len(call.token_ids) == call.usage.output


def test_a_retrained_adapter_plays_another_episode_under_the_same_name(context):
    context = replace(context, run="")
    base, adapter = map(Path, context.specialist.removeprefix("local:").split("@"))
    with EpisodeDesks() as desks:
        assert play_episode(desks, context).status == "done"
    first = folder_of(context)
    header, _ = read_trace(first)
    assert (header.asked.gameplay, header.asked.specialist) == (
        context.gameplay,
        context.specialist,
    )
    assert "" != header.asked.weights != header.asked.specialist_weights != ""
    for file in (*base.iterdir(), *adapter.iterdir()):
        file.touch()
    assert folder_of(context) == first
    save_adapter(adapter, base, seed=2)
    second = folder_of(context)
    assert second.id != first.id
    assert not second.result.exists()


def test_a_run_folder_is_for_one_version_of_the_weights(context):
    assert [result.status for result in run_episodes([context])] == ["done"]
    base = Path(context.gameplay.removeprefix("local:"))
    save_base(base, context=4096)
    with pytest.raises(RunError, match="another weights, specialist_weights: choose another"):
        run_episodes([context])


def test_weights_that_change_during_a_run_are_not_played(context):
    """The third episode is given out after the second, which is under way when they change."""
    adapter = Path(context.specialist.partition("@")[2])
    base = Path(context.gameplay.removeprefix("local:"))
    jobs = [replace(context, seed=seed) for seed in (1, 2, 3)]
    results = run_episodes(jobs, ThisMachine(parallel=1))
    assert next(results).status == "done"
    save_adapter(adapter, base, seed=2)
    *_, last = results
    assert last.status == "failed"
    assert "a local model changed after the run was started" in (last.error or "")
