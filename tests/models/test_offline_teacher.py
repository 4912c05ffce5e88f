"""The scripted teacher: plays gates well with memory, and keeps memory well some of the time."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from automem_graph.agent.context import PlayContext
from automem_graph.agent.step import StepRow
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.play import EpisodeResult, play_episode
from automem_graph.episodes.trace import read_trace
from automem_graph.models.resolve import resolve_model
from automem_graph.models.teacher import OfflineTeacher

SEEN = "room fox has lamp\nwanted drum\ngates ant cow yak\nmap.md 3"


def played(seed: int = 1, **context: object) -> tuple[EpisodeResult, list[StepRow]]:
    asked = {"task": "gates", "scaffold": "terse", "gameplay": "offline:teacher", "run": "run"}
    with EpisodeDesks() as desks:
        one = PlayContext(**{**asked, "steps_per_run": 24, "seed": seed, **context})
        result = play_episode(desks, one)
        return result, read_trace(desks.folder(one))[1]


def say(*told: str, **habits: int) -> str:
    """What it says after these user texts, with replies between them."""
    messages: list[BaseMessage] = [SystemMessage("You play gates.")]
    for text in told:
        messages += [HumanMessage(text), AIMessage("...")]
    return OfflineTeacher(**habits).reply(messages[:-1])


def taken(rows: Sequence[StepRow], routine: str, name: str) -> int:
    """How many steps took an action in a routine."""
    return sum(any((a.routine, a.name) == (routine, name) for a in row.actions) for row in rows)


def test_its_habits_are_good_only_some_of_the_time():
    found = [played(seed) for seed in (1, 2)]
    rows = [row for _, steps in found for row in steps]
    assert len(rows) == 48
    assert 8 < taken(rows, "log", "SEARCH") < 26
    assert 18 < taken(rows, "plan", "SEARCH") < 38
    for result, _ in found:
        assert result.status == "done"
        assert result.metrics is not None
        assert result.metrics.duplicate_lines > 0.1
        assert result.metrics.failed_calls == result.metrics.fallbacks == 0


def test_the_careful_one_writes_nothing_twice_and_memory_pays():
    kept, rows = played(gameplay="offline:teacher-careful")
    wiped, _ = played(gameplay="offline:teacher-careful", agent="memory-wiped", run="wiped")
    assert kept.metrics is not None
    assert kept.metrics.duplicate_lines == kept.metrics.repeated_writes == 0
    assert taken(rows, "log", "SEARCH") == 23
    assert kept.progression is not None
    assert wiped.progression is not None
    assert kept.progression > wiped.progression + 0.2


def test_as_a_specialist_it_consults_and_the_other_one_acts_on_it():
    _, rows = played(specialist="offline:teacher-careful", gameplay="offline:teacher")
    assert {call.role for row in rows for call in row.calls} == {"gameplay", "specialist"}
    assert all("Now act" in row.messages[-2]["content"] for row in rows)
    assert not any(row.fallback or row.note for row in rows)
    found = [row for row in rows if any(a.name == "SEARCH" and "\n" not in a.result
             and a.result.split(" ")[1] in row.messages[1]["content"].split("gates ")[1]
             for a in row.actions if a.routine == "plan")]  # fmt: skip
    assert found
    for row in found:
        assert row.action == row.actions[-1].result.split(" ")[1]


def test_it_looks_before_it_writes_and_writes_what_is_new():
    assert say(f"# LOG\nlast: fox\n{SEEN}", searches=0, skips=0) == (
        "<|APPEND|>map.md|at fox lamp<|END|><|DONE|>"
    )
    looked = f"# LOG\nlast: fox\n{SEEN}"
    assert say(looked, searches=100) == "<|SEARCH|>map.md| fox<|END|>"
    assert say(looked, "No fox in map.md.").startswith("<|APPEND|>map.md|at fox lamp<|END|>")
    assert say(looked, "at fox lamp\nat fox lamp") == "<|DONE|>"
    assert say(looked, "at fox lamp\n\n# PLAN", consults=100) == "<|SEARCH|>map.md| drum<|END|>"
    assert say(f"# PLAN\n{SEEN}", "at cow drum", "Now act:") == "<|ACTION|> cow<|END|>"
    assert say(f"# PLAN\n{SEEN}", "at bat drum") == "<|ACTION|> ant<|END|>"


@pytest.mark.parametrize("text", ["", "# LOG", "# PLAN", "gates \nroom x has y"])
def test_any_messages_get_the_same_reply_each_time(text: str):
    model = resolve_model("offline:teacher")
    first, again = (model.invoke([HumanMessage(text)]).text for _ in range(2))
    assert first == again
    assert first.startswith("<|")


@given(st.lists(st.text(), max_size=4))
def test_it_bears_any_text(texts: list[str]):
    assert say(*texts, "x").startswith("<|")
