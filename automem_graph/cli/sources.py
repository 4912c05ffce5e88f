"""A memory directory on the screen: its files, and where each line comes from."""

from __future__ import annotations

import json
from pathlib import Path

from rich.rule import Rule
from rich.text import Text

from automem_graph.cli.console import USAGE, out, print_json, shown, stop
from automem_graph.memory.in_folder import LOG
from automem_graph.memory.lines import Line
from automem_graph.memory.open import open_memory
from automem_graph.memory.rows import JournalError
from automem_graph.memory.source import Source


def is_memory(folder: Path) -> bool:
    """Whether a folder is a memory that conversations share."""
    return (folder / LOG).exists()


def show_sources(folder: Path, as_json: bool) -> None:
    """All lines of a memory directory, each with its source."""
    if not folder.is_dir():
        stop(f"{folder} is no folder with memory in it", USAGE)
    memory = open_memory(folder)
    try:
        files = {entry.name: memory.lines(entry.name) for entry in memory.index()}
    except JournalError as error:
        stop(str(error), USAGE)
    if as_json:
        listed = {
            name: [line.model_dump(mode="json", exclude_defaults=True) for line in lines]
            for name, lines in files.items()
        }
        print_json(json.dumps(listed, indent=2, ensure_ascii=False))
        return
    if not files:
        out.print("no files")
    for name, lines in files.items():
        out.print(Rule(Text(f"{name}, {len(lines)} lines"), align="left"))
        _show(lines)


def _show(lines: tuple[Line, ...]) -> None:
    before = None
    for line in lines:
        who = said_by(line.source)
        if who != before:
            out.print(shown(who), style="dim", soft_wrap=True)
            before = who
        out.print(shown(f"  {line.text}"))


def said_by(source: Source | None) -> str:
    """A source in words."""
    if source is None:
        return "by hand"
    where = (
        f"{source.role} in {source.thread}, step {source.step}" if source.thread else source.role
    )
    heard = ", ".join(" ".join(filter(None, (m.kind, m.name, m.id))) for m in source.heard)
    return f"{where}, after {heard}" if heard else where
