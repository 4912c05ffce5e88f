"""The drill's model: every declared action in turn, in either wire form, and nothing kept."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from automem_graph.agent.context import PlayContext
from automem_graph.agent.step import StepRow
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.play import play_episode
from automem_graph.episodes.trace import read_trace
from automem_graph.memory.journal import read_rows
from automem_graph.models.drill import MARK, OfflineDrill
from automem_graph.models.resolve import resolve_model
from automem_graph.scaffold.load import load_scaffold

GOOD = str(Path(__file__).parents[1] / "scaffolds" / "good")


def played(run: str, **context: object) -> tuple[list[StepRow], list[str]]:
    """The steps of a drill, and the texts that the model's actions wrote."""
    asked = PlayContext(task="drill", run=run, steps_per_run=40, **context)
    with EpisodeDesks() as desks:
        result = play_episode(desks, asked)
        assert (result.status, result.steps) == ("done", 40), result.error
        folder = desks.folder(asked)
    rows = read_rows(folder.journal)
    wrote = [change.text for row in rows if row.role != "scaffold" for change in row.edits]
    return read_trace(folder)[1], wrote


@pytest.mark.parametrize("scaffold", ["v0", GOOD])
@pytest.mark.parametrize("codec", ["tags", "tool_calls"])
def test_it_takes_every_action_and_reads_back_what_it_wrote(scaffold: str, codec: str):
    rows, wrote = played("run", gameplay="offline:drill", scaffold=scaffold, codec=codec)
    taken = Counter((one.routine, one.name) for row in rows for one in row.actions)
    for spec in load_scaffold(scaffold).manifest.actions:
        if spec.kind not in ("done", "commit"):
            assert all(taken[routine, spec.name] for routine in spec.routines), spec.name
    marks = set(MARK.findall(" ".join(wrote)))
    assert len(marks) > 20
    for routine in ("log", "plan"):
        shown = {m for row in rows for one in row.actions for m in MARK.findall(one.result)
                 if one.routine == routine and one.name == "READ"}  # fmt: skip
        assert shown & marks
    assert not any(row.fallback for row in rows)


def test_its_arguments_are_odd_at_times_and_its_replies_empty():
    rows, _ = played("run", gameplay="offline:drill")
    assert any(not one.ok for row in rows for one in row.actions)
    assert any(row.note for row in rows)
    asked_again = [m for row in rows for m in row.messages if "held no action" in m["content"]]
    assert asked_again


def test_mute_it_writes_nothing_and_commits():
    rows, wrote = played("run", gameplay="offline:drill-mute")
    assert wrote == []
    assert not any(row.actions or row.fallback for row in rows)


def test_it_is_a_function_of_the_messages():
    messages = [
        SystemMessage("In LOG: `<|APPEND|>file|text<|END|>` and `<|DONE|>`."),
        HumanMessage("# LOG, step 3\n\nYou see a wall."),
    ]
    first, again = (resolve_model("offline:drill").invoke(messages).text for _ in range(2))
    assert first == again
    other = [messages[0], HumanMessage("# LOG, step 4\n\nYou see a wall.")]
    assert resolve_model("offline:drill").invoke(other).text != first


texts = st.text(max_size=60) | st.sampled_from(["# LOG", "# PLAN\n", "`<|X|>a|b?<|END|>`", "a, b"])
some_messages = st.lists(
    st.builds(lambda make, text: make(text), st.sampled_from([SystemMessage, HumanMessage,
              AIMessage]), texts), max_size=6)  # fmt: skip


@given(some_messages, st.booleans())
def test_any_messages_get_some_reply(messages: list, mute: bool):
    assert OfflineDrill(mute=mute).invoke(messages).text
