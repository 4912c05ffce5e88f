"""`offline:engineer`: a short ladder of recipes, climbed by what the ledger says.

It knows beforehand which habits are good ones: it rehearses loop 2, and proves nothing about
meta-LLMs. Free and deterministic: the same desk gives the same recipe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from automem_graph.proficiency.decider import Decision, NoDecision, NoRecipe
from automem_graph.proficiency.deciders.evidence import Evidence, figures, read_evidence
from automem_graph.proficiency.deciders.ladder import Move, after, after_failure, wider
from automem_graph.proficiency.deciders.opening import ENGINEER
from automem_graph.proficiency.deciders.sizes import Start, start_for
from automem_graph.proficiency.deciders.written import AGAIN, RATIONALE, RECIPE, read_recipe
from automem_graph.proficiency.desk_ledger import Past
from automem_graph.proficiency.ledger import CONTROLS
from automem_graph.proficiency.recipe import Filters, Recipe
from automem_graph.proficiency.recipe_file import CONSULTS_FIRST, BadRecipe
from automem_graph.structure.desk.plain import one_line, read_plain, write_plain
from automem_graph.structure.lineage import Spent

_FIRST = "turns that look into memory before they write or act, and in which nothing failed"
_SHIFT = "fewer writes for each search, fewer repeated writes and duplicate lines"


class OfflineEngineer:
    """A decider that needs no model."""

    @property
    def name(self) -> str:
        return ENGINEER

    def decide(self, workspace: Path, tell: Callable[[str], None]) -> Decision:
        """See `decider.Decider`. What it cannot read is NoDecision, never another error."""
        try:
            seen = read_evidence(workspace)
        except ValueError as error:
            raise NoDecision(one_line(str(error), 600)) from error
        start = start_for(seen.facts.base)
        refused = _refused(workspace)
        move = _next(seen, start, refused)
        decision = Decision(
            recipe=move.recipe,
            rationale=_rationale(move, seen, start),
            expected=f"Expected: {move.expected}.",
            spent=Spent(),
        )
        write_plain(workspace / RECIPE, move.recipe.model_dump_json(indent=1) + "\n", 0o644)
        text = f"{decision.rationale}\n# Expected\n\n{decision.expected}\n"
        write_plain(workspace / RATIONALE, text, 0o644)
        tell(f"read {seen.facts.turns:,} turns and {len(seen.past)} rows; takes {move.what}")
        return decision


def _refused(desk: Path) -> Past | None:
    """The recipe that problem.md is about, as a row; None where there is no problem."""
    said = [line for line in read_plain(desk / "problem.md", 4096).split("\n") if line.strip()]
    if not said:
        return None
    why = one_line(" ".join(said[1:]), 400)
    try:
        return Past(name="the last recipe", stage="verify", why=why, recipe=read_recipe(desk))
    except BadRecipe:
        raise NoDecision(f"rules cannot mend what was refused: {why}") from None


def _next(seen: Evidence, start: Start, refused: Past | None) -> Move:
    """The first move that was not tried and leaves turns enough; NoRecipe where there is none.

    One that comes to the examples of a trial that was measured has been tried.
    """
    tried = [row.recipe for row in seen.trials if row.recipe is not None]
    done = [row.recipe for row in seen.trials if row.recipe is not None and row.done]
    if refused is not None and refused.recipe is not None:
        tried.append(refused.recipe)
    for move in _moves(seen, start, refused):
        known = move.recipe in tried or any(_alike(move.recipe, one, seen) for one in done)
        new = not known or _deserves_another(move.recipe, seen, refused)
        if new and _enough(move.recipe, seen):
            return move
    first = _first(start)
    assert isinstance(first.selection, Filters)
    left = sum(seen.left(first.selection).values())
    if not tried:
        raise NoRecipe(
            f"of {seen.facts.turns:,} turns only {left:,} look into memory before they write or "
            f"act, and {start.least:,} are needed: collect more episodes"
        )
    raise NoRecipe(f"the ladder is used up after {len(tried)} recipes")


def _moves(seen: Evidence, start: Start, refused: Past | None) -> Iterator[Move]:
    """All moves, the best ones first."""
    last = refused or (seen.trials[-1] if seen.trials else None)
    if last is not None and last.recipe is not None and not last.done:
        yield from _mended(last, start)
    if best := seen.best:
        yield from after(best, seen, start)
        return
    yield Move(_first(start), "", _FIRST, _SHIFT)
    for recipe, what in wider(_first(start)):
        yield Move(recipe, "there are too few others", f"{_FIRST}, {what}", _SHIFT)


def _mended(row: Past, start: Start) -> Iterator[Move]:
    """What may follow on a trial that failed, or on a recipe that was refused."""
    assert row.recipe is not None
    if row.stage == "trial":
        yield Move(row.recipe, f"{row.name} failed at play: {row.why}", "the same again", _SHIFT)
    elif row.stage == "train":
        yield from after_failure(row, start)
    else:
        for recipe, what in wider(row.recipe):
            why = f"{row.name} came to no examples: {row.why}"
            yield Move(recipe, why, f"the same turns {what}", _SHIFT)


def _alike(one: Recipe, other: Recipe, seen: Evidence) -> bool:
    """Whether two recipes come to the same examples, trained in the same way."""
    if (one.lora, one.composition) != (other.lora, other.composition):
        return False
    if not isinstance(one.selection, Filters) or not isinstance(other.selection, Filters):
        return False
    return seen.picked(one.selection) == seen.picked(other.selection)


def _deserves_another(recipe: Recipe, seen: Evidence, refused: Past | None) -> bool:
    """Whether a recipe failed at play, once: that may have been the server's or the world's day."""
    rows = [row for row in seen.trials if row.recipe == recipe]
    failed_at_play = len(rows) == 1 and rows[0].stage == AGAIN[1]
    return failed_at_play and rows[0] is seen.trials[-1] and refused is None


def _first(start: Start) -> Recipe:
    return CONSULTS_FIRST.model_copy(update={"lora": start.lora, "least": start.least})


def _enough(recipe: Recipe, seen: Evidence) -> bool:
    """Whether about enough turns are left, some of both routines where a mixture asks for both."""
    if not isinstance(recipe.selection, Filters):
        return True
    left = seen.left(recipe.selection)
    both = recipe.composition.log_share is None or all(left.values())
    return both and sum(left.values()) >= recipe.least


def _rationale(move: Move, seen: Evidence, start: Start) -> str:
    """The first line is a sentence for tables; then every figure that was read."""
    lines = [f"Takes {move.what}{f': {move.because}' if move.because else ''}.", ""]
    lora = move.recipe.lora
    if isinstance(move.recipe.selection, Filters):
        left = seen.left(move.recipe.selection)
        lines.append(
            f"- Of {seen.facts.turns:,} turns ({seen.facts.log:,} of LOG, {seen.facts.plan:,} of "
            f"PLAN), about {sum(left.values()):,} are such: {left['log']:,} of LOG, "
            f"{left['plan']:,} of PLAN."
        )
    lines.append(
        f"- LoRA: rank {lora.rank}, learning rate {lora.learning_rate:g}, {lora.epochs:g} epochs, "
        f"cut-off {lora.cutoff:,}; the ladder begins with {start.source}."
    )
    controls = {name: seen.row(name) for name in CONTROLS}
    for row in seen.trials:
        if row.done:
            loss = ""
            if row.fitted is not None:
                loss = f"loss {row.fitted.first_loss:.3f} to {row.fitted.loss:.3f}; "
            far = "" if row.progression is None else f"; progression {row.progression:.1%}"
            lines.append(f"- {row.name}: {loss}{figures(row, controls)}{far}.")
        else:
            lines.append(f"- {row.name} failed ({row.stage}): {one_line(row.why, 300)}")
    return "\n".join(lines) + "\n"
