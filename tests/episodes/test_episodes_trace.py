"""Traces: every prompt rebuilt, rows that do not grow, damage that is named."""

import json
from pathlib import Path

import pytest

from automem_graph.episodes.layout import RunError, find_episode
from automem_graph.episodes.trace import prompt_of, read_trace
from support.playing import table
from support.scripted import by_routine

LOG = "<|APPEND|>notes.md|I went on. \0 {{ x }}<|END|><|READ|>notes.md<|END|>"
RIGHT = "<|ACTION|>Right<|END|>"
WAIT = "<|ACTION|>Wait<|END|>"


def test_every_prompt_is_rebuilt_as_it_was_sent():
    with table(by_routine(LOG, RIGHT), by_routine(LOG, "<|TAIL|>notes.md|2<|END|>"), steps=4) as at:
        at.play()
        sent = {role: list(model.prompts) for role, model in at.models.items()}
        rows = at.rows()
    for row in rows:
        for index, call in enumerate(row.calls):
            given = sent[call.role].pop(0)
            rebuilt = [(message["role"], message["content"]) for message in prompt_of(row, index)]
            roles = {"system": "system", "human": "user", "ai": "assistant"}
            assert rebuilt == [(roles[message.type], message.text) for message in given]
    assert not any(sent.values())


def test_replies_are_kept_verbatim():
    with table(by_routine(LOG, RIGHT), steps=2) as at:
        at.play()
        assert at.rows()[1].calls[0].reply == LOG


def test_rows_do_not_grow():
    log = "<|APPEND|>notes.md|the same sentence each time<|END|><|DONE|>"
    with table(by_routine(log, WAIT), steps=40) as at:
        at.play()
        sizes = [len(line) for line in at.folder.trace.read_bytes().splitlines()[5:]]
    assert max(sizes) - min(sizes) < 40
    assert max(sizes) < 3000


def test_a_torn_last_line_is_left_out_and_the_episode_goes_on():
    with table(by_routine("<|DONE|>", RIGHT), steps=5) as at:
        at.play()
        whole = at.folder.trace.read_bytes()
        rows = at.rows()
        at.folder.result.unlink()
        at.folder.trace.write_bytes(whole[:-30])
        assert at.rows() == rows[:4]
        assert at.play().steps == 5
        assert [row.action for row in at.rows()] == ["Right"] * 5


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda lines: [lines[0], b"{not json", *lines[2:]], "trace.jsonl:2 is damaged"),
        (lambda lines: [lines[0], b"[1]", *lines[2:]], "trace.jsonl:2 is damaged"),
        (
            lambda lines: [lines[0], lines[1].replace(b'"said"', b'"sad"'), *lines[2:]],
            ":2 is damaged",
        ),
        (
            lambda lines: [lines[0], lines[1].replace(b'["assistant",0]', b'["assistant",9]')],
            ":2 is damaged",
        ),
        (
            lambda lines: [lines[0], lines[1].replace(b'["assistant",0]', b'["assistant",null]')],
            ":2 is damaged",
        ),
        (lambda lines: [lines[0].replace(b'{"format":', b'{"format":99'), *lines[1:]], "format 99"),
        (lambda lines: [], "is empty"),
    ],
)
def test_damage_is_named_and_nothing_is_changed(spoil, named):
    with table(by_routine("<|DONE|>", RIGHT), steps=3) as at:
        at.play()
        spoilt = b"".join(line + b"\n" for line in spoil(at.folder.trace.read_bytes().splitlines()))
        at.folder.trace.write_bytes(spoilt)
        with pytest.raises(RunError, match=named):
            read_trace(at.folder)
        assert at.folder.trace.read_bytes() == spoilt


def test_the_system_message_is_kept_once():
    with table(by_routine("<|DONE|>", RIGHT), steps=5) as at:
        at.play()
        kept = list((at.folder.run.path / "prompts").iterdir())
        assert len(kept) == 1
        assert kept[0].read_text() == at.rows()[0].messages[0]["content"]


def test_find_episode_takes_a_folder_a_file_or_a_run(tmp_path: Path):
    with table(by_routine("<|DONE|>", RIGHT), steps=2) as at:
        at.play()
        folder = at.folder
        for where in (folder.path, folder.trace, folder.run.path):
            assert find_episode(where).path.samefile(folder.path)
    with pytest.raises(RunError, match="there is no"):
        find_episode(tmp_path / "nowhere")
    with pytest.raises(RunError, match="neither an episode"):
        find_episode(tmp_path.parent)


def test_a_row_is_one_line_of_json():
    with table(by_routine("<|DONE|>", RIGHT), steps=3) as at:
        at.play()
        lines = at.folder.trace.read_text().splitlines()
    assert [json.loads(line).get("step") for line in lines] == [None, 0, 1, 2]
