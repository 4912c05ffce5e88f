"""trial: challenger and incumbent play twin worlds, those of the gate and then fresh ones."""

from __future__ import annotations

from collections.abc import Sequence

from automem_graph.episodes.identity import episode_id
from automem_graph.episodes.keep import read_run
from automem_graph.scaffold.errors import ScaffoldError, ScaffoldFault
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.bench import Bench
from automem_graph.structure.checks.audit import Hoarded, audit
from automem_graph.structure.checks.conduct import behaves
from automem_graph.structure.checks.contract import Unfit
from automem_graph.structure.draft import write_draft
from automem_graph.structure.heats import compete, winner
from automem_graph.structure.lineage import Match
from automem_graph.structure.loop.generation import names_of, playable
from automem_graph.structure.loop.state import LoopState, name_of
from automem_graph.structure.matches import compare

AUDITED = 6
"""Episodes of a match that are audited, spread over its worlds."""


def trial(bench: Bench, state: LoopState) -> LoopState:
    """Play the match of this stage; the gate judges it.

    A challenger that has won is audited before its scores count: what it keeps between steps beside
    files and hook state, or decides and remembers in the model's place, would have won by cheating.
    """
    if bench.terms.is_population and state["stage"] != "confirm":
        return _all_at_once(bench, state)
    name = name_of(state)
    draft = bench.draft(name)
    incumbent = bench.versions[-1].scaffold
    confirming = state["stage"] == "confirm"
    seeds, rule, what = bench.terms.gate, bench.terms.rule, f"{name} on the gate's worlds"
    if confirming:
        seeds, rule = bench.fresh, rule.fresh
        what = f"{bench.versions[-1].version} and {name} on fresh worlds"
    match = compare(bench, incumbent, draft.scaffold, seeds, rule, what)
    match = _audited(bench, draft.scaffold, match, seeds)
    update = {"confirmation" if confirming else "trial": match}
    write_draft(bench.folder.attempt(name), draft.model_copy(update=update))
    return {"next": "gate"}


def _all_at_once(bench: Bench, state: LoopState) -> LoopState:
    """The matches of a generation. The best of those that have won is audited, and so on down."""
    names = names_of(state, state["last"])
    children = playable(bench, names)
    matches = compete(bench, bench.versions[-1].scaffold, children)
    scaffolds = {child.name: child.scaffold for child in children}
    while (best := winner(matches)) is not None:
        audited = _audited(bench, scaffolds[best], matches[best], bench.terms.gate)
        if not audited.failed:
            break
        matches[best] = audited
    for name, match in matches.items():
        update = {"trial": match, "confirmation": None, "stage": None, "why": ""}
        write_draft(bench.folder.attempt(name), bench.draft(name).model_copy(update=update))
    return {"next": "gate"}


def _audited(bench: Bench, scaffold: str, match: Match, seeds: Sequence[int]) -> Match:
    """The match, lost where it was won and the audit finds fault with it."""
    if match.judged is None or not match.judged.passed:
        return match
    try:
        _audit(bench, scaffold, seeds)
    except (Hoarded, Unfit, ScaffoldError, ScaffoldFault) as reason:
        return match.model_copy(update={"judged": None, "failed": str(reason)})
    return match


def _audit(bench: Bench, scaffold: str, seeds: Sequence[int]) -> None:
    run, folder = bench.folder.play(scaffold), bench.scaffold(scaffold)
    asked, keys = read_run(run), bench.terms.keys(seeds)
    drawn = keys[:: max(1, len(keys) // AUDITED)]
    episodes = [episode_id(asked.of(task), seed) for task, seed in drawn]
    behaves(run, load_scaffold(folder).manifest, episodes)
    audit(run, folder, episodes)
