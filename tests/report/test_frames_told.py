"""Frames that are told: conversations, texts, and traces that nobody can replay."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.play import play_episode
from automem_graph.report.frames import Chat, Frame, Text, frames_of
from automem_graph.report.frames.telling import MESSAGE_CHARS, MESSAGES
from automem_graph.worlds.conversations.world import NEW_SESSION, OVER
from support.films import changed, texts, walk


@pytest.fixture(scope="module")
def errands(tmp_path_factory: pytest.TempPathFactory) -> EpisodeFolder:
    return walk("errands", tmp_path_factory.mktemp("errands"), steps=60)


@pytest.fixture(scope="module")
def gates(tmp_path_factory: pytest.TempPathFactory) -> EpisodeFolder:
    return walk("gates", tmp_path_factory.mktemp("gates"), steps=8)


def said(frame: Frame) -> list[tuple[str, str]]:
    assert isinstance(frame, Chat)
    return [(message.who, message.text) for message in frame.messages]


def test_a_conversation_is_what_both_said_so_far(errands: EpisodeFolder):
    heard = texts(errands)
    with frames_of(errands) as frames:
        assert frames.kind == "chat"
        assert frames.atlas() is None
        assert said(frames.at(0)) == [("person", heard[0])]
        third = said(frames.at(2))
        assert [who for who, _ in third] == ["person", "agent", "person", "agent", "person"]
        assert [text for who, text in third if who == "person"] == heard[:3]
        late = said(frames.at(60))
        assert len(late) == MESSAGES
        assert late[-1] == ("person", heard[60])
        assert [text for who, text in late if who == "person"] == heard[41:]


def test_a_task_of_ones_own_whose_actions_are_answers_is_a_chat(tmp_path: Path):
    context = PlayContext(
        task="support.talks:TALKS", run=str(tmp_path), agent="random", gameplay="offline:player"
    )
    with EpisodeDesks() as desks:
        play_episode(desks, context)
        folder = desks.folder(context)
    assert json.loads(folder.trace.read_text().splitlines()[0])["answers"] is True
    with frames_of(folder) as frames:
        assert frames.kind == "chat"
        assert said(frames.at(1)) == [
            ("person", "My car is shade 42-0."),
            ("agent", "Noted."),
            ("person", "My desk is shade 42-1."),
        ]


def test_the_heads_of_sessions_are_said_by_the_world(errands: EpisodeFolder, tmp_path: Path):
    def sessions(lines: list[Any]) -> None:
        lines[2]["answer"]["text"] = f"{NEW_SESSION}\n\nHello again."
        lines[3]["answer"]["text"] = OVER

    with frames_of(changed(errands, tmp_path, sessions)) as frames:
        shown = said(frames.at(3))
        assert [who for who, _ in shown[3:]] == ["agent", "world", "person", "agent", "world"]
        assert [shown[place][1] for place in (4, 5, 7)] == [NEW_SESSION, "Hello again.", OVER]


def test_hostile_messages_stay_plain_strings_of_bounded_length(
    errands: EpisodeFolder, tmp_path: Path
):
    hostile = "<script>alert(1)</script>\ud800\x00\u202e" + "x" * 100_000

    def attack(lines: list[Any]) -> None:
        lines[1]["action"] = lines[1]["answer"]["text"] = hostile

    with frames_of(changed(errands, tmp_path, attack)) as frames:
        frame = frames.at(1)
        frame.model_dump_json().encode()
        for _, text in said(frame)[1:]:
            assert text.startswith("<script>alert(1)</script>?\x00\u202exxx")
            assert text.endswith("more characters)")
            assert len(text) < MESSAGE_CHARS + 50


def test_any_other_task_is_its_text(gates: EpisodeFolder):
    with frames_of(gates) as frames:
        assert frames.kind == "text"
        assert frames.range(0, 100) == [Text(text=text) for text in texts(gates)]


def header_of(**changes: Any) -> Any:
    def change(lines: list[Any]) -> None:
        lines[0] |= changes

    return change


def renamed(task: str) -> Any:
    def change(lines: list[Any]) -> None:
        lines[0]["asked"]["task"] = task

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (renamed("chess"), ""),
        (renamed("nethack+flying"), "'nethack' has no option 'flying'"),
        (header_of(format=7), "is of format 7, this version reads 2"),
        (header_of(seed="many"), "does not say what it plays"),
        (header_of(asked=[]), "does not say what it plays"),
    ],
)
def test_what_cannot_be_opened_is_text_with_the_reason(
    gates: EpisodeFolder, tmp_path: Path, change: Any, why: str
):
    with frames_of(changed(gates, tmp_path, change)) as frames:
        assert frames.kind == "text"
        assert [frame.text for frame in frames.range(0, 9)] == texts(gates)  # type: ignore[union-attr]
        assert why in frames.at(0).caption
        assert bool(why) == bool(frames.at(0).caption)


@pytest.mark.parametrize("task", ["evil_task:boom", "nethack+evil_task:boom", "nethack-x:boom"])
def test_a_name_in_a_trace_loads_no_code(gates: EpisodeFolder, tmp_path: Path, task: str):
    Path("evil_task.py").write_text("open('ran', 'w').close()\ndef boom(): pass\n")
    Path("nethack+evil_task.py").write_text(Path("evil_task.py").read_text())
    sys.path.append(os_here := str(Path.cwd()))
    try:
        with frames_of(changed(gates, tmp_path / "run", renamed(task))) as frames:
            assert frames.kind == "text"
            assert frames.at(1).kind == "text"
    finally:
        sys.path.remove(os_here)
    assert not Path("ran").exists()


def test_another_seed_is_another_world(gates: EpisodeFolder, tmp_path: Path):
    def moved(lines: list[Any]) -> None:
        lines[0]["asked"]["task"] = "minihack-corridor-r3"

    with frames_of(changed(gates, tmp_path, moved)) as frames:
        assert frames.kind == "terminal"
        frame = frames.at(4)
        assert isinstance(frame, Text)
        assert frame.text == texts(gates)[4]
        assert frame.caption.startswith("Not drawn from step 0 on: ")


def test_without_a_trace_there_is_nothing_to_see(tmp_path: Path):
    with frames_of(EpisodeFolder(tmp_path / "s1-0123456789")) as frames:
        assert frames.kind == "text"
        assert frames.at(0) == Text(
            text="", caption="s1-0123456789/trace.jsonl cannot be read: No such file or directory"
        )
        assert frames.range(0, 5) == []


LINES = st.sampled_from(
    [b"", b"{}", b"[]", b"nonsense", b"\xff\xfe", b"[" * 100_000, b'{"answer": {"text": 5}}']
)


@settings(max_examples=40)
@given(data=st.data())
def test_no_damage_is_an_exception(
    gates: EpisodeFolder, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
):
    lines = gates.trace.read_bytes().splitlines()
    for place in data.draw(st.sets(st.integers(0, 8), min_size=1, max_size=4)):
        lines[place] = data.draw(LINES | st.binary(max_size=40).map(lambda raw: raw[:40]))
    folder = EpisodeFolder(tmp_path_factory.mktemp("damaged"))
    folder.trace.write_bytes(b"\n".join(lines) + b"\n")
    with frames_of(folder) as frames:
        for frame in frames.range(0, 12):
            assert isinstance(frame, Text)
            assert frame.text or frame.caption


def test_a_damaged_row_costs_only_itself(gates: EpisodeFolder, tmp_path: Path):
    def damage(lines: list[Any]) -> None:
        lines[3] = "torn"

    with frames_of(changed(gates, tmp_path, damage)) as frames:
        shown = frames.range(0, 9)
        assert shown[3] == Text(text="", caption=f"{gates.id}/trace.jsonl:4 is damaged")
        assert [frame.text for frame in shown[4:]] == texts(gates)[4:]  # type: ignore[union-attr]
