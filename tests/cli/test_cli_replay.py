"""`automem replay` as a person types it."""

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from automem_graph.episodes.layout import EpisodeFolder
from support import toy
from support.replays import played


@pytest.fixture(scope="module")
def episodes(tmp_path_factory: pytest.TempPathFactory) -> list[EpisodeFolder]:
    run = tmp_path_factory.mktemp("toy")
    return [played(run, toy.NAME, 3, agent="random", seed=seed) for seed in range(4)]


def replay(*words: object) -> Result:
    return CliRunner().invoke(app, ["replay", *map(str, words)])


def test_an_export_is_one_file(episodes: list[EpisodeFolder]):
    result = replay(episodes[0].path, episodes[1].path, "--export", "out.html")
    assert result.exit_code == 0, result.output
    assert result.stdout == "out.html\n"
    text = Path("out.html").read_text("utf-8")
    assert 'id="data-e1-steps-0"' in text
    assert 'id="data-e2-steps-0"' not in text


def test_which_ones_are_left_out_of_a_run_is_said(episodes: list[EpisodeFolder]):
    result = replay(episodes[0].run.path, "--export", "out.html")
    assert "1 more are left out: name one, or --seed" in " ".join(result.stderr.split())
    assert replay(episodes[0].run.path, "--seed", 3, "--export", "one.html").stderr == ""


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["nowhere", "--export", "x.html"], 2, "there is no nowhere"),
        ([".", "--seed", "1"], 2, "neither an episode (no trace.jsonl in it) nor a run"),
        (["EPISODE", "--export", "no/folder/x.html"], 1, "no/folder/x.html cannot be written"),
        (["EPISODE", "--port", "PORT"], 2, "leave --port out for any free one"),
    ],
)
def test_a_mistake_is_one_sentence(
    episodes: list[EpisodeFolder], words: list[str], code: int, sentence: str
):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        known = {"EPISODE": str(episodes[0].path), "PORT": str(taken.getsockname()[1])}
        result = replay(*(known.get(word, word) for word in words))
    assert result.exit_code == code
    assert sentence in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
    assert not list(Path().glob("*.html"))


def test_it_is_served_until_ctrl_c(episodes: list[EpisodeFolder]):
    main = "from automem_graph.cli import main; main()"
    command = [sys.executable, "-c", main, "replay", str(episodes[0].path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        address = child.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{address}api/replay") as answer:
            assert episodes[0].id.encode() in answer.read()
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
    assert child.returncode == 0
    assert errors.strip() == "Ctrl-C stops it."
