"""Loop 1 on the toy corridor: a model behind a server that walks only where its prompt tells it to.

The first scaffold says nothing about walking, so the model waits. A proposer that adds `HINT` to
the system prompt makes it walk to the end: a true improvement, within a second.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automem_graph.episodes.layout import EpisodeFolder
from support import toy
from support.openai_answers import Reply, Request
from support.openai_server import OpenAIServer
from support.served import routine_of
from support.timeless import timeless

HINT = "Always walk to the right."
SEEDS, HELD_OUT = "1-5", "11-14"
TIMES = {"run", "seconds", "finished"}


def walk(request: Request) -> Reply:
    """LOG: a line. PLAN: to the right if the system prompt says so."""
    if routine_of(request) == "log":
        return Reply("<|APPEND|>notes.md|I have moved.<|END|><|DONE|>")
    hinted = HINT in str(request.body["messages"][0]["content"])
    return Reply(f"<|ACTION|>{'Right' if hinted else 'Wait'}<|END|>")


def settings(server: OpenAIServer, proposer: str, **other: Any) -> Mapping[str, Any]:
    """A run of loop 1 on the corridor that takes seconds."""
    return {
        "suite": toy.NAME,
        "gameplay": f"vllm:walker@{server.url}",
        "steps": 8,
        "parallel": 1,
        "gate_seeds": SEEDS,
        "held_out_seeds": HELD_OUT,
        "proposer": proposer,
        "attempts": 2,
        "revisions": 1,
        "run": "run",
        **other,
    }


def played_before(run: Path, before: Path) -> None:
    """Begin a run with the episodes of another one on the same server; it plays them no more."""
    shutil.copytree(before / "plays", run / "plays")


def forget_trial(run: Path, scaffold: str) -> None:
    """Have a scaffold's episodes on the gate's seeds played again."""
    for path in run.glob(f"plays/{scaffold}/episodes/s?-*"):
        shutil.rmtree(path)


def left_in(run: Path) -> Any:
    """The result, and all episodes, without times and folders."""
    episodes = sorted(trace.parent for trace in run.glob("plays/*/episodes/*/trace.jsonl"))
    found = untimed(json.loads((run / "result.json").read_text()))
    return found, {str(one.relative_to(run)): timeless(EpisodeFolder(one)) for one in episodes}


def untimed(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: untimed(value) for name, value in data.items() if name not in TIMES}
    return [untimed(value) for value in data] if isinstance(data, list) else data


def command(folder: Path, body: str) -> str:
    """A proposer that runs this Python in the workspace; `scaffold` is the folder to edit."""
    script = folder / "proposer.py"
    script.write_text(f"{PRELUDE}{body}", encoding="utf-8")
    return f"command:{sys.executable} {script}"


PRELUDE = """
from pathlib import Path
scaffold = Path("scaffold")
def add(name, text):
    path = scaffold / name
    path.write_text(path.read_text() + text)
def says(reason):
    Path("analysis.md").write_text("In e01 the agent waits at every step.")
    Path("changes.md").write_text(reason)
"""

HINTING = f"""
add("prompts/system.md", "\\n{HINT}\\n")
says("Tell the agent to walk.")
"""
