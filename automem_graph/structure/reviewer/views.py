"""Reads the view of an episode back into data (see `episode_view` for what stands in it).

Whatever stands there instead is read as far as it goes; only a summary must be one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from automem_graph.memory.grammar import parse
from automem_graph.memory.tools import ToolCall, parse_tools
from automem_graph.protocols import ActionSpec, Call, Routine
from automem_graph.scaffold.load import Scaffold
from automem_graph.structure.desk.plain import read_plain, tree_of
from automem_graph.structure.desk.summary import Summary
from automem_graph.structure.proposer import NoProposal
from automem_graph.structure.reviewer.evidence import Episode, Step

MOST_PAGES = 30
"""Pages that are read of an episode: its last ones."""
MOST_BYTES = 1 << 20
"""Of one page, one file or one summary."""
MOST_FILES = 100
MOST_CHARS = 4000
"""Of one field."""
MOST_FIELDS = 100
"""Of one step."""

_STEP = re.compile(r"^## Step (\d{1,9}) \([\d.]{1,10}%\)([^\n]{0,400})$")
_END = re.compile(r"^## The end\b")
_FIELD = re.compile(r"^ {4}(\S.{0,7})(.*)$")
_MORE = " " * 6
_CUT_SHORT = re.compile(r"\(the last \d{1,9} of \d{1,9} matching lines\)\s*$")
_AS_BEFORE = " (and the rest as before)"
_ROUTINES: Mapping[str, Routine] = {"LOG": "log", "PLAN": "plan"}


def read_summary(folder: Path) -> Summary:
    """The summary of an episode; NoProposal where there is none."""
    path = folder / "summary.json"
    try:
        return Summary.model_validate_json(read_plain(path, MOST_BYTES))
    except ValidationError as error:
        what = error.errors()[0]["msg"]
        where = "/".join(path.parts[-5:])
        raise NoProposal(f"{where} is no summary of an episode: {what}") from error


def read_episode(folder: Path, summary: Summary, scaffold: Scaffold) -> Episode:
    """One episode of a candidate, as the workspace shows it."""
    actions = {action.name: action for action in scaffold.manifest.actions}
    pages = sorted(folder.glob("steps-*.md"))[-MOST_PAGES:]
    return Episode(
        label=folder.name,
        steps=[step for page in pages for step in _steps(read_plain(page, MOST_BYTES), actions)],
        files=_files(folder / "memory"),
        reached=summary.reached,
        actions=actions,
        injected=frozenset((*scaffold.manifest.inject.log, *scaffold.manifest.inject.plan)),
    )


def _files(memory: Path) -> dict[str, str]:
    if memory.is_symlink() or not memory.is_dir():
        return {}
    names = tree_of(memory).files[:MOST_FILES]
    return {name.as_posix(): read_plain(memory / name, MOST_BYTES) for name in names}


def _steps(page: str, actions: Mapping[str, ActionSpec]) -> Iterator[Step]:
    before = ""
    for heading, fields in _blocks(page):
        number, flags = int(heading[1]), heading[2]
        saw = _whole("\n".join(text for name, text in fields if name == "sees"), before)
        calls = [
            call
            for name, text in fields
            if name in _ROUTINES
            for call in _calls(text, _ROUTINES[name], actions)
        ]
        acts = "".join(text for name, text in fields if name == "acts").partition(" (said: ")[0]
        gave = [text for name, text in fields if name == "gives"]
        yield Step(
            number,
            saw,
            calls,
            acts,
            stuck="[stuck]" in flags,
            in_vain=_in_vain(calls, gave),
            cut_short=any(map(_CUT_SHORT.search, gave)),
            not_understood="[fallback]" in flags or "[unknown action]" in flags,
        )
        before = saw


def _blocks(page: str) -> Iterator[tuple[re.Match[str], list[tuple[str, str]]]]:
    """The headings of steps, each with its fields in order."""
    heading: re.Match[str] | None = None
    fields: list[tuple[str, list[str]]] = []
    for line in [*page.split("\n"), "## The end"]:
        found = _STEP.match(line)
        if found or _END.match(line):
            if heading is not None:
                yield heading, [_joined(name, lines) for name, lines in fields[:MOST_FIELDS]]
            heading, fields = found, []
        elif line.startswith(_MORE) and fields:
            fields[-1][1].append(line[len(_MORE) :])
        elif field := _FIELD.match(line):
            fields.append((field[1].strip(), [field[2]] if field[2] else []))
        elif not line and fields:
            fields[-1][1].append("")


def _joined(name: str, lines: list[str]) -> tuple[str, str]:
    return name, "\n".join(lines).rstrip()[:MOST_CHARS]


def _whole(saw: str, before: str) -> str:
    """An observation with the paragraphs that a view does not repeat."""
    known = {part.partition("\n")[0]: part for part in before.split("\n\n")}
    return "\n\n".join(
        known.get(part.removesuffix(_AS_BEFORE), part) if part.endswith(_AS_BEFORE) else part
        for part in saw.strip().split("\n\n")
    )


def _calls(text: str, routine: Routine, actions: Mapping[str, ActionSpec]) -> tuple[Call, ...]:
    """The calls that a field shows: tags, or a tool's name with its arguments as JSON."""
    if found := parse(text, tuple(actions.values()), routine):
        return found
    name, _, body = text.partition(" ")
    if name not in actions:
        return ()
    try:
        args = json.loads(body)
        tool = ToolCall(name=name, args=args)
    except (ValueError, RecursionError):  # a long one is cut
        tool = ToolCall(name=name, args=body)
    return parse_tools([tool], tuple(actions.values()), routine)


def _in_vain(calls: list[Call], gave: list[str]) -> bool:
    searched = any(call.name == "SEARCH" for call in calls)
    return searched and any(
        text.startswith(("No line of", "There is no file")) or text.endswith(" is empty.")
        for text in gave
    )
