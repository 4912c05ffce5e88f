"""`automem evolve`: what a person sees of loop 1, on a corridor with a real model server."""

import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from automem_graph.agent.context import PlayContext
from automem_graph.cli.app import app
from automem_graph.cli.approving import ask
from automem_graph.cli.following import Following
from automem_graph.episodes.identity import Asked
from automem_graph.episodes.many import JobEvent
from automem_graph.structure.bench import open_bench
from automem_graph.structure.context import EvolveContext
from automem_graph.structure.events import Began, Decided, Played, Playing, Said
from support import toy
from support.evolutions import BROKEN, FIRST, WON
from support.evolving import HELD_OUT, HINT, HINTING, SEEDS, command, walk
from support.openai_server import OpenAIServer
from support.runs import WHO, result


@pytest.fixture
def walker() -> Iterator[OpenAIServer]:
    with OpenAIServer(walk) as server:
        yield server


def automem(*words: str, **variables: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "80", **variables})


def words(server: OpenAIServer, proposer: str) -> list[str]:
    """A run that keeps one version."""
    return [
        *("evolve", toy.NAME, "--gameplay", f"vllm:walker@{server.url}", "--steps", "8"),
        *("--seeds", SEEDS, "--held-out", HELD_OUT, "--attempts", "1", "--revisions", "1"),
        *("--proposer", proposer, "--out", "run"),
    ]


def test_a_run_from_its_first_line_to_its_page(walker, tmp_path):
    asked = words(walker, command(tmp_path, HINTING))
    first = automem(*asked)
    assert first.exit_code == 0, first.output
    for said in (
        "v1.1 kept as v1: +100.00% on 5 fresh worlds",
        "v1 - v0, held out: +100.00 (+100.00 to +100.00), p 0.0625, n 4",
        "v1: Tell the agent to walk. (1 file +2 -0)",
        "0 attempts rejected",
        "tokens in",
        "page  run/report.html",
    ):
        assert said in first.stdout, said
    assert re.search(r"v1 +100\.00 ± 0\.00 +100\.00 ± 0\.00 +100\.00 ± 0\.00", first.stdout)
    assert "v1: Tell the agent" in first.stdout
    page = Path("run/report.html").read_text("utf-8")
    assert "Tell the agent to walk." in page
    assert f"+{HINT}" in page

    calls = len(walker.requests)
    again = automem(*asked, "--json")
    assert len(walker.requests) == calls
    found = json.loads(again.stdout)
    assert [row["name"] for row in found["rows"]] == ["v0", "v1.1"]
    assert [pair["after"] for pair in found["held_out"]["gain"]["pairs"]] == [1.0] * 4
    assert found["gate_gain"]["difference"]["mean"] == 1.0
    assert found["costs"][0]["model"] == f"vllm:walker@{walker.url}"

    assert "kept as v1" in automem("lineage", "run").stdout
    assert f"+{HINT}" in automem("diff", "run", "v0", "v1").stdout


def test_a_server_that_is_down_is_one_sentence(walker, tmp_path):
    asked = words(walker, command(tmp_path, HINTING))
    walker.die()
    result = automem(*asked, "--max-hours", "0.5")
    assert result.exit_code == 1
    assert "automem: " in result.stderr
    assert "the same command" in result.stderr
    assert "Traceback" not in result.output


def test_settings_hold_for_it_and_those_of_other_commands_do_no_harm():
    Path("automem.toml").write_text(
        '[models]\ngameplay = "nobody:knows"\n[evaluate]\ntime_limit = 1\n[tracing]\nlangsmith="x"'
    )
    told = automem("evolve", toy.NAME)
    assert told.exit_code == 2
    assert "nobody" in told.output
    told = automem("evolve", toy.NAME, "--gameplay", "offline:ghost")
    assert "offline:ghost" in told.output


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["nowhere"], "nowhere"),
        ([toy.NAME, "--proposer", "nobody"], "There is no proposer 'nobody'; type offline:"),
        ([toy.NAME, "--proposer", "agent"], "name one with --meta provider:model"),
        ([toy.NAME, "--scaffold", "nowhere"], "nowhere"),
        ([toy.NAME, "--seeds", "1-3"], "3 worlds cannot show a p below 0.1"),
        ([toy.NAME, "--seeds", "1-9", "--held-out", "9"], "seed 9 cannot be the gate's and held"),
        ([toy.NAME, "--seeds", "9-1"], "empty range"),
        ([toy.NAME, "--approve"], "--approve asks on a terminal, and this is none"),
        ([toy.NAME, "--rule", "luck"], "Invalid value for '--rule'"),
    ],
)
def test_a_users_mistake_is_one_sentence_before_anything_is_played(given, sentence):
    result = automem("evolve", *given)
    assert result.exit_code == 2, result.output
    assert sentence in re.sub(r"[\s│]+", " ", result.output)
    assert "Traceback" not in result.output
    assert not Path("runs").exists()


