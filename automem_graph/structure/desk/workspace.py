"""The proposer's desk: a folder with everything that a review of the scaffold needs.

    prepare(workspace, ...)        all of it, for a new attempt; `views.show_candidate` comes first
    reset(workspace, ...)          the proposer's own files, before each of its tries
    collect(workspace)             what it has written

A proposer may do anything in there: nothing that it leaves is followed, run or trusted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

from automem_graph.scaffold.identify import MOST_BYTES, MOST_FILES
from automem_graph.structure.desk.plain import (
    clear,
    copy_plain,
    one_line,
    own_folder,
    read_plain,
    shortened,
    tree_of,
    write_plain,
)
from automem_graph.structure.desk.scores import parse_scores
from automem_graph.structure.desk.verdict import history_of
from automem_graph.structure.gate import Rule
from automem_graph.structure.lineage import Row

MOST_TEXT = 64 * 1024
"""Bytes of an analysis, or of a list of changes, that are taken."""
MOST_REASON = 200
_SCORES_BYTES = 1 << 20
_RULE = Rule()
_SENTENCE_END = re.compile(r"(?<![ei]\.[ge]\.)(?<=[.!?]) (?=[A-Z])")
_WINS = {
    "sign_flip": "the mean of the differences must be positive, and a one-sided exact sign-flip "
    "test of them must give p below {p:g}",
    "strict_mean": "the mean must be strictly greater",
}


@dataclass(frozen=True)
class Workspace:
    """The files of a workspace. Everything but the first four is made anew and only to be read."""

    path: Path

    @property
    def scaffold(self) -> Path:
        """The folder to edit: at first a copy of the incumbent."""
        return self.path / "scaffold"

    @property
    def analysis(self) -> Path:
        return self.path / "analysis.md"

    @property
    def changes(self) -> Path:
        return self.path / "changes.md"

    @property
    def problem(self) -> Path:
        """Why the last edits did not pass the checks; missing on a first try."""
        return self.path / "problem.md"

    @property
    def readme(self) -> Path:
        """The proposer's task, and what lies where."""
        return self.path / "README.md"

    @property
    def contract(self) -> Path:
        return self.path / "CONTRACT.md"

    @property
    def parts(self) -> Path:
        """A copy of `tools/parts`."""
        return self.path / "parts"

    @property
    def history(self) -> Path:
        return self.path / "history"

    @property
    def index(self) -> Path:
        """All candidates, a line each: name, kept or why not, scores."""
        return self.history / "index.md"

    @property
    def front(self) -> Path:
        """The candidates that parents are drawn from, a line each; only in a population."""
        return self.history / "front.md"

    def candidate(self, name: str) -> Path:
        """`history/v0`, `history/v1.2`: source, views, scores, analysis and diff of one."""
        return self.history / name


@dataclass(frozen=True)
class Population:
    """What a proposer is told of a search that has several parents."""

    best: str
    """The name of the version that is to be beaten, as its row has it."""
    front: Mapping[str, float]
    """Who may be a parent, and the share of the worlds in which each is the best."""


@dataclass(frozen=True)
class Proposal:
    """What a proposer has left, as trusted code takes it."""

    analysis: str
    changes: str
    source: Path

    @property
    def reason(self) -> str:
        """The first sentence of the changes; empty where there are none."""
        return first_sentence(self.changes)

    @property
    def flaw(self) -> str:
        """Why the edited folder cannot be taken as it is, as a sentence; empty where it can."""
        if not self.source.is_dir() or self.source.is_symlink():
            return "scaffold/ is no folder any more"
        files, odd = tree_of(self.source)
        if odd:
            name = one_line(odd[0].as_posix(), MOST_REASON)
            return f"scaffold/{name} is no plain file, or nested too deep; links are not taken"
        size = sum((self.source / name).lstat().st_size for name in files)
        if len(files) > MOST_FILES or size > MOST_BYTES:
            limit = f"{MOST_FILES} files and {MOST_BYTES >> 20} MiB"
            return f"scaffold/ holds {len(files)} files of {size:,} bytes; {limit} are allowed"
        return ""

    def scaffold(self, into: Path) -> None:
        """Copy the edited scaffold into a new folder; with a `flaw`, what can be taken of it."""
        copy_plain(self.source, into, files=MOST_FILES + 1, size=MOST_BYTES + 1)


