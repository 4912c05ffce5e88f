"""An episode made for reading: its steps in pages of a hundred, its final files, its summary.

Nothing of it says which world it was: no seed, no id, no date. What models, worlds and scaffolds
wrote stands in code blocks, cut to lengths that keep a step at one or two thousand characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from automem_graph.agent.observe import noted
from automem_graph.agent.state import Message
from automem_graph.agent.step import StepRow
from automem_graph.assistant.own.factory import is_agent
from automem_graph.assistant.own.record import with_hooks_state
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.play import read_result
from automem_graph.episodes.tallies import MemoryTally
from automem_graph.episodes.trace import walk_trace
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import Row
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.desk.plain import block, own_folder, shortened, visible, write_plain
from automem_graph.structure.desk.step_view import Seen, step_text
from automem_graph.structure.desk.summary import Summary, Watch

PAGE = 100
"""Steps of a page."""
WHOLE_STEP = 10
"""The step that is also shown as the models saw it, or the last one of a shorter episode."""
MOST_MESSAGE = 12_000


def page_of(step: int) -> str:
    """The name of the page that a step stands on."""
    return f"steps-{step - step % PAGE:04d}.md"


def write_view(folder: EpisodeFolder, into: Path) -> Summary:
    """Write the view of an episode that was begun, finished or not, into a new folder.

    Raises RunError and JournalError for an episode that cannot be read.
    """
    header, rows = walk_trace(folder)
    if is_agent(header.asked.gameplay):
        rows = map(with_hooks_state, rows)
    used = header.asked.scaffold
    specs = load_scaffold(folder.run.scaffold(used)).manifest.actions if used else ()
    own_folder(into)
    pages = _Pages(into)
    seen = Seen(observation=noted("", header.answer.text), progression=header.answer.progression)
    watch = Watch(MemoryTally({spec.name: spec.kind for spec in specs}), header.answer.progression)
    whole: StepRow | None = None
    for row, deeds in _with_deeds(rows, read_rows(folder.journal), watch):
        stuck = watch.take(row)
        pages.add(row.step, step_text(row, deeds, specs, seen, stuck=stuck))
        whole = row if row.step <= WHOLE_STEP else whole
        seen = seen.after(row, same_page=page_of(row.step) == page_of(row.step + 1))
    pages.end(seen)
    if whole is not None:
        write_plain(into / "whole-step.md", _conversation(whole))
    for name, text in watch.memory.files.items():
        target = into / "memory" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        write_plain(target, visible(text))
    summary = watch.summary(header.asked.task, read_result(folder))
    write_summary(summary, into)
    return summary


def write_summary(summary: Summary, into: Path) -> None:
    """`summary.json` of an episode, which is all there is of one that was not begun."""
    own_folder(into)
    text = summary.model_dump_json(indent=2, exclude_defaults=True)
    write_plain(into / "summary.json", visible(text) + "\n")


class _Pages:
    """The pages of an episode, each written when it is full."""

    def __init__(self, into: Path) -> None:
        self._into = into
        self._page = ""
        self._parts: list[str] = []

    def add(self, step: int, text: str) -> None:
        if page_of(step) != self._page:
            self._write()
            self._page = page_of(step)
            self._parts = [f"# Steps from {step} on\n"]
        self._parts.append(text)

    def end(self, seen: Seen) -> None:
        """The last page, with what the world answered last."""
        self._page = self._page or page_of(0)
        self._parts.append(f"## The end ({seen.progression:.1%})\n\n{block(seen.observation)}\n")
        self._write()

    def _write(self) -> None:
        if self._page:
            write_plain(self._into / self._page, "\n".join(self._parts))


def _with_deeds(
    rows: Iterable[StepRow], journal: Iterator[Row], watch: Watch
) -> Iterator[tuple[StepRow, list[Row]]]:
    """Each step with what was done to memory in it; what came before the first one is told too.

    Rows of a step that was not completed are left out.
    """
    steps = groupby(journal, key=lambda deed: deed.step)
    number, deeds = next(steps, (None, iter(())))
    for row in rows:
        mine: list[Row] = []
        while number is not None and number <= row.step:
            for deed in deeds:
                watch.act(deed)
                mine.append(deed)
            number, deeds = next(steps, (None, iter(())))
        yield row, mine


def _conversation(row: StepRow) -> str:
    """One step's messages as they were, each in a block."""
    parts = [f"# Step {row.step}, as the models saw it\n"]
    for message in row.messages:
        parts.append(f"## {message['role']}\n\n{block(shortened(_said(message), MOST_MESSAGE))}\n")
    return "\n".join(parts)


def _said(message: Message) -> str:
    calls: Sequence[dict[str, object]] = message.get("tool_calls", ())
    made = [f"{call['name']} {call['args']}" for call in calls]
    return "\n".join([message["content"], *made])
