"""What a run was asked, in the words of the command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from automem_graph.episodes.identity import Cast, RunAsked
from automem_graph.evaluation.seeds import name_seeds
from automem_graph.evaluation.suite import short_name
from automem_graph.proficiency.terms import Terms as Training
from automem_graph.structure.terms import Terms as Evolution


def of_evaluation(asked: RunAsked, run: Path) -> dict[str, str]:
    """An evaluation's, or single plays'."""
    said = {
        "tasks": tasks(asked.tasks),
        "left out": ", ".join(asked.left_out),
        **_cast(asked),
        "seeds": name_seeds(asked.seeds or ()),
    }
    return _known({**said, "scaffold": asked.scaffold, "run": str(run)})


def of_evolution(asked: Evolution, run: Path) -> dict[str, str]:
    """A run of loop 1's."""
    rule = asked.rule.name if asked.rule.name != "sign_flip" else f"sign_flip, p < {asked.rule.p:g}"
    said = {
        "suite": asked.suite,
        "tasks": tasks(asked.tasks),
        "left out": ", ".join(asked.left_out),
        **_cast(asked),
        "proposer": asked.proposer,
        "meta-LLM": asked.meta,
        "gate": f"seeds {name_seeds(asked.gate)}; {rule}; what passes is confirmed on fresh seeds",
        "held out": f"seeds {name_seeds(asked.held_out)}",
        "search": f"population, {asked.children} children at once" if asked.is_population else "",
        "first scaffold": asked.scaffold,
        "run": str(run),
    }
    return _known(said)


def of_training(asked: Training, run: Path) -> dict[str, str]:
    """A run of loop 2's."""
    said = {
        "suite": asked.suite,
        "tasks": tasks(asked.tasks),
        "left out": ", ".join(asked.left_out),
        **_cast(asked),
        "decider": asked.decider,
        "meta-LLM": asked.meta,
        "trained on": f"seeds {name_seeds(asked.collect)}",
        "trials": f"seeds {name_seeds(asked.trial)}",
        "held out": f"seeds {name_seeds(asked.held_out)}",
        "margin": f"{100 * asked.margin:g} points of progression",
        "scaffold": asked.scaffold,
        "run": str(run),
    }
    return _known(said)


def tasks(asked: Mapping[str, int]) -> str:
    """Tasks with the steps that they may take."""
    return ", ".join(f"{short_name(task)} ({steps:,} steps)" for task, steps in asked.items())


def _cast(asked: Cast) -> dict[str, str]:
    sampling = asked.sampling
    return {
        "player": asked.player,
        "sampling": f"temperature {sampling.temperature:g}, {sampling.max_tokens:,} tokens a reply",
        "codec": asked.codec,
    }


def _known(said: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in said.items() if text}