def followed(terminal: bool) -> tuple[Following, StringIO]:
    text = StringIO()
    console = Console(file=text, width=100, height=20, force_terminal=terminal, color_system=None)
    bench = open_bench(EvolveContext(suite=toy.NAME, run="run"), lambda _: None)
    return Following(console, bench, None), text


def job(seed: int, kind: str = "started") -> JobEvent:
    return JobEvent(
        kind=kind, job=seed, episode=f"s{seed}", task=toy.NAME, seed=seed, step=0, steps=10
    )


@pytest.mark.parametrize("terminal", [False, True])
def test_following_tells_what_is_done_and_what_came_of_it(terminal):
    follow, text = followed(terminal)
    asked = Asked(task=toy.NAME, steps=10, **WHO)
    where = f"run/scaffolds/{asked.scaffold}"
    who = {"scaffold": where, "gameplay": asked.gameplay, "specialist": asked.specialist}
    jobs = tuple(PlayContext(task=toy.NAME, seed=seed, **who) for seed in (1, 2))
    with follow:
        follow.hear(Playing(what="the incumbent on 2 worlds", jobs=jobs))
        for seed in (1, 2):  # there already: nothing is played
            follow.hear(Played(result=result(asked, seed, 0.25)))
        follow.hear(Began(node="revise", attempt="v1.1"))
        follow.hear(Said(attempt="v1.1", text="\x1b[31mreading e01"))
        follow.hear(Playing(what="v1.1 on 2 worlds", jobs=jobs))
        follow.hear(Played(result=result(asked, 1, 0.5)))
        follow.hear(job(2))
        follow.hear(Played(result=result(asked, 2, None)))
        for row in (FIRST, BROKEN, WON):
            follow.hear(Decided(row=row))
    lines = text.getvalue()
    assert "the incumbent" not in lines
    assert "v1.1: rewriting the scaffold" in lines
    assert "\x1b[31m" not in lines
    assert re.search(r"v1\.1 on 2 worlds: 50\.00% in .*, 1 not played to their end", lines)
    assert (
        "v1.2 rejected at check: hooks.py imports socket. Ask the network. (1 file +2 -0)" in lines
    )
    assert "v1.3 kept as v1: +25.00% on 4 fresh worlds, p 0.0625. Keep a map." in lines


QUESTION = {
    "attempt": "v1.1",
    "question": "Keep v1.1? It has won: +25.00% on 4 fresh worlds, p 0.0625.",
    "analysis": "It waits.\x1b[2J",
    "diff": "+[red]Walk.[/red]\n" * 300,
}


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("y\n", {"keep": True}),
        ("n\nit is a trick\n", {"keep": False, "why": "it is a trick"}),
        ("n\n\n", {"keep": False, "why": ""}),
    ],
)
def test_a_person_sees_analysis_diff_and_evidence_and_answers(typed, answer):
    asking, answers = typer.Typer(), []
    asking.command()(lambda: answers.append(ask(QUESTION)))
    shown = CliRunner().invoke(asking, input=typed, env={"COLUMNS": "80"})
    assert answers == [answer], shown.output
    assert "It waits." in shown.output
    assert "\x1b[2J" not in shown.output
    assert "+[red]Walk.[/red]" in shown.output
    assert "and 100 more lines" in shown.output
    assert "It has won" in shown.output
