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
from automem_graph.structure.loop.state import LoopState, name_of
from automem_graph.structure.matches import compare

AUDITED = 6
"""Episodes of a match that are audited, spread over its worlds."""


def trial(bench: Bench, state: LoopState) -> LoopState:
    """Play the match of this stage; the gate judges it.

    A challenger that has won is audited before its scores count: what it keeps between steps beside
    files and hook state, or decides and remembers in the model's place, would have won by cheating.
    """
    name = name_of(state)
    draft = bench.draft(name)
    incumbent = bench.versions[-1].scaffold
    confirming = state["stage"] == "confirm"
    seeds, rule, what = bench.terms.gate, bench.terms.rule, f"{name} on the gate's worlds"
    if confirming:
        seeds, rule = bench.fresh, rule.fresh
        what = f"{bench.versions[-1].version} and {name} on fresh worlds"
    match = compare(bench, incumbent, draft.scaffold, seeds, rule, what)
    if match.judged is not None and match.judged.passed:
        try:
            _audit(bench, draft.scaffold, seeds)
        except (Hoarded, Unfit, ScaffoldError, ScaffoldFault) as reason:
            match = match.model_copy(update={"judged": None, "failed": str(reason)})
    update = {"confirmation" if confirming else "trial": match}
    write_draft(bench.folder.attempt(name), draft.model_copy(update=update))
    return {"next": "gate"}


def _audit(bench: Bench, scaffold: str, seeds: Sequence[int]) -> None:
    run, folder = bench.folder.play(scaffold), bench.scaffold(scaffold)
    asked, keys = read_run(run), bench.terms.keys(seeds)
    drawn = keys[:: max(1, len(keys) // AUDITED)]
    episodes = [episode_id(asked.of(task), seed) for task, seed in drawn]
    behaves(run, load_scaffold(folder).manifest, episodes)
    audit(run, folder, episodes)
