"""The turns on a desk: turns.jsonl for programs and turns.md to read, both bounded."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from automem_graph.episodes.layout import RunFolder
from automem_graph.proficiency.desk_facts import BaseFacts, Facts
from automem_graph.proficiency.reading import read_turns
from automem_graph.proficiency.recipe import Filters
from automem_graph.proficiency.selector import passes
from automem_graph.proficiency.turns import TurnView
from automem_graph.structure.desk.plain import block, clear, one_line, open_plain, shortened

MOST_TURNS = 20_000
MOST_BYTES = 8 * 1024 * 1024
"""Of turns.jsonl: more than this no agent's search looks through."""

EACH = 4
"""Turns of each kind in turns.md."""

SHOWN_CHARS = 1500
"""Characters of a text that are shown of a turn there."""

_LOOKS_FIRST = Filters(routines=("log",), searches_before_writes=True)
_CONSULTS = Filters(routines=("plan",), consults=True)


def _is(routine: str, filters: Filters) -> Callable[[TurnView], bool]:
    return lambda turn: turn.routine == routine and passes(turn, filters)


def _is_not(routine: str, filters: Filters) -> Callable[[TurnView], bool]:
    return lambda turn: turn.routine == routine and not passes(turn, filters)


KINDS: dict[str, Callable[[TurnView], bool]] = {
    "LOG writes nothing before it has looked": _is("log", _LOOKS_FIRST),
    "LOG writes before it has looked": _is_not("log", _LOOKS_FIRST),
    "LOG writes what is there already": _is_not("log", Filters(no_repeats=True)),
    "PLAN looks into memory and finds something": _is("plan", Filters(consults=True, finds=True)),
    "PLAN looks into memory and finds nothing": lambda turn: (
        passes(turn, _CONSULTS) and not passes(turn, Filters(finds=True))
    ),
    "PLAN does not look into memory": _is_not("plan", _CONSULTS),
    "An action fails": lambda turn: not passes(turn, Filters(no_failures=True)),
}
"""Good and bad habits, by what they are called in turns.md."""


def write_turns(path: Path, collected: RunFolder, base: BaseFacts) -> Facts:
    """Write turns.jsonl, a view a line, all of it or nothing.

    Where there are too many, the hashes of their ids choose: every k-th one would be all of one
    routine, since LOG and PLAN take turns.
    """
    half = path.with_name(".turns")
    clear(half)
    sizes: list[tuple[bytes, int, int]] = []
    episodes: set[str] = set()
    routines: Counter[str] = Counter()
    with half.open("xb") as file:
        for turn in read_turns(collected):
            line = json.dumps(turn.view.as_dict(), ensure_ascii=False).encode("utf-8", "replace")
            sizes.append((hashlib.sha256(turn.view.id.encode()).digest(), len(sizes), len(line)))
            episodes.add(turn.view.episode)
            routines[turn.view.routine] += 1
            file.write(line + b"\n")
    kept = _kept(sizes)
    if len(kept) < len(sizes):
        thinned = path.with_name(".thinned")
        clear(thinned)
        with half.open("rb") as source, thinned.open("xb") as file:
            file.writelines(line for number, line in enumerate(source) if number in kept)
        thinned.replace(half)
    clear(path)
    half.replace(path)
    return Facts(
        turns=len(sizes),
        shown=len(kept),
        log=routines["log"],
        plan=routines["plan"],
        episodes=len(episodes),
        base=base,
    )


def _kept(sizes: Sequence[tuple[bytes, int, int]]) -> set[int]:
    """The numbers of those lines that fit, by the order of their hashes."""
    kept: set[int] = set()
    left = MOST_BYTES
    for _, number, size in sorted(sizes):
        left -= size + 1
        if left < 0 or len(kept) == MOST_TURNS:
            break
        kept.add(number)
    return kept


def walk_turns(path: Path) -> Iterator[TurnView]:
    """The turns on a desk; ValueError where they cannot be read."""
    try:
        with open_plain(path) as file:
            for line in file:
                yield TurnView.model_validate_json(line)
    except (OSError, ValidationError) as error:
        raise ValueError(f"{path.name} cannot be read: {str(error).splitlines()[0]}") from error


def turns_page(path: Path, facts: Facts) -> str:
    """turns.md: how many turns are of each kind, then some of each, of many episodes."""
    counts: Counter[str] = Counter()
    chosen: dict[str, list[TurnView]] = {kind: [] for kind in KINDS}
    for turn in walk_turns(path):
        for kind, fits in KINDS.items():
            if fits(turn):
                counts[kind] += 1
                _choose(chosen[kind], turn)
    lines = [
        "# Turns",
        "",
        f"{facts.turns:,} turns of {facts.episodes:,} episodes were collected ({facts.log:,} of "
        f"LOG, {facts.plan:,} of PLAN); turns.jsonl holds {facts.shown:,} of them, which these "
        "counts are of:",
        "",
        *(f"- {kind}: {counts[kind]:,}" for kind in KINDS),
    ]
    for kind, turns in chosen.items():
        lines += ["", f"# {kind}", *(_shown(turn) for turn in turns)]
    return "\n".join([*lines, ""])


def _choose(chosen: list[TurnView], turn: TurnView) -> None:
    """Keep those few whose hashes are least: of any episode and any step."""
    chosen.append(turn)
    chosen.sort(key=lambda one: hashlib.sha256(one.id.encode()).digest())
    del chosen[EACH:]


def _shown(turn: TurnView) -> str:
    lines = ["", f"## {one_line(turn.id, 200)}", ""]
    lines += [
        f"Progression of the episode: {turn.progression:.1%}, better than "
        f"{turn.better_than:.0%} of the others. The world had shown:",
        "",
        block(shortened(turn.observation, SHOWN_CHARS)),
    ]
    for reply in turn.replies:
        lines += ["", "The model said:", "", block(shortened(reply, SHOWN_CHARS))]
    for action in turn.actions:
        lines += ["", f"{one_line(action.name, 100)} was answered:", ""]
        lines.append(block(shortened(action.result, SHOWN_CHARS)))
    return "\n".join(lines)
