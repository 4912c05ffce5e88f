"""The `command` proposer: a program that edits the workspace, and what it may not do."""

import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from automem_graph.episodes.layout import RunError
from automem_graph.scaffold.identify import scaffold_id
from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.proposer import NoProposal
from automem_graph.structure.proposers import command
from automem_graph.structure.proposers.command import CommandProposer
from automem_graph.structure.proposers.opening import UnknownProposer, open_proposer
from support.processes import alive, wait_for

Run = Callable[..., list[str]]
IMPROVE = "echo 'Write less.' >> scaffold/prompts/log.md; echo 'Loops.' > analysis.md"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "a desk")
    shutil.copytree(str(files("automem_graph.tools") / "v0"), made.scaffold)
    made.readme.write_text("Improve the scaffold.\n")
    return made


@pytest.fixture
def run(tmp_path: Path, workspace: Workspace) -> Run:
    """Proposes with a shell script; returns what was told."""

    def run(script: str, words: str = "", **limits: float) -> list[str]:
        told: list[str] = []
        line = f"'{program(tmp_path, script)}' {words}"
        CommandProposer(line, **limits).propose(workspace, told.append)
        return told

    return run


def program(folder: Path, script: str) -> Path:
    path = folder / "review.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def log_of(workspace: Workspace) -> str:
    return (workspace.path / "proposer.log").read_text(errors="replace")


def test_a_program_edits_the_scaffold_and_says_what_for(run: Run, workspace: Workspace):
    before = scaffold_id(workspace.scaffold)
    told = run(f"{IMPROVE}; cp README.md changes.md; echo All done.")
    assert scaffold_id(workspace.scaffold) != before
    assert workspace.analysis.read_text() == "Loops.\n"
    assert workspace.changes.read_text() == "Improve the scaffold.\n"
    assert told == ["All done."]


def test_what_it_has_cost_is_its_time(tmp_path: Path, workspace: Workspace):
    line = f"command:'{program(tmp_path, IMPROVE)}'"
    proposer = open_proposer(line)
    assert proposer.name == line
    spent = proposer.propose(workspace, print)
    assert spent.seconds > 0
    assert (spent.calls, spent.input_tokens) == (0, 0)


def test_the_task_comes_on_standard_input(run: Run, workspace: Workspace):
    run(f"cat > asked.md; {IMPROVE}")
    assert "README.md first, then CONTRACT.md" in (workspace.path / "asked.md").read_text()


