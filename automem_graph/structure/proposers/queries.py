"""Questions about the history that file tools answer badly, as tools of the agent.

They read what lies in the workspace, and only what a candidate and an episode are called there:
no path comes from a model. What they return is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from langchain_core.tools import BaseTool, tool
from pydantic import ValidationError

from automem_graph.structure.desk.plain import one_line, read_plain
from automem_graph.structure.desk.summary import Summary
from automem_graph.structure.desk.workspace import Workspace

MOST_HITS = 40
LINE = 240
"""Characters of a line that is quoted."""
MOST_TEXT = 12_000
_PAGE_BYTES = 4 * 1024 * 1024
_STEP = re.compile(r"## Step (\d+)")
_EPISODE = re.compile(r"e\d+")
_CANDIDATE = re.compile(r"v\d+(\.\d+)?")


class _Unknown(Exception):
    """A name that is none; the message is for the model."""


@dataclass(frozen=True)
class History:
    """What `history/` holds, by the names that a model may give."""

    path: Path

    def find_steps(self, candidate: str, text: str, episode: str = "") -> str:
        """The lines of a candidate's steps that hold one of the texts (`a|b`), in any case."""
        words = [word.lower() for word in text.split("|") if word]
        if not words:
            return "Give a text to look for; a|b finds what has a or b."
        episodes = [self._episode(candidate, episode)] if episode else self._episodes(candidate)
        found: list[str] = []
        counts: dict[str, int] = {}
        for one in episodes:
            for step, line in _lines(one):
                if any(word in line.lower() for word in words):
                    counts[one.name] = counts.get(one.name, 0) + 1
                    if len(found) < MOST_HITS:
                        found.append(f"{one.name} step {step}: {one_line(line, LINE)}")
        if not found:
            return f"Nothing in {len(episodes)} episodes of {candidate}."
        total = sum(counts.values())
        left = f"; the first {MOST_HITS} are shown" if total > MOST_HITS else ""
        where = ", ".join(f"{name} {count}" for name, count in counts.items())
        return _bounded("\n".join([f"{total} lines ({where}){left}:", *found]))

    def compare(self, candidate_a: str, candidate_b: str) -> str:
        """Both candidates' episodes of the same worlds, the greatest loss of b first."""
        a, b = self._summaries(candidate_a), self._summaries(candidate_b)
        both = [(label, a[label], b[label]) for label in a if label in b]
        scored = [
            ((after.progression - before.progression), label, before, after)
            for label, before, after in both
            if before.progression is not None and after.progression is not None
        ]
        if not scored:
            return f"{candidate_a} and {candidate_b} have no finished episode in common."
        gaps = [gap for gap, *_ in scored]
        better, worse = sum(gap > 0 for gap in gaps), sum(gap < 0 for gap in gaps)
        lines = [
            f"{len(gaps)} worlds played by both: {candidate_b} is better in {better}, worse in "
            f"{worse}; its mean gap is {sum(gaps) / len(gaps):+.2%}. {candidate_a} -> "
            f"{candidate_b}:"
        ]
        for gap, label, before, after in sorted(scored, key=lambda one: (one[0], one[1])):
            lines.append(f"{label} {gap:+.2%}: {_glance(before)} -> {_glance(after)}")
        return _bounded("\n".join(lines))

    def episode_summary(self, candidate: str, episode: str) -> str:
        """How an episode went, the files that there are to read of it, and its last step."""
        folder = self._episode(candidate, episode)
        summary = read_plain(folder / "summary.json", MOST_TEXT) or "There is no summary."
        at = f"/history/{candidate}/episodes/{episode}"
        files = [
            f"{at}/{path.relative_to(folder).as_posix()} {path.stat().st_size:,} bytes"
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_symlink()
        ]
        last = "\n".join(list(_last_step(folder)))
        return "\n\n".join(
            _bounded(part) for part in (summary, "\n".join(["Files:", *files]), f"Its end:\n{last}")
        )

    def _candidate(self, name: str) -> Path:
        known = _names(self.path, _CANDIDATE)
        if name not in known:
            raise _Unknown(f"There is no candidate {name[:40]!r}; there are {_listed(known)}.")
        return self.path / name

    def _episodes(self, candidate: str) -> list[Path]:
        folder = self._candidate(candidate) / "episodes"
        return [folder / name for name in _names(folder, _EPISODE)]

    def _episode(self, candidate: str, name: str) -> Path:
        episodes = {path.name: path for path in self._episodes(candidate)}
        if name not in episodes:
            known = _listed(list(episodes))
            raise _Unknown(f"{candidate} has no episode {name[:40]!r}; there are {known}.")
        return episodes[name]

    def _summaries(self, candidate: str) -> dict[str, Summary]:
        """By label; those that can be read."""
        found = {}
        for folder in self._episodes(candidate):
            try:
                text = read_plain(folder / "summary.json", _PAGE_BYTES)
                found[folder.name] = Summary.model_validate_json(text)
            except ValidationError:
                continue
        return found


