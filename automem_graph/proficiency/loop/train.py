"""train: the trial's adapter, and once in a run the control's, on as many random turns."""

from __future__ import annotations

from automem_graph.proficiency.bench import Bench
from automem_graph.proficiency.draft import Draft
from automem_graph.proficiency.events import Trains
from automem_graph.proficiency.examples import control_recipe, random_turns
from automem_graph.proficiency.ledger import RANDOM
from automem_graph.proficiency.loop.state import LoopState, name_of
from automem_graph.proficiency.reading import NoData
from automem_graph.proficiency.recipe import Lora
from automem_graph.proficiency.trainer import TrainingFailed


def train(bench: Bench, state: LoopState) -> LoopState:
    """Train both; what is trained already is not trained again. A failure is a failed trial."""
    name = name_of(state)
    try:
        draft = _fit(bench, name)
    except TrainingFailed as why:
        return {"stage": "train", "why": str(why), "next": "record"}
    assert draft.recipe is not None
    if bench.row(RANDOM) is None and bench.draft(RANDOM).fitted is None:
        _fit_control(bench, draft.data.examples, draft.recipe.lora)
    return {"stage": "trial", "next": "trial"}


def _fit_control(bench: Bench, examples: int, lora: Lora) -> None:
    """The control of the first trial that could be trained: its LoRA, and as many examples.

    Where that fails, the next trial has another go; without a control nothing is promoted.
    """
    terms = bench.terms
    try:
        data = random_turns(
            [bench.folder.collected],
            examples,
            bench.folder.trial(RANDOM),
            lora=lora,
            forbidden_seeds={*terms.trial, *terms.held_out},
            base=terms.base,
        )
        bench.sketch(RANDOM, recipe=control_recipe(examples, lora), data=data)
        _fit(bench, RANDOM)
    except (NoData, TrainingFailed) as why:
        bench.sketch(RANDOM, failed=str(why))


def _fit(bench: Bench, name: str) -> Draft:
    """The draft of a trial with its adapter; TrainingFailed."""
    draft, trial = bench.draft(name), bench.folder.trial(name)
    assert draft.recipe is not None, "decide comes before train"
    adapter = bench.adapter(name, draft.recipe)
    if draft.fitted is not None and adapter.is_dir():
        return draft
    bench.left()  # no training is begun without a budget
    fitted = bench.trainer.train(
        trial.examples,
        str(bench.base_folder),
        draft.recipe.lora,
        adapter,
        lambda beat: bench.tell(Trains(trial=name, beat=beat)),
    )
    where = str(adapter.relative_to(bench.folder.path))
    return bench.sketch(name, fitted=fitted.model_copy(update={"adapter": where}), failed="")