def test_words_are_templates_and_no_shell_reads_them(run: Run, workspace: Workspace):
    run(
        f'printf "%s\\n" "$@" > words; cat > asked; {IMPROVE}',
        words="--dir={workspace} -p {prompt} '$HOME; {odd} {0}'",
    )
    words = (workspace.path / "words").read_text()
    assert words.startswith(f"--dir={workspace.path}\n-p\nYou are a code reviewer.")
    assert words.endswith("\n$HOME; {odd} {0}\n")
    assert (workspace.path / "asked").read_text() == ""


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo 'reading'; echo 'no key' >&2; exit 3", "ended with exit code 3: no key"),
        ("kill -9 $$", "was ended by signal 9, without a word"),
        ("echo All is well.", "changed nothing in the scaffold: All is well."),
        ("echo x > scaffold/.cache; mkdir scaffold/__pycache__", "changed nothing"),
        ("printf 'bad \\033[31m \\377 end\\n\\n'; exit 1", "bad \\x1b[31m \ufffd end"),
    ],
)
def test_a_program_that_fails_makes_no_proposal(run: Run, script: str, why: str):
    with pytest.raises(NoProposal) as caught:
        run(script)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_program_that_takes_too_long_is_stopped_with_its_children(
    run: Run, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(command, "GRACE_S", 0.1)
    script = (
        "trap '' INT; sleep 1000 & echo $! > child; echo $$ > parent; echo still reading; "
        "while :; do sleep 1000; done"
    )
    with pytest.raises(NoProposal, match="stopped after 2 s: still reading"):
        run(script, timeout_s=2.0)
    for name in ("child", "parent"):
        process = int((workspace.path / name).read_text())
        wait_for(lambda process=process: not alive(process))


def test_children_that_it_leaves_do_not_write_on(run: Run, workspace: Workspace):
    run(f"(while :; do echo more >> scaffold/late.md; done) & echo $! > child; {IMPROVE}")
    child = int((workspace.path / "child").read_text())
    wait_for(lambda: not alive(child))


def test_it_may_say_much_and_all_is_kept(run: Run, workspace: Workspace):
    told = run(f"i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; {IMPROVE}")
    assert log_of(workspace).count("\n") == 20_000
    assert told[-1] == "line 19999"
    assert len(told) < 1000


def test_it_may_not_fill_the_disk(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command, "LOG_BYTES", 100_000)
    with pytest.raises(NoProposal, match="it wrote more than 100,000 bytes"):
        run("while :; do echo on and on and on; done")


@pytest.mark.parametrize(
    "trap", ["ln -s ../precious proposer.log", "mkdir proposer.log", "mkfifo proposer.log"]
)
def test_the_log_of_the_next_try_goes_where_it_belongs(
    run: Run, workspace: Workspace, tmp_path: Path, trap: str
):
    (tmp_path / "precious").write_text("mine\n")
    run(f"rm -f proposer.log; {trap}; {IMPROVE}")
    run(f"echo again; {IMPROVE}")
    assert log_of(workspace) == "again\n"
    assert (tmp_path / "precious").read_text() == "mine\n"


@pytest.mark.parametrize(
    "mess",
    [
        "rm -r scaffold",
        "truncate -s 1T scaffold/huge",
        "rm scaffold/scaffold.toml",
        "echo x > \"scaffold/$(printf 'a\\377')\"",
        "rm -r scaffold/prompts; ln -s / scaffold/prompts",
    ],
)
def test_a_ruined_scaffold_is_a_change_for_the_check_to_judge(run: Run, mess: str):
    run(mess)


@pytest.mark.parametrize("mess", ["ln -s / scaffold/all", "mkfifo scaffold/p", "mkdir scaffold/e"])
def test_what_is_not_taken_is_no_change(run: Run, mess: str):
    with pytest.raises(NoProposal, match="changed nothing"):
        run(mess)


def test_ctrl_c_ends_it(run: Run, workspace: Workspace):
    def press() -> None:
        wait_for((workspace.path / "parent").exists)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        run("echo $$ > half; mv half parent; exec sleep 1000")
    thread.join()
    assert not alive(int((workspace.path / "parent").read_text()))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "needs a command line"),
        ("'half", "cannot be read: No closing quotation"),
        ("no-such-agent --fast", "no program 'no-such-agent'"),
        ("/etc/passwd", "no program '/etc/passwd'"),
    ],
)
def test_a_line_that_cannot_be_run_is_refused_at_once(line: str, why: str):
    with pytest.raises(UnknownProposer, match=why):
        open_proposer(f"command:{line}")


def test_a_relative_program_is_the_users(tmp_path: Path, workspace: Workspace):
    program(tmp_path, IMPROVE)
    CommandProposer("./review.sh").propose(workspace, print)


def test_a_program_that_the_system_refuses_is_no_attempt(tmp_path: Path, workspace: Workspace):
    path = tmp_path / "binary"
    path.write_bytes(b"\x7fELF")
    path.chmod(0o755)
    with pytest.raises(RunError, match="cannot be started"):
        CommandProposer(str(path)).propose(workspace, print)


def test_it_gets_the_users_environment(
    run: Run, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("THEIR_API_KEY", "secret")
    run(f'echo "$THEIR_API_KEY" > key; {IMPROVE}')
    assert (workspace.path / "key").read_text() == "secret\n"


def test_an_interpreter_with_arguments(workspace: Workspace):
    code = "open('scaffold/prompts/log.md', 'a').write('Write less.')"
    CommandProposer(f'{sys.executable} -c "{code}"').propose(workspace, print)
