"""What goes wrong in somebody's own agent: the episode fails with a sentence, and has no score."""

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import BaseMessage

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.play import EpisodeResult, play_episode
from automem_graph.episodes.processes import Processes
from automem_graph.episodes.spending import metered
from automem_graph.memory.journal import read_rows
from automem_graph.models.budget import Budget
from automem_graph.models.calling import ModelError
from automem_graph.models.resolve import UnknownModel
from support import talks
from support.scripted import Scripted


def context(agent: str = "agent:support.talks:make_agent", **other: Any) -> PlayContext:
    return PlayContext(task=talks.NAME, gameplay=agent, run="run", **other)


@pytest.fixture(scope="module")
def shared() -> Iterator[Processes]:
    """The processes of worlds and scaffolds."""
    with Processes() as processes:
        yield processes


def played(shared: Processes, agent: str, **other: Any) -> EpisodeResult:
    with EpisodeDesks(processes=shared) as desks:
        return play_episode(desks, context(f"agent:support.agents:{agent}", **other))


@pytest.mark.parametrize(
    ("agent", "says"),
    [
        ("breaks_off", "raised ValueError: the third door is locked"),
        ("cannot_be_made", "raised OSError: no disk"),
        ("forgets_middleware", "without the middleware that it was given"),
        ("asks_a_person", "stopped to ask a person"),
        ("returns_text", "gave back no messages"),
    ],
)
def test_a_broken_agent_fails_in_a_sentence(shared: Processes, agent: str, says: str):
    result = played(shared, agent)
    assert (result.status, result.progression, result.steps) == ("failed", None, 0)
    assert result.error is not None
    assert f"the agent agent:support.agents:{agent} " in result.error
    assert says in result.error
    assert "\n" not in result.error


@pytest.mark.parametrize("agent", ["says_nothing", "echoes"])
def test_an_agent_that_says_nothing_plays_the_default_answer(shared: Processes, agent: str):
    result = played(shared, agent, steps=2)
    assert result.status == "done"
    assert result.metrics is not None
    assert result.metrics.fallbacks == 1.0


@pytest.mark.parametrize("agent", [talks.AGENT, "agent:support.agents:retries"])
def test_trouble_with_memory_ends_the_episode_also_where_the_agent_goes_on(
    shared: Processes, agent: str
):
    def fails_in_the_third_step(messages: list[BaseMessage]) -> str:
        if "# LOG, step 2" in messages[-1].text:
            raise LookupError("no such model")
        return talks.keep(messages)

    model = Scripted(say=fails_in_the_third_step)
    desks = EpisodeDesks(resolve=lambda *_: model, processes=shared)
    result = play_episode(desks, context(agent, specialist="keeper"))
    assert (result.status, result.steps) == ("failed", 2)
    assert result.error is not None
    assert ModelError.__name__ in result.error
    model.say = talks.keep
    result = play_episode(desks, context(agent, specialist="keeper"))
    assert (result.status, result.progression) == ("done", 1.0)


def test_an_agent_as_specialist_is_refused():
    with EpisodeDesks() as desks, pytest.raises(UnknownModel, match="an agent and no model"):
        play_episode(desks, context(specialist="agent:support.agents:deep"))


def test_a_budget_stops_the_agents_own_calls(shared: Processes):
    with EpisodeDesks() as plain:
        folder = plain.folder(context())
    with (
        metered(Budget(max_tokens=2000), folder.run, [folder]) as meter,
        EpisodeDesks(meter=meter, processes=shared) as desks,
    ):
        result = play_episode(desks, context())
    assert (result.status, result.progression) == ("stopped", None)
    assert 0 < result.steps < 8
    with (
        metered(Budget(max_tokens=10**6), folder.run, [folder]) as meter,
        EpisodeDesks(meter=meter, processes=shared) as desks,
    ):
        assert play_episode(desks, context()).progression == 1.0
    assert result.error == "the budget of 2,000 tokens has no room for another call"


def test_a_file_that_was_not_read_is_not_replaced(shared: Processes):
    def overwrites(messages: list[BaseMessage]) -> str:
        text = messages[-1].text
        if "# LOG, step 0" in text:
            return "<|APPEND|>facts.md|first<|END|><|DONE|>"
        if "# LOG, step 1" in text:
            return "<|WRITE|>facts.md|second<|END|><|DONE|>"
        if "# LOG, step 2" in text:
            return "<|READ|>facts.md<|END|>"
        if text.startswith("<|READ|>"):
            return "<|WRITE|>facts.md|third<|END|><|DONE|>"
        return ""

    with EpisodeDesks(resolve=lambda *_: Scripted(say=overwrites), processes=shared) as desks:
        asked = context(specialist="keeper", steps=3)
        play_episode(desks, asked)
        folder = desks.folder(asked)
        problems = [row.problem for row in read_rows(folder.journal) if row.problem]
    assert len(problems) == 1
    assert "facts.md was left as it is: it holds 1 line that you have not read" in problems[0]
    assert (folder.memory / "facts.md").read_text() == "third\n"