def first_sentence(text: str) -> str:
    """The first sentence of a text in Markdown, without it; empty where there is none."""
    lines = (re.sub(r"^[\s#>*+-]+", "", line) for line in text.split("\n"))
    first = next(filter(None, (" ".join(line.split()) for line in lines)), "")
    return shortened(_SENTENCE_END.split(first.replace("**", ""), maxsplit=1)[0], MOST_REASON)


def prepare(
    workspace: Workspace,
    *,
    incumbent: Path,
    name: str,
    rows: Sequence[Row],
    parts: Path,
    rule: Rule = _RULE,
    population: Population | None = None,
) -> None:
    """Lay out the workspace for a new attempt; the candidates' folders stay as they are.

    `name` is the incumbent's, as its row has it; in a population it is the parent's, and another
    one is to be beaten. Whatever else was there is removed.
    """
    own_folder(workspace.path)
    own_folder(workspace.history)
    _keep_only(workspace.path, {workspace.history.name})
    _keep_only(workspace.history, {row.name for row in rows})
    copy_plain(parts, workspace.parts, read_only=True)
    wins = _WINS[rule.name].format(p=rule.p)
    best = population.best if population else name
    told = {
        "incumbent": name, "best": best, "parts": _parts_told(workspace.parts), "wins": wins,
        "copied": "the best one so far" if population is None else "one of the good ones so far",
        "several": _page("POPULATION.md") if population else "",
    }  # fmt: skip
    write_plain(workspace.readme, _filled(_page("README.md"), told))
    write_plain(workspace.contract, _page("CONTRACT.md"))
    scores = {
        row.name: parse_scores(
            read_plain(workspace.candidate(row.name) / "scores.json", _SCORES_BYTES)
        )
        for row in rows
    }
    write_plain(workspace.index, history_of(rows, scores))
    if population:
        write_plain(workspace.front, _front_told(population))
    reset(workspace, incumbent)


def reset(workspace: Workspace, scaffold: Path, problem: str = "") -> None:
    """Put a writable copy of the scaffold to be edited in its place.

    Without a problem it is a first try, and what was written about an earlier one goes. With one,
    the problem can be read, and the texts of the try that it is about stay.
    """
    own_folder(workspace.path)
    copy_plain(scaffold, workspace.scaffold, files=MOST_FILES + 1, size=MOST_BYTES + 1)
    for written in () if problem else (workspace.analysis, workspace.changes):
        clear(written)
    clear(workspace.problem)
    if problem:
        write_plain(workspace.problem, f"# What did not pass the checks\n\n{problem}\n")


def collect(workspace: Workspace) -> Proposal:
    """What the proposer has written; a text that is missing, or no plain file, is empty."""
    return Proposal(
        analysis=read_plain(workspace.analysis, MOST_TEXT),
        changes=read_plain(workspace.changes, MOST_TEXT),
        source=workspace.scaffold,
    )


def _filled(page: str, told: Mapping[str, str]) -> str:
    """A page with its blanks filled in, those of what is filled in included."""
    several = Template(told["several"]).substitute(best=told["best"])
    return Template(page).substitute({**told, "several": several})


def _page(name: str) -> str:
    """A page that travels with the package."""
    return (resources.files(__package__) / name).read_text("utf-8")


def _keep_only(folder: Path, names: set[str]) -> None:
    for path in folder.iterdir():
        if path.name not in names:
            clear(path)


def _front_told(population: Population) -> str:
    """`history/front.md`."""
    lines = [
        f"| [{name}]({name}/) | {share:.2f}{' (to be beaten)' if name == population.best else ''} |"
        for name, share in population.front.items()
    ]
    head = "# The good ones so far\n\n| candidate | worlds in which it is the best |\n|---|---|\n"
    return head + "\n".join(lines) + "\n"


def _parts_told(parts: Path) -> str:
    """A line for each part, in its own words."""
    lines = []
    for path in sorted(parts.glob("*/part.toml")):
        told = tomllib.loads(path.read_text("utf-8"))
        lines.append(f"- `parts/{path.parent.name}/`: {one_line(str(told['description']), 300)}")
    return "\n".join(lines) or "There are no parts."
