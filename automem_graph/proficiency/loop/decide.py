"""decide: the decider reads what there is, and gives the next recipe."""

from __future__ import annotations

import time

from pydantic import ValidationError

from automem_graph.episodes.layout import write_json, write_whole
from automem_graph.models.calling import ModelError
from automem_graph.proficiency.bench import Bench
from automem_graph.proficiency.decider import Decision, NoDecision, NoRecipe
from automem_graph.proficiency.desk import lay_out
from automem_graph.proficiency.events import Said
from automem_graph.proficiency.ledger import Stage
from automem_graph.proficiency.loop.state import LoopState, name_of
from automem_graph.proficiency.recipe_file import BadRecipe
from automem_graph.structure.desk.workspace import first_sentence
from automem_graph.structure.lineage import Spent
from automem_graph.structure.purse import Unfinished

TRIES = 3
"""Recipes of one trial: what is refused goes back to the decider with the reason, so many times."""


def decide(bench: Bench, state: LoopState) -> LoopState:
    """Take a recipe, unless the search is over. No recipe is a failed trial, with the reason."""
    if why := over(bench, state):
        return {"stop": why, "next": "promote"}
    bench.left()  # no decision is begun without a budget
    name, tried = name_of(state), state["tried"] + 1
    lay_out(
        bench.folder.workspace,
        scaffold=bench.scaffold,
        collected=bench.folder.collected,
        rows=bench.rows,
        problem=state["why"] if state["tried"] else "",
        hidden={*bench.terms.trial, *bench.terms.held_out},
        base=bench.terms.base,
    )
    began = time.monotonic()
    try:
        decision = bench.decider.decide(
            bench.folder.workspace, lambda line: bench.tell(Said(trial=name, text=line))
        )
    except NoRecipe as end:
        _keep_cost(bench, name, end.spent, began)
        return {"stop": f"the decider has nothing left to try: {end}", "next": "promote"}
    except NoDecision as none:
        _keep_cost(bench, name, none.spent, began)
        return {"stage": "decide", "why": f"no recipe: {none}", "next": "record"}
    except (BadRecipe, ValidationError) as flaw:
        _keep_cost(bench, name, Spent(), began)
        return after_refusing(tried, "decide", _said(flaw))
    except ModelError as error:
        raise Unfinished(f"{error}; the same command goes on") from error
    _take(bench, name, decision, began)
    same = next((row for row in bench.trials if row.recipe == decision.recipe), None)
    if same is not None and same.stage == "done":
        return after_refusing(tried, "decide", f"nothing is new: it is the recipe of {same.name}")
    return {"tried": tried, "stage": "select", "why": "", "next": "select"}


def over(bench: Bench, state: LoopState) -> str:
    """Why the search is over; empty while it goes on."""
    asked = bench.context.recipes
    if state["trial"] > asked:
        return f"{asked} recipes were tried: that is how many were asked for"
    return ""


def after_refusing(tried: int, stage: Stage, why: str) -> LoopState:
    """Back to the decider with the reason, or the end of the trial."""
    goes = "decide" if tried < TRIES else "record"
    return {"tried": tried, "stage": stage, "why": why, "next": goes}


def _take(bench: Bench, name: str, decision: Decision, began: float) -> None:
    """Keep what was decided, in place of what was decided for this trial before."""
    trial = bench.folder.trial(name)
    write_json(trial.recipe, decision.recipe.model_dump(mode="json"))
    write_whole(trial.rationale, f"{decision.rationale.strip()}\n\n{decision.expected.strip()}\n")
    said = first_sentence(decision.rationale), first_sentence(decision.expected)
    bench.sketch(name, recipe=decision.recipe, rationale=" ".join(filter(None, said)))
    _keep_cost(bench, name, decision.spent, began)


def _keep_cost(bench: Bench, name: str, spent: Spent, began: float) -> None:
    took = spent.model_copy(update={"seconds": round(time.monotonic() - began, 1)})
    bench.sketch(name, spent=bench.draft(name).spent.plus(took))


def _said(flaw: BadRecipe | ValidationError) -> str:
    """What is wrong with a recipe, in a sentence."""
    if isinstance(flaw, BadRecipe):
        return str(flaw)
    first = flaw.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"the recipe is refused: {place}{': ' * bool(place)}{first['msg']}"
