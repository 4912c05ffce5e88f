"""A replay as one file: it holds every answer that the page would ask for, and no markup of it."""

import base64
import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from automem_graph.episodes.layout import EpisodeFolder, RunError
from automem_graph.report.replay.export import export
from automem_graph.report.replay.shown import Shown, replay_of, show
from support import toy
from support.playing import table
from support.replays import longer, played

HOSTILE = "</script></title><script>alert(1)</script><img src=x onerror=alert(1)><!-- \u2028"


class Pieces(HTMLParser):
    """The data of an exported page, unpacked, and its other tags."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.data: dict[str, Any] = {}
        self.tags: list[str] = []
        self._name = ""
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._name = (given.get("id") or "") if tag == "script" and "type" in given else ""
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        if self._name.startswith("data-") and data.strip():
            packed = gzip.decompress(base64.b64decode(data))
            self.data[self._name.removeprefix("data-")] = json.loads(packed)
            self._name = ""


def exported(*folders: EpisodeFolder) -> tuple[list[Shown], Pieces]:
    shown = show(folders)
    export(shown, Path("replay.html"))
    return shown, Pieces(Path("replay.html"))


@pytest.fixture(scope="module")
def episode(tmp_path_factory: pytest.TempPathFactory) -> EpisodeFolder:
    return played(tmp_path_factory.mktemp("toy"), toy.NAME, 12)


def test_an_export_holds_every_answer(episode: EpisodeFolder):
    long = longer(episode, 230)
    shown, page = exported(episode, long)
    assert page.data["replay"] == replay_of(shown).model_dump(mode="json")
    for one, last in ((shown[0], 0), (shown[1], 2)):
        k, n = one.k, one.episode.steps
        assert {name for name in page.data if name.startswith(f"e{k}-")} == {
            f"e{k}-{what}-{c}" for what in ("steps", "frames", "files") for c in range(last + 1)
        }
        steps = [step for c in range(last + 1) for step in page.data[f"e{k}-steps-{c}"]]
        every = [step for at in range(n) for step in one.episode.step_range(at, at + 1)]
        assert steps == [step.model_dump(mode="json") for step in every]
        frames = [frame for c in range(last + 1) for frame in page.data[f"e{k}-frames-{c}"]]
        assert frames == [one.frame(at).model_dump(mode="json") for at in range(n + 1)]
        for chunk in range(last + 1):
            kept = page.data[f"e{k}-files-{chunk}"]
            files, changes = dict(kept["start"]), kept["changes"]
            for step in range(100 * chunk, min(100 * chunk + 100, n)):
                for at, name, text in changes:
                    if at == step:
                        files[name] = text
                found = {file.name: file.text for file in one.episode.files(step).files}
                assert {name: text for name, text in files.items() if text is not None} == found


def test_an_episode_of_whole_chunks_has_its_last_frame(episode: EpisodeFolder):
    _, page = exported(longer(episode, 100))
    assert [len(page.data[f"e0-frames-{c}"]) for c in (0, 1)] == [100, 1]
    assert [len(page.data[f"e0-steps-{c}"]) for c in (0, 1)] == [100, 0]


def test_nothing_of_an_episode_becomes_markup(episode: EpisodeFolder):
    def says(messages):
        if "# LOG" in messages[-1].content:
            return f"<|WRITE|>a.md|{HOSTILE}<|END|><|DONE|>"
        return f"{HOSTILE}<|ACTION|>Wait<|END|>"

    _, plain = exported(episode)
    with table(says, steps=3) as at:
        at.play()
        _, page = exported(at.folder)
    assert page.tags == plain.tags
    text = Path("replay.html").read_text("utf-8")
    assert "alert(1)" not in text
    assert "onerror" not in text
    _, name, written = page.data["e0-files-0"]["changes"][0]
    assert (name, written[:40]) == ("a.md", HOSTILE[:40])
    (allowed,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert "default-src 'none'" in allowed
    assert "unsafe" not in allowed


def test_what_cannot_be_written_leaves_nothing_behind(episode: EpisodeFolder):
    shown = show([episode])
    Path("there.html").write_text("as it was")
    episode.trace.rename("elsewhere")
    try:
        with pytest.raises(RunError, match="has no complete line"):
            export(shown, Path("there.html"))
    finally:
        Path("elsewhere").rename(episode.trace)
    assert Path("there.html").read_text() == "as it was"
    assert [path.name for path in Path().iterdir()] == ["there.html"]
