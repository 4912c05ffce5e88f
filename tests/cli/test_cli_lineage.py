"""`automem lineage` and `automem diff`: what was tried, and what was changed."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from automem_graph.episodes.layout import write_whole
from automem_graph.structure.layout import EvolutionFolder
from support.evolutions import FIRST, LOST, V0, V1, evolved

HOSTILE = "\x1b]0;mine\x07[bold]x[/bold]"


def automem(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "80"})


def with_scaffolds() -> EvolutionFolder:
    """v1 adds a line to a prompt and drops a file; v1.2 was proposed, and is no scaffold."""
    folder = evolved()
    write_whole(folder.scaffold(V0) / "prompts/log.md", "Write.\n")
    write_whole(folder.scaffold(V0) / "hooks.py", "x = 1\ny = 2\n")
    write_whole(folder.scaffold(V1) / "prompts/log.md", f"Write.\nKeep a map.{HOSTILE}\n")
    write_whole(folder.attempt("v1.2") / "proposal" / "hooks.py", "import socket\ny = 2\n")
    return folder


def test_every_attempt_is_a_row_that_fits_a_terminal():
    evolved()
    result = automem("lineage", "run")
    assert result.exit_code == 0, result.output
    table = result.stdout.partition("\nv0    ")[0]
    rows = {line.split()[0]: line for line in table.splitlines() if line.strip()}
    assert re.search(r"the first +50\.00 ± 0\.00 +- +- +-", rows["v0"])
    assert re.search(r"rejected at gate +40\.00 ± 0\.00 +1\.0000 +- +\+1 -3", rows["v1.1"])
    assert re.search(r"rejected at check +- +- +- +\+2 -0", rows["v1.2"])
    assert re.search(r"kept as v1 +75\.00 ± 0\.00 +0\.0625 +0\.0625 +\+5 -1", rows["v1.3"])
    assert max(map(len, rows.values())) <= 80
    assert "v1.2  Ask the network.\n      hooks.py imports socket\n" in result.stdout


def test_a_run_that_goes_on_is_shown_so_far():
    evolved(rows=(FIRST, LOST), ended=False)
    said = automem("lineage", "run").stdout
    assert "v1.1" in said
    assert "not ended: the same automem evolve goes on" in said


def test_words_of_models_do_not_reach_the_terminal_as_they_are():
    evolved(rows=(FIRST, LOST.model_copy(update={"reason": HOSTILE + "\nv9  kept as v9"})))
    said = automem("lineage", "run").stdout
    assert "\x1b" not in said
    assert "[bold]x[/bold]" in said
    assert "\nv9" not in said


def test_rows_as_json_have_all_scores():
    evolved()
    rows = json.loads(automem("lineage", "run", "--json").stdout)
    assert [row["name"] for row in rows] == ["v0", "v1.1", "v1.2", "v1.3"]
    assert rows[3]["confirmation"]["pairs"][0] == {
        "task": "corridor", "seed": 21, "before": 0.5, "after": 0.75,
    }  # fmt: skip


def test_a_piped_diff_is_a_patch():
    folder = with_scaffolds()
    patch = automem("diff", "run", "v0", "v1").stdout
    assert HOSTILE in patch
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=folder.scaffold(V0), check=True)
    assert not (folder.scaffold(V0) / "hooks.py").exists()
    changed = folder.scaffold(V0) / "prompts/log.md"
    assert changed.read_bytes() == (folder.scaffold(V1) / "prompts/log.md").read_bytes()


@pytest.mark.parametrize(("one", "other"), [("v0", "v1.2"), ("v0", "v1.3"), ("v1", "v0")])
def test_versions_and_attempts_are_compared_by_name(one, other):
    with_scaffolds()
    result = automem("diff", "run", one, other)
    assert result.exit_code == 0, result.output
    assert ("+import socket" in result.stdout) == (other == "v1.2")
    assert ("+y = 2" in result.stdout) == (one == "v1")


def test_the_same_under_two_names_has_no_difference():
    with_scaffolds()
    assert automem("diff", "run", "v1", "v1.3").stdout == ""


def test_stat_counts_the_lines_of_each_file():
    with_scaffolds()
    said = automem("diff", "run", "v0", "v1", "--stat").stdout
    assert re.search(r"hooks\.py +\+0 +-2", said)
    assert re.search(r"prompts/log\.md +\+1 +-0", said)
    assert re.search(r"2 in all +\+1 +-2", said)


def test_a_terminal_gets_colours_and_no_control_codes_of_models():
    with_scaffolds()
    leader, follower = pty.openpty()
    command = "from automem_graph.cli import main; main()"
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": ""}
    subprocess.run(
        [sys.executable, "-c", command, "diff", "run", "v0", "v1"],
        stdout=follower, env=environment, check=True,
    )  # fmt: skip
    os.close(follower)
    said = os.read(leader, 10_000).decode()
    os.close(leader)
    assert "\x1b[32m+Keep a map." in said
    assert "\x1b[31m-x = 1" in said
    assert "\x1b]0;" not in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lineage", "nowhere"], "there is no run of loop 1 in nowhere: it has no evolve.json"),
        (["diff", "nowhere", "v0", "v1"], "there is no run of loop 1 in nowhere"),
        (["diff", "run", "v0", "v7"], "there is no 'v7' in run; there are: v0, v1.1, v1.2, v1.3"),
        (["diff", "run", "v0", "v1.2"], "v1.2 has nothing to compare: hooks.py imports socket"),
        (["diff", "run", "v0"], "Missing argument"),
    ],
)
def test_a_users_mistake_is_one_sentence_and_exit_code_2(words: list[str], sentence: str):
    evolved()
    result = automem(*words)
    assert result.exit_code == 2, result.output
    assert sentence in result.output.replace("\n", " ")
    assert "Traceback" not in result.output


def test_a_damaged_lineage_is_named():
    evolved()
    Path("run/lineage.jsonl").write_text('{"name": 3}\n')
    result = automem("lineage", "run")
    assert result.exit_code == 2
    assert "run/lineage.jsonl is damaged" in result.output
