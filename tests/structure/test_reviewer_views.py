"""The reviewer reads steps as the workspace shows them, with tags and with tool calls."""

from pathlib import Path

import pytest

from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.desk.plain import field
from automem_graph.structure.desk.summary import Summary
from automem_graph.structure.proposer import NoProposal
from automem_graph.structure.reviewer.evidence import Step
from automem_graph.structure.reviewer.views import read_episode, read_summary

SEES = "You see:\n- water 3 steps to your north-west\n\nYour inventory: wood 1.\nHP:12(16)"


def steps_of(folder: Path, *pages: str) -> list[Step]:
    for number, page in enumerate(pages):
        (folder / f"steps-{number}00.md").write_text(page)
    summary = Summary(task="crafter", status="done")
    return list(read_episode(folder, summary, load_scaffold("v0")).steps)


def page(heading: str, *fields: tuple[str, str]) -> str:
    shown = "\n".join(field(name, text, 4000) for name, text in fields)
    return f"# Steps from 0 on\n\n{heading}\n\n{shown}\n\n## The end (9.1%)\n\n    bye\n"


@pytest.mark.parametrize(
    "call",
    [
        "<|APPEND|>notes.md|water | north<|END|>",
        'APPEND {"file": "notes.md", "text": "water | north"}',
    ],
)
def test_a_step_is_read_as_it_is_shown(tmp_path: Path, call: str):
    heading = "## Step 137 (45.5%) [stuck] [unknown action]"
    fields = [("sees", SEES), ("LOG", call), ("gives", "Added."), ("acts", "Do (said: Dig)")]
    (step,) = steps_of(tmp_path, page(heading, *fields))
    assert (step.number, step.action, step.saw) == (137, "Do", SEES)
    assert step.things == {"water"}
    assert step.carried == "wood 1.\nHP:12(16)"
    assert step.hit_points == 12
    assert step.stuck
    assert step.not_understood
    assert dict(step.calls[0].args) == {"file": "notes.md", "text": "water | north"}


def test_a_call_that_was_cut_is_still_a_call(tmp_path: Path):
    fields = [
        ("LOG", 'APPEND {"file": "notes.md", "te [... 9 more characters]'),
        ("LOG", "silence"),
    ]
    (step,) = steps_of(tmp_path, page("## Step 1 (0.0%)", *fields))
    assert [call.name for call in step.calls] == ["APPEND"]


def test_a_paragraph_that_is_not_repeated_is_known_from_the_step_before(tmp_path: Path):
    first = page("## Step 1 (0.0%)", ("sees", SEES)).partition("## The end")[0]
    second = page("## Step 2 (0.0%)", ("sees", "You see: (and the rest as before)\n\nA cow."))
    _, step = steps_of(tmp_path, first + second)
    assert step.saw == "You see:\n- water 3 steps to your north-west\n\nA cow."


def test_a_search_in_vain_is_seen(tmp_path: Path):
    said = ("PLAN", "<|SEARCH|>notes.md|iron<|END|>")
    pages = [
        page(f"## Step {number} (0.0%)", said, ("gives", text))
        for number, text in enumerate(["No line of notes.md contains 'iron'.", "iron at 3, 4"])
    ]
    assert [step.in_vain for step in steps_of(tmp_path, *pages)] == [True, False]


def test_a_summary_that_is_missing_is_a_sentence(tmp_path: Path):
    with pytest.raises(NoProposal, match="is no summary of an episode"):
        read_summary(tmp_path)