def queries(workspace: Workspace) -> list[BaseTool]:
    """The tools; a name that is none is answered with those that there are."""
    history = History(workspace.index.parent)

    @tool
    def find_steps(candidate: str, text: str, episode: str = "") -> str:
        """Find the steps of a candidate whose record holds a text, with episode and step numbers.

        Args:
            candidate: A folder in /history, such as v0 or v1.2.
            text: What to look for, in any case, not a regular expression; `a|b` is a or b.
            episode: Only this one, such as e03; otherwise all of them.
        """
        return _told(lambda: history.find_steps(candidate, text, episode))

    @tool
    def compare(candidate_a: str, candidate_b: str) -> str:
        """Compare two candidates, world by world: scores, steps and troubles of each episode.

        Args:
            candidate_a: A folder in /history, such as v0: what is compared with.
            candidate_b: Another one, such as v1.2.
        """
        return _told(lambda: history.compare(candidate_a, candidate_b))

    @tool
    def episode_summary(candidate: str, episode: str) -> str:
        """Summarise an episode: how far it came, troubles with steps, its files, how it ended.

        Args:
            candidate: A folder in /history, such as v0 or v1.2.
            episode: A folder in its episodes, such as e03.
        """
        return _told(lambda: history.episode_summary(candidate, episode))

    return [find_steps, compare, episode_summary]


def _names(folder: Path, shape: re.Pattern[str]) -> list[str]:
    """The folders of such names, in the order of their numbers."""
    found = [
        path.name
        for path in (folder.iterdir() if folder.is_dir() else ())
        if shape.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
    ]
    return sorted(found, key=lambda name: [int(part) for part in name[1:].split(".")])


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none yet"


def _lines(episode: Path) -> Iterator[tuple[int, str]]:
    """The lines of an episode's pages, each with its step; headings of steps are lines too."""
    step = 0
    for page in sorted(episode.glob("steps-*.md")):
        for line in read_plain(page, _PAGE_BYTES).split("\n"):
            if heading := _STEP.match(line):
                step = int(heading[1])
            yield step, line.strip()


def _last_step(episode: Path) -> Iterator[str]:
    """The last page from its last step on, with what the world said at the end."""
    pages = sorted(episode.glob("steps-*.md"))
    lines = read_plain(pages[-1], _PAGE_BYTES).split("\n") if pages else []
    starts = [number for number, line in enumerate(lines) if _STEP.match(line)]
    yield from lines[starts[-1] if starts else 0 :]


def _glance(summary: Summary) -> str:
    """`12.3% in 412 steps (stuck 40, failed calls 3)`."""
    stuck = {"stuck": sum(stretch.length for stretch in summary.stuck)}
    counts = {**stuck, **{name: one.count for name, one in summary.troubles.items()}}
    told = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items() if count)
    said = f"{summary.progression or 0:.1%} in {summary.steps} steps"
    return f"{said} ({told})" if told else said


def _bounded(text: str) -> str:
    if len(text) <= MOST_TEXT:
        return text
    return f"{text[:MOST_TEXT]}\n... {len(text) - MOST_TEXT:,} more characters"


def _told(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except _Unknown as unknown:
        return str(unknown)
