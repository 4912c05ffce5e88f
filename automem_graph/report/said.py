"""What a run was asked and what was found, in two sentences with numbers."""

from __future__ import annotations

from collections.abc import Sequence

from automem_graph.evaluation.scores import ALL
from automem_graph.proficiency.result import Training
from automem_graph.report.figures import held_out_gain, interval, p_value, per_cent, points
from automem_graph.report.groups import GATE, HELD_OUT, Group
from automem_graph.report.sources import Source
from automem_graph.structure.result import Compared, Evolution

GOES_ON = "It has not ended: it is running, or was interrupted, and the same command goes on."


def asked(source: Source) -> str:
    """The first sentence."""
    if source.evolution is not None:
        terms = source.evolution.asked
        return (
            f"Loop 1 was asked to rewrite the scaffold that plays {terms.suite}, by "
            f"{terms.proposer}: {_count(terms.gate, 'seed')} at the gate, "
            f"{len(terms.held_out)} held out."
        )
    if source.training is not None:
        told = source.training.asked
        return (
            f"Loop 2 was asked for a memory specialist for {told.suite}, by {told.decider}: "
            f"{_count(told.collect, 'seed')} to train on, {len(told.trial)} for trials, "
            f"{len(told.held_out)} held out."
        )
    if source.kind == "evaluation":
        counts = [group.asked for group in source.groups if group.worlds != ALL]
        worlds = [group.worlds for group in source.groups if group.worlds != ALL]
        where = ", ".join(dict.fromkeys(worlds[:4])) + (" and others" if len(worlds) > 4 else "")
        episodes = f"{sum(counts):,} episodes" if sum(counts) != 1 else "1 episode"
        player = (source.asked or {}).get("player", "")
        return f"{player or source.name} was asked to play {episodes} of {where or 'its tasks'}."
    return f"{source.name} is a run of {source.kind}."


def found(source: Source) -> str:
    """The second sentence, and a third one where the run has not ended."""
    told = _found(source)
    return f"{told} {GOES_ON}" if source.open else told


def _found(source: Source) -> str:
    if source.evolution is not None:
        return _of_evolution(source.evolution)
    if source.training is not None:
        return _of_training(source.training)
    if source.kind == "evaluation" and source.groups:
        return _of_evaluation(source.groups)
    begun = [group for group in source.groups if group.worlds in (GATE, HELD_OUT)]
    done = sum(len(group.done) for group in begun)
    return f"So far {done} of {sum(group.asked for group in begun)} episodes are done."


def _of_evolution(run: Evolution) -> str:
    kept, tried = len(run.versions) - 1, len(run.rows) - 1
    counted = f"It kept {kept} of {tried} attempts" if tried else "Nothing was tried yet"
    first, best = run.versions[0], run.best
    if gain := held_out_gain(run):
        return f"{counted}: {best.name} is worth {_worth(gain)} on held-out worlds."
    if kept and run.gate_gain is not None:
        return (
            f"{counted}: {best.name} is worth {_worth(run.gate_gain)} on the gate's "
            "worlds, which chose it; held-out worlds are not played yet."
        )
    if kept and first.gate.progression and best.gate.progression:
        return (
            f"{counted}: {best.name} earns {per_cent(best.gate.progression)} % at the gate, v0 "
            f"{per_cent(first.gate.progression)} %."
        )
    held = run.held_out.first.progression if run.held_out else None
    earned, where = (held, " held out") if held else (first.gate.progression, "")
    return f"{counted}: v0 earns {per_cent(earned)} %{where}." if earned else f"{counted}."


def _of_training(run: Training) -> str:
    tried = sum(not row.is_control for row in run.rows)
    counted = f"{tried} recipes were tried" if tried != 1 else "1 recipe was tried"
    if run.promotion is None:
        return f"{counted} so far, and nothing is decided."
    if run.promoted is None:
        return f"{counted}, and none was promoted."
    if run.held_out is None:
        return f"{counted}, and {run.promotion.name} was promoted."
    base, _, chosen = run.held_out.standings
    habits = (
        f"repeated writes {100 * chosen.behaviour.repeated_writes:.1f} % where the base has "
        f"{100 * base.behaviour.repeated_writes:.1f} %"
    )
    gain = run.held_out.verdict.gain
    return (
        f"{counted}, and {chosen.name} was promoted: held out {habits}, and "
        f"{points(gain.mean)} points of progression, p {p_value(gain.p)}, n {gain.n}."
    )


def _of_evaluation(groups: Sequence[Group]) -> str:
    players = dict.fromkeys(group.player for group in groups)
    if len(players) > 1:
        said = (_score(group, f"{group.player} ") for group in groups)
        return f"Progression: {'; '.join(said)}."
    told = [group for group in groups if group.worlds == ALL] or list(groups)
    if len(told) == 1:
        count = f", n {told[0].asked}" if told[0].asked > 1 else ""
        return f"Progression: {_score(told[0])}{count}."
    said = (_score(group, f"{group.worlds} ") for group in told[:6])
    return f"Progression: {'; '.join(said)}."


def _score(group: Group, name: str = "") -> str:
    score = group.score
    if score.progression is None:
        return f"{name}no mean, as {score.incomplete}"
    if group.asked == 1:
        return f"{name}{100 * score.progression.mean:.2f} %"
    return f"{name}{per_cent(score.progression)} %"


def _worth(compared: Compared) -> str:
    found, p = compared.difference, p_value(compared.judged.p)
    between = interval(found)
    said = f"{points(found.mean)} points of progression"
    if between == "-":
        return said
    return f"{said} (95 % interval {between}, one-sided p {p}, n {found.n})"


def _count(seeds: Sequence[int], what: str) -> str:
    return f"{len(seeds):,} {what}{'' if len(seeds) == 1 else 's'}"
