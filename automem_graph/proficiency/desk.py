"""The decider's desk: a folder with all that may be known when the next recipe is decided.

A decider may do anything in there: nothing that it leaves is followed, run or trusted.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from automem_graph.episodes.layout import RunFolder
from automem_graph.proficiency.ledger import Row
from automem_graph.proficiency.reading import read_turns
from automem_graph.proficiency.recipe import Recipe
from automem_graph.proficiency.selector import contract
from automem_graph.structure.desk.plain import (
    block,
    clear,
    copy_plain,
    one_line,
    own_folder,
    shortened,
    write_plain,
)

SHOWN = 24
"""Turns in turns.md, spread over all of them."""

SHOWN_CHARS = 1500
"""Characters of a text that are shown of a turn there."""

MEASURES = (
    *("writes_per_search", "repeated_writes", "duplicate_lines", "empty_searches"),
    *("searches_that_find", "consulted", "growth", "failed_calls"),
)

README = """\
# Decide on the next recipe

An agent keeps its memory in files: LOG records what the world answered, PLAN looks into the files
and then acts. Its base model has played; each of its turns is in `turns.jsonl`. You choose which of
these turns a LoRA adapter, the memory specialist, is trained on, in which mixture, and how: one
recipe. The specialist then keeps memory while the base model acts, on seeds that are not here.

A recipe is promoted if memory is kept better than by the base AND by an adapter that was trained on
as many random turns: fewer repeated writes and duplicate lines, fewer writes per search, as many
searches that find something, hardly more failed calls; and if progression is not inferior. Or if
progression is significantly better.

- `CONTRACT.md`: what a recipe is, and what a selector gets and returns
- `scaffold/`: the prompts and the code that memory is kept with
- `ledger.md`, `ledger.jsonl`: every trial so far, failed ones with what went wrong
- `turns.md`: some turns to read; `turns.jsonl`: all of them, as selectors see them
- `problem.md`: if it is there, why your last recipe was refused
"""


def lay_out(
    workspace: Path,
    *,
    scaffold: Path,
    collected: RunFolder,
    rows: Sequence[Row],
    problem: str = "",
) -> None:
    """Lay out the desk for a decision.

    The turns are written once, since all episodes are there. With a problem, what was written about
    the recipe that it is about stays.
    """
    own_folder(workspace)
    turns, some = workspace / "turns.jsonl", workspace / "turns.md"
    for path in workspace.iterdir():
        if path.name == "problem.md" or not (problem or path in (turns, some)):
            clear(path)
    if not all(path.is_file() and not path.is_symlink() for path in (turns, some)):
        _write_turns(turns, collected)
        write_plain(some, _some(turns))
    copy_plain(scaffold, workspace / "scaffold", read_only=True)
    lines = "".join(row.model_dump_json() + "\n" for row in rows)
    texts = {
        "README.md": README,
        "CONTRACT.md": _contract(),
        "ledger.md": ledger_page(rows),
        "ledger.jsonl": lines,
    }
    if problem:
        texts["problem.md"] = f"# Why the recipe was refused\n\n{problem}\n"
    for name, text in texts.items():
        write_plain(workspace / name, text)


def ledger_page(rows: Sequence[Row]) -> str:
    """The ledger for a reader: a table of what was played, and each trial's reason and end."""
    if not rows:
        return "# Ledger\n\nNothing was tried yet.\n"
    head = ("name", "stage", "examples", "loss", "progression", *MEASURES)
    table = [head, ("---",) * len(head), *map(_cells, rows)]
    lines = [f"| {' | '.join(cells)} |" for cells in table]
    for row in rows:
        lines += ["", f"## {row.name}: {row.stage}", "", one_line(row.why, 2000)]
        if row.rationale:
            lines += ["", f"Its reason: {one_line(row.rationale, 1000)}"]
        if row.data.rejected:
            rejected = ", ".join(f"{count:,} {why}" for why, count in row.data.rejected.items())
            lines += ["", f"Not trained on: {one_line(rejected, 1000)}"]
        if row.recipe is not None:
            lines += ["", block(row.recipe.model_dump_json(indent=1))]
    return "\n".join(["# Ledger", "", *lines, ""])


def _cells(row: Row) -> tuple[str, ...]:
    earned = list(row.progression.values())
    told = row.behaviour.model_dump() if row.behaviour else {}
    return (
        row.name,
        row.stage,
        f"{row.data.examples:,}",
        f"{row.fitted.loss:.3f}" if row.fitted else "",
        f"{statistics.fmean(earned):.4f}" if earned else "",
        *(f"{told[name]:.3f}" if told else "" for name in MEASURES),
    )


def _contract() -> str:
    """What a recipe is, with its ranges, and what a selector gets and returns."""
    schema = json.dumps(Recipe.model_json_schema(), indent=1)
    return (
        "# What a recipe is\n\nJSON of this schema. `selection` is `filters`, or `code` with the "
        f"source of a selector, whose contract stands below.\n\n```json\n{schema}\n```\n\n"
        f"{contract()}"
    )


def _write_turns(path: Path, collected: RunFolder) -> None:
    """Every turn as selectors see it, a line each; all of them or no file."""
    half = path.with_name(".turns")
    clear(half)
    with half.open("x", encoding="utf-8", errors="replace") as file:
        for turn in read_turns(collected):
            file.write(json.dumps(turn.view.as_dict(), ensure_ascii=False) + "\n")
    clear(path)
    half.replace(path)


def _some(turns: Path) -> str:
    """Some turns to read, spread over all of them."""
    with turns.open(encoding="utf-8") as file:
        total = sum(1 for _ in file)
    apart = max(1, total // SHOWN)
    with turns.open(encoding="utf-8") as file:
        shown = [_shown(json.loads(line)) for line in islice(file, 0, None, apart)]
    return "\n".join([f"# {len(shown)} of {total:,} turns", "", *shown])


def _shown(turn: Mapping[str, Any]) -> str:
    lines = [f"## {turn['id']}", "", f"Progression {turn['progression']:.2%}. It was shown:", ""]
    lines.append(block(shortened(turn["observation"], SHOWN_CHARS)))
    for reply in turn["replies"]:
        lines += ["", "It said:", "", block(shortened(reply, SHOWN_CHARS))]
    for action in turn["actions"]:
        lines += ["", f"{action['name']} was answered:", ""]
        lines.append(block(shortened(action["result"], SHOWN_CHARS)))
    return "\n".join([*lines, ""])
