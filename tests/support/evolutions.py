"""Folders of runs of loop 1, with rows and results in them, without anybody having played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from automem_graph.episodes.identity import Asked, RunAsked, episode_id
from automem_graph.episodes.keep import extend_run
from automem_graph.episodes.layout import write_json, write_whole
from automem_graph.episodes.metrics import Metrics
from automem_graph.structure.gate import Rule, judge
from automem_graph.structure.layout import EvolutionFolder
from automem_graph.structure.lineage import DiffStat, Match, Pair, Row, add_row
from automem_graph.structure.terms import Terms, keep_terms
from support.runs import WHO, result

TASK, STEPS = "corridor", 10
GATE, HELD_OUT, FRESH = (1, 2, 3, 4), (11, 12, 13, 14), (21, 22, 23, 24)

V0, V1 = "v0-aaaaaaaaaa", "v0-bbbbbbbbbb"
"""Ids of scaffolds."""

Earned = Mapping[int, float]
"""Progression by seed."""

MEASURED = Metrics(
    growth=12.5, writes=0.75, searches=0.25, writes_per_search=3.0, repeated_writes=0.25,
    empty_searches=0.5, searches_that_find=0.125, consulted=0.5, stuck_steps=0.125,
    never_read=0.1, duplicate_lines=0.2, input_tokens=900.0, output_tokens=50.0,
    specialist_input_tokens=0.0, specialist_output_tokens=0.0, specialist_failures=0.0,
    prompt_chars=3210.0, calls=2.0, fallbacks=0.0, invalid_actions=0.0, failed_calls=0.0,
)  # fmt: skip


def terms(**other: Any) -> Terms:
    given = {
        **WHO, "scaffold": V0, "suite": TASK, "tasks": {TASK: STEPS}, "seeds": GATE,
        "held_out": HELD_OUT, "proposer": "offline:reviewer", "rule": Rule(), **other,
    }  # fmt: skip
    return Terms(**given)


def match(before: Sequence[float], after: Sequence[float], seeds: Sequence[int] = GATE) -> Match:
    """A match that was played to its end."""
    pairs = tuple(
        Pair(task=TASK, seed=seed, before=one, after=other)
        for seed, one, other in zip(seeds, before, after, strict=True)
    )
    return Match(pairs=pairs, judged=judge([pair.gap for pair in pairs], Rule()))


def play(folder: EvolutionFolder, scaffold: str, earned: Earned, *, wiped: bool = False) -> None:
    """The episodes of a scaffold, or of its control, by seed."""
    who = {**WHO, "scaffold": scaffold, "agent": "memory-wiped" if wiped else "memory"}
    run = folder.play(scaffold, wiped=wiped)
    extend_run(run, RunAsked(tasks={TASK: STEPS}, seeds=tuple(sorted(earned)), **who))
    asked = Asked(task=TASK, steps=STEPS, **who)
    for seed, progression in earned.items():
        kept = result(asked, seed, progression).model_copy(update={"metrics": MEASURED})
        write_json(run.episode(episode_id(asked, seed)).result, kept.model_dump(mode="json"))


FIRST = Row(
    name="v0", scaffold=V0, kept=True, stage="trial",
    why="the scaffold that the run began with", reason="The paper's three files.",
)  # fmt: skip
LOST = Row(
    name="v1.1", scaffold="v0-cccccccccc", parent=V0, kept=False, stage="gate",
    why="-10.00% on 4 worlds, p 0.9375: no better", reason="Write less.",
    diff=DiffStat(files=1, added=1, removed=3), trial=match([0.5] * 4, [0.4] * 4),
)  # fmt: skip
BROKEN = Row(
    name="v1.2", parent=V0, kept=False, stage="check", why="hooks.py imports socket",
    reason="Ask the network.", diff=DiffStat(files=1, added=2, removed=0),
)  # fmt: skip
WON = Row(
    name="v1.3", scaffold=V1, parent=V0, kept=True, stage="confirm",
    why="+25.00% on 4 fresh worlds, p 0.0625", reason="Keep a map.",
    diff=DiffStat(files=2, added=5, removed=1), trial=match([0.5] * 4, [0.75] * 4),
    confirmation=match([0.5] * 4, [0.75] * 4, FRESH),
)  # fmt: skip

DIFF = """diff --git a/prompts/log.md b/prompts/log.md
--- a/prompts/log.md
+++ b/prompts/log.md
@@ -1,1 +1,2 @@
 Write down what matters.
+Keep a map.
"""


def evolved(
    name: str = "run", rows: Sequence[Row] = (FIRST, LOST, BROKEN, WON), *, ended: bool = True,
    diff: str = DIFF, analysis: str = "It gets lost in e03.\n", **other: Any,
) -> EvolutionFolder:  # fmt: skip
    """A run: v0 earned 50 % everywhere, v1 75 %; wiped 50 %; `other` are fields of Terms."""
    folder = EvolutionFolder(Path(name))
    keep_terms(folder, terms(**other))
    for row in rows:
        add_row(folder.lineage, row)
        if row.parent:
            write_whole(folder.attempt(row.name) / "diff.patch", diff)
            write_whole(folder.attempt(row.name) / "analysis.md", analysis)
        if row.kept:
            fresh = () if not ended else HELD_OUT
            better = 0.75 if row.parent else 0.5
            play(folder, row.scaffold, dict.fromkeys((*GATE, *fresh), better))
            if ended:
                play(folder, row.scaffold, dict.fromkeys(HELD_OUT, 0.5), wiped=True)
    if ended:
        write_json(folder.result, {"stop": "1 versions were kept: that is how many were asked for"})
    return folder
