"""The candidates of a workspace: which one is the incumbent, and what was tried against it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.scaffold.identify import scaffold_id
from automem_graph.scaffold.load import Scaffold, load_scaffold
from automem_graph.structure.desk.plain import one_line, read_plain
from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.parts.part import PartError
from automem_graph.structure.parts.wire import taken
from automem_graph.structure.proposer import NoProposal
from automem_graph.structure.reviewer.evidence import Episode
from automem_graph.structure.reviewer.views import read_episode, read_summary

MOST_EPISODES = 40
"""Episodes that are read: those that came least far."""

_NAME = re.compile(r"v(\d{1,6})(?:\.(\d{1,6}))?")


@dataclass(frozen=True)
class Attempt:
    """What was tried against the incumbent: the parts that came in, and what was decided."""

    name: str
    parts: frozenset[str]
    verdict: str


@dataclass(frozen=True)
class Incumbent:
    """The candidate whose scaffold lies there to be edited."""

    name: str
    folder: Path
    scaffold: Scaffold
    attempts: Sequence[Attempt]

    @property
    def parts(self) -> tuple[str, ...]:
        return taken(self.scaffold.path)


def find_incumbent(workspace: Workspace) -> Incumbent:
    """The candidate that the workspace's scaffold is a copy of; NoProposal where it is none."""
    try:
        wanted = scaffold_id(workspace.scaffold)
        scaffold = load_scaffold(workspace.scaffold)
    except (ScaffoldError, OSError) as error:
        raise NoProposal(f"the scaffold in the workspace is broken: {error}") from error
    folders = _candidates(workspace)
    name = next((name for name, at in folders.items() if _id(at / "scaffold") == wanted), None)
    if name is None:
        raise NoProposal(
            f"{wanted} in the workspace is a copy of none of the candidates in "
            f"{workspace.history}, so nobody can tell how it played"
        )
    have = frozenset(taken(workspace.scaffold))
    attempts = [
        Attempt(other, _parts(at / "scaffold") - have, _verdict(at))
        for other, at in folders.items()
        if "." in other and _is_child(at, other, name)
    ]
    return Incumbent(name, folders[name], scaffold, attempts)


def tried(workspace: Workspace) -> dict[str, frozenset[str]]:
    """The parts of each candidate by its name, whichever incumbent it was tried against."""
    found = _candidates(workspace).items()
    return {name: _parts(folder / "scaffold") for name, folder in found}


def read_episodes(incumbent: Incumbent) -> list[Episode]:
    """The episodes that the incumbent has played, those that came least far first."""
    folders = sorted((incumbent.folder / "episodes").glob("e*"))
    summaries = [(folder, read_summary(folder)) for folder in folders]
    played = [(folder, summary) for folder, summary in summaries if summary.steps]
    if not played:
        raise NoProposal(f"the workspace shows no episode of {incumbent.name}")
    played.sort(key=lambda one: (one[1].reached, one[0].name))
    return [
        read_episode(folder, summary, incumbent.scaffold)
        for folder, summary in played[:MOST_EPISODES]
    ]


def _candidates(workspace: Workspace) -> dict[str, Path]:
    """The candidates' folders by name, from the first on."""
    found = (path for path in workspace.history.glob("v*") if _NAME.fullmatch(path.name))
    return {path.name: path for path in sorted(found, key=lambda path: _order(path.name))}


def _order(name: str) -> tuple[int, int]:
    found = _NAME.fullmatch(name)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def _is_child(folder: Path, name: str, parent: str) -> bool:
    """Whether an attempt was made from the parent: as its folder says, else as its name does."""
    said = read_plain(folder / "parent.txt", 100).strip()
    return said == parent if said else _version(name) == _version(parent) + 1


def _version(name: str) -> int:
    return _order(name)[0]


def _id(folder: Path) -> str:
    """The id of a candidate's scaffold; empty where it is none."""
    try:
        return scaffold_id(folder)
    except (ScaffoldError, OSError):
        return ""


def _parts(folder: Path) -> frozenset[str]:
    """The parts that an attempt had; none where another proposer left no readable scaffold."""
    try:
        return frozenset(taken(folder))
    except (PartError, OSError):
        return frozenset()


def _verdict(folder: Path) -> str:
    """What a verdict says below its title, in a line."""
    lines = read_plain(folder / "verdict.md", 4096).split("\n")[1:]
    return one_line(next((line for line in lines if line.strip()), "no verdict"), 300)
