"""Episodes that local models play: two roles, one driver, the same in company as alone."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
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


def drivers():
    commands = (Path(f"/proc/{one}/cmdline").read_bytes() for one in processes_under(os.getpid()))
    return sum(b"automem_graph.episodes.driver" in command for command in commands)


def test_both_roles_play_in_one_driver_and_company_changes_nothing(context):
    asked = [replace(context, seed=seed) for seed in (1, 2)]
    seen = []
    executor = ThisMachine(parallel=2)
    played = list(run_episodes(asked, executor, hear=lambda _: seen.append(drivers())))
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
