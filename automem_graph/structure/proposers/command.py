"""The `command` proposer: any coding agent's command line, run in the workspace.

It runs with the user's rights, environment and network: it is the user's own program. What it
leaves behind is checked as all else that a proposer makes.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from automem_graph.episodes.layout import RunError
from automem_graph.structure.desk.plain import one_line
from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.lineage import Spent
from automem_graph.structure.proposer import NoProposal
from automem_graph.structure.proposers.fingerprint import fingerprint
from automem_graph.structure.proposers.leash import leashed
from automem_graph.structure.proposers.log import LINE, NAME, opened_log
from automem_graph.structure.proposers.opening import COMMAND, UnknownProposer

TIMEOUT_S = 3600.0
GRACE_S = 5.0
"""Seconds in which a command may end by itself once it was interrupted."""

LOG_BYTES = 64 * 1024 * 1024
"""A command that says more than this is stopped."""

_TAIL_BYTES = 16 * 1024
_POLL_S = 0.2
_PROMPT = Path(__file__).parent / "prompts" / "command.md"


class CommandProposer:
    """Runs one command line for each proposal; see `Command`."""

    def __init__(self, line: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._command = Command(line, timeout_s=timeout_s)

    @property
    def name(self) -> str:
        return self._command.name

    def propose(self, workspace: Workspace, tell: Callable[[str], None]) -> Spent:
        """Run the command to its end. What its calls to a model cost is not known here.

        NoProposal where it fails, takes too long, or leaves the scaffold as it was; RunError where
        it cannot be started.
        """
        before = fingerprint(workspace.scaffold)
        began = time.monotonic()
        last = self._command.run(workspace, _PROMPT.read_text(encoding="utf-8"), tell)
        if fingerprint(workspace.scaffold) == before:
            raise NoProposal(said("the command changed nothing in the scaffold", last))
        return Spent(seconds=time.monotonic() - began)


class Command:
    """A command line that is run in workspaces.

    Its words are split as a shell does, but no shell runs. `{workspace}` in a word stands for the
    folder, `{prompt}` for the task in a few sentences; where no word has `{prompt}`, the command
    reads them from its standard input. Raises UnknownProposer for a line that cannot be run.
    """

    def __init__(self, line: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._line = line.strip()
        self._words = _split(self._line)
        self._timeout_s = timeout_s

    @property
    def name(self) -> str:
        return f"{COMMAND}{self._line}"

    def run(self, workspace: Workspace, prompt: str, tell: Callable[[str], None]) -> str:
        """Run it, and return the last line that it said; NoProposal where it does not succeed."""
        with opened_log(workspace) as log:
            return self._run(workspace, prompt.strip(), log, tell)

    def _run(self, workspace: Workspace, prompt: str, log: int, tell: Callable[[str], None]) -> str:
        start = os.fstat(log).st_size
        deadline = time.monotonic() + self._timeout_s
        last = ""
        with self._started(workspace, prompt, log) as child:
            runs = True
            while runs:
                runs = not _ends_within(_POLL_S, child)
                if (line := _last_line(log, start)) != last:
                    last = line
                    tell(last)
                if runs and time.monotonic() > deadline:
                    late = f"the command was stopped after {self._timeout_s:,.0f} s"
                    raise NoProposal(said(late, last))
                if runs and os.fstat(log).st_size - start > LOG_BYTES:
                    raise NoProposal(
                        f"the command was stopped: it wrote more than {LOG_BYTES:,} bytes"
                    )
        if child.returncode:
            raise NoProposal(said(f"the command {_ended(child.returncode)}", last))
        return last

    @contextmanager
    def _started(
        self, workspace: Workspace, prompt: str, log: int
    ) -> Iterator[subprocess.Popen[bytes]]:
        """The command, in a session of its own; nothing of it runs on when this ends."""
        given = {"{workspace}": str(workspace.path.resolve()), "{prompt}": prompt}
        with tempfile.TemporaryFile() as task:
            if not any("{prompt}" in word for word in self._words):
                task.write(prompt.encode() + b"\n")
                task.seek(0)
            try:
                child = subprocess.Popen(
                    [_filled(word, given) for word in self._words],
                    cwd=workspace.path,
                    stdin=task,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # no terminal: Ctrl-C reaches it by us, a prompt never
                )
            except OSError as error:
                why = error.strerror or str(error)
                raise RunError(f"{self._words[0]} cannot be started: {why}") from error
        try:
            with leashed(child.pid):
                yield child
        finally:
            _end(child)


def _split(line: str) -> list[str]:
    """The words, the first one as the path of a program: relative ones are the user's."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UnknownProposer(f"The command line {line!r} cannot be read: {error}.") from None
    if not words:
        raise UnknownProposer(f"{COMMAND} needs a command line, as in '{COMMAND}./review.sh'.")
    program = shutil.which(words[0])
    if program is None:
        raise UnknownProposer(
            f"There is no program {words[0]!r} to run: install it, or correct the command line."
        )
    return [str(Path(program).absolute()), *words[1:]]


def _filled(word: str, given: dict[str, str]) -> str:
    """The word with what its templates stand for; other braces are left as they are."""
    for template, text in given.items():
        word = word.replace(template, text)
    return word


def _ends_within(seconds: float, child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(child: subprocess.Popen[bytes]) -> None:
    """Interrupt it if it still runs, then kill all of its group: what outlives it may not write."""
    if child.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):  # a second Ctrl-C
            child.wait(GRACE_S)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _last_line(log: int, start: int) -> str:
    """The last line that says anything, in what was written after `start`."""
    end = os.fstat(log).st_size
    begin = max(start, end - _TAIL_BYTES)
    text = os.pread(log, max(0, end - begin), begin).decode(errors="replace")
    return next((one_line(line, LINE) for line in reversed(text.splitlines()) if line.strip()), "")


def said(what: str, last: str) -> str:
    """What became of a command, with its last line."""
    return f"{what}: {last} ({NAME} has all that it said)" if last else f"{what}, without a word"


def _ended(code: int) -> str:
    return f"ended with exit code {code}" if code > 0 else f"was ended by signal {-code}"
