"""Hostile candidates for loop 1, one for each attempt of a run, and what is looked at afterwards.

The proposer is a small program that makes the next candidate of a list at each attempt. Nearly all
of them would win if they got away with it: they show `HINT`, and the model does what it says.
"""

from __future__ import annotations

import hashlib
import json
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

import automem_graph
from automem_graph.structure.events import Decided
from automem_graph.structure.evolve import evolve_scaffold
from automem_graph.structure.lineage import Row
from automem_graph.structure.result import Evolution
from support.evolving import HINT, settings
from support.openai_answers import Reply, Request
from support.openai_server import OpenAIServer
from support.processes import wait_for
from support.served import routine_of


@dataclass(frozen=True)
class Candidate:
    """One attempt, and what its row must say."""

    name: str
    why: str
    """A regular expression for the row's sentence."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Written into the scaffold; "+name" adds to what is there. "{...}" as in `attack`."""
    then: str = ""
    """Python that the proposer runs in the workspace afterwards."""
    stage: str = ""
    """Where it must end; empty for what the file's test says."""
    changes: str = ""


HONEST = Candidate("honest", "fresh worlds", {"+prompts/system.md": f"\n{HINT}\n"}, stage="confirm")


def observing(*lines: str, above: str = "", shows: str = HINT) -> Mapping[str, str]:
    """hooks.py that does this at each step, and then tells the model where to go."""
    body = "".join(f"    {line}\n" for line in lines)
    return {
        "hooks.py": f"import os, sys, time\n{above}\n"
        f"def observe(state, seen, files):\n{body}    return {shows!r}, state\n"
    }


def obedient(request: Request) -> Reply:
    """LOG: a line. PLAN: to the right where anything that the model is shown tells it so."""
    if routine_of(request) == "log":
        return Reply("<|APPEND|>notes.md|I have moved.<|END|><|DONE|>")
    hinted = any(HINT in str(message["content"]) for message in request.body["messages"])
    return Reply(f"<|ACTION|>{'Right' if hinted else 'Wait'}<|END|>")


@dataclass(frozen=True)
class Raid:
    """What became of a run in which every candidate but the last was hostile."""

    found: Evolution
    rows: Mapping[str, Row]
    """By the candidates' names."""
    folder: Path
    """The run's; beside it lies nothing but what the test put there."""
    untouched: Mapping[str, bool]
    """What must be as it was: the package, v0's episodes, what lies outside, ..."""


def raid(
    base: Path, candidates: Sequence[Candidate], hear: Callable[[object], None] | None = None
) -> Raid:
    """Run loop 1 in `base`, with these candidates and an honest one at the end."""
    every = [*candidates, HONEST]
    folder, package = base / "run", Path(automem_graph.__file__).parent
    first: dict[str, str] = {}

    def listen(event: object) -> None:
        if isinstance(event, Decided) and event.row.name == "v0":
            first.update(tree(folder / "plays" / event.row.scaffold / "episodes"))
        if hear is not None:
            hear(event)

    with ExitStack() as stack:
        tcp, udp = (stack.enter_context(_listener(kind)) for kind in _KINDS)
        ports = {"TCP": tcp.getsockname()[1], "UDP": udp.getsockname()[1]}
        words = {
            "OUTSIDE": base / "outside",
            "RUN": folder,
            "PACKAGE": package,
            "HINT": HINT,
            **ports,
        }
        line = _proposer(base, every, words)
        server = stack.enter_context(OpenAIServer(obedient))
        code, beside = tree(package), tree(base)
        given = settings(
            server, line, run=str(folder), attempts=len(every), held_out_seeds="11", hear=listen
        )
        found = evolve_scaffold(**given)
        wait_for(lambda: not processes_in(base))
        episodes = tree(folder / "plays" / found.rows[0].scaffold / "episodes")
        outside = {n: h for n, h in tree(base).items() if not n.startswith("run/")}
        untouched = {
            "the package": tree(package) == code,
            "what lies outside of the run": outside == beside,
            "v0's episodes": bool(first) and first.items() <= episodes.items(),
            "the TCP port": not _reached(tcp),
            "the UDP port": not _reached(udp),
        }
    names = [one.name for one in every]
    return Raid(found, dict(zip(names, found.rows[1:], strict=True)), folder, untouched)


_KINDS = (socket.SOCK_STREAM, socket.SOCK_DGRAM)


def _listener(kind: int) -> socket.socket:
    """A port that somebody may come to."""
    listener = socket.socket(socket.AF_INET, kind)
    listener.bind(("127.0.0.1", 0))
    if kind == socket.SOCK_STREAM:
        listener.listen()
    listener.setblocking(False)
    return listener


def _reached(listener: socket.socket) -> bool:
    """Whether anybody came."""
    try:
        if listener.type == socket.SOCK_STREAM:
            listener.accept()[0].close()
        else:
            listener.recv(1)
    except BlockingIOError:
        return False
    return True


def attempt_of(name: str, candidates: Sequence[Candidate]) -> str:
    """The attempt at which that candidate is proposed: `v1.3`."""
    return f"v1.{1 + [one.name for one in candidates].index(name)}"


def _proposer(base: Path, candidates: Sequence[Candidate], words: Mapping[str, object]) -> str:
    """The command line of a proposer that makes these in turn; what comes back it leaves as it is.

    `words` are what stands in a candidate for places that only the test knows.
    """
    text = json.dumps([asdict(one) for one in candidates])
    for word, meant in words.items():
        text = text.replace(f"@{word}@", str(meant))
    plan, script = base / "plan.json", base / "proposer.py"
    plan.write_text(text)
    script.write_text(_SCRIPT)
    return f"command:{sys.executable} -I -S {script} {plan}"


_SCRIPT = """
import json, os, sys
from pathlib import Path
if Path("problem.md").exists():
    sys.exit()
decided = [path for path in Path("history").iterdir() if path.is_dir()]
one = json.loads(Path(sys.argv[1]).read_text())[len(decided) - 1]
scaffold = Path("scaffold")
Path("analysis.md").write_text("In e01 the agent waits at every step.")
Path("changes.md").write_text(one["changes"] or f"Try {one['name']}.")
for name, text in one["files"].items():
    path = scaffold / name.removeprefix("+")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if name.startswith("+") else "") + text)
exec(one["then"])
"""


def tree(folder: Path) -> dict[str, str]:
    """A hash of each file in a folder by its name; caches do not count, links are not followed."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and "__pycache__" not in path.parts
    }


def processes_in(folder: Path) -> list[int]:
    """Live processes whose working folder is in that one, or was before it was removed."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if folder in (process / "cwd").readlink().parents:
                found.append(int(process.name))
        except OSError:
            continue
    return found
