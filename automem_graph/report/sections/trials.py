"""The trials of a run of loop 2: what each was trained on, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from automem_graph.evaluation.statistics import Estimate
from automem_graph.proficiency.ledger import Fitted, Row
from automem_graph.proficiency.recipe import Recipe
from automem_graph.proficiency.result import Training
from automem_graph.proficiency.standing import Standing
from automem_graph.protocols import Frozen
from automem_graph.report.figures import NONE, per_cent
from automem_graph.report.sections.section import Cell, Links, Table
from automem_graph.report.sources import Source

HABITS = {
    "writes_per_search": ("writes per search", 1),
    "repeated_writes": ("repeated writes, %", 100),
    "duplicate_lines": ("duplicate lines, %", 100),
    "searches_that_find": ("searches that find, a step", 1),
    "failed_calls": ("failed calls, %", 100),
}
"""What promotion looks at, beside progression."""


class Trial(Frozen):
    """One row of the ledger, in words."""

    id: str
    name: str
    verdict: str
    good: bool
    bad: bool
    why: str
    rationale: str
    facts: tuple[tuple[str, str], ...]


class Trials(Frozen):
    """All trials of a run, and what was promoted."""

    run: str
    promoted: str
    tables: tuple[Table, ...]
    trials: tuple[Trial, ...]


def trials(source: Source, links: Links) -> Trials | None:
    """None for a run of another kind."""
    found = source.training
    if found is None:
        return None
    stands = [("on the trials' worlds", found.trial)]
    stands += [("held out", found.held_out.standings)] if found.held_out else []
    return Trials(
        run=source.name,
        promoted=found.promotion.why if found.promotion else "",
        tables=tuple(_table(what, each, source, links) for what, each in stands if each),
        trials=tuple(_trial(source.name, found, row, links) for row in found.rows),
    )


def all_trials(sources: Sequence[Source], links: Links) -> tuple[Trials, ...]:
    """Those of all runs of loop 2."""
    return tuple(one for source in sources if (one := trials(source, links)) is not None)


def _table(what: str, stands: Sequence[Standing], source: Source, links: Links) -> Table:
    lines = tuple(
        (
            Cell(text=one.name, href=_href(links, source.name, one.name)),
            Cell(text=per_cent(one.progression)),
            *(Cell(text=_habit(one, name, times)) for name, (_, times) in HABITS.items()),
        )
        for one in stands
    )
    head = ("player", "progression, %", *(words for words, _ in HABITS.values()))
    return Table(caption=f"Progression and habits {what}, mean ± SE", head=head, rows=lines)


def _href(links: Links, run: str, name: str) -> str:
    anchor = links.attempt(run, name)
    return f"#{anchor}" if anchor else ""


def _habit(one: Standing, name: str, times: int) -> str:
    found: Estimate | None = one.measures.get(name)
    return NONE if found is None else f"{times * found.mean:.2f} ± {times * found.error:.2f}"


def _trial(run: str, found: Training, row: Row, links: Links) -> Trial:
    promoted = found.promoted is row or found.promoted == row
    verdict = (
        "promoted" if promoted
        else f"failed at {row.stage}" if row.failed
        else "control" if row.is_control
        else "not promoted" if found.promotion else "played"
    )  # fmt: skip
    return Trial(
        id=links.attempt(run, row.name), name=row.name, verdict=verdict, good=promoted,
        bad=row.failed, why=row.why, rationale=row.rationale,
        facts=tuple((name, text) for name, text in _facts(row).items() if text),
    )  # fmt: skip


def _facts(row: Row) -> dict[str, str]:
    data = row.data
    rejected = ", ".join(f"{count:,} {why}" for why, count in data.rejected.items())
    mixture = f"{data.examples:,} examples ({data.log:,} LOG, {data.plan:,} PLAN)"
    return {
        "trained on": f"{mixture} of {data.episodes:,} episodes" if data.examples else "",
        "left out": rejected,
        "selection": _selection(row.recipe) if row.recipe else "",
        "LoRA": _lora(row.recipe) if row.recipe else "",
        "training": _fitted(row.fitted) if row.fitted else "",
        "decision": f"{row.spent.calls:,} calls, {row.spent.input_tokens:,} tokens in, "
        f"{row.spent.output_tokens:,} out" if row.spent.calls else "",
    }  # fmt: skip


def _selection(recipe: Recipe) -> str:
    if recipe.selection.kind == "code":
        return f"code of {len(recipe.selection.source.splitlines()):,} lines"
    chosen = recipe.selection.model_dump(exclude_defaults=True)
    said = ", ".join(name.replace("_", " ") for name, value in chosen.items() if value)
    return said or "all turns"


def _lora(recipe: Recipe) -> str:
    lora = recipe.lora
    return (
        f"rank {lora.rank}, alpha {lora.alpha:g}, {lora.targets}, learning rate "
        f"{lora.learning_rate:g}, {lora.epochs:g} epochs of batches of {lora.batch:,}"
    )


def _fitted(fitted: Fitted) -> str:
    return (
        f"{fitted.steps:,} steps, loss {fitted.first_loss:.3f} to {fitted.loss:.3f}, "
        f"{fitted.seconds:,.0f} seconds"
    )
