"""What a run of loop 2 has found: its trials, which adapter is promoted, and what it is worth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import reduce
from pathlib import Path

from pydantic import ValidationError

from automem_graph.episodes.layout import EpisodeFolder, RunError
from automem_graph.evaluation.costs import Cost, costs
from automem_graph.evaluation.outcome import NO_PRICES
from automem_graph.models.budget import Price
from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.proficiency.ledger import BASE, RANDOM, Row, read_ledger
from automem_graph.proficiency.promote import Promotion, Verdict, examine
from automem_graph.proficiency.standing import Standing, standing
from automem_graph.proficiency.terms import Terms, read_terms
from automem_graph.protocols import Frozen
from automem_graph.structure.lineage import Spent


class HeldOut(Frozen):
    """Seeds on which nothing was chosen, played by the base, the control and the promoted one."""

    standings: tuple[Standing, ...]
    verdict: Verdict
    """The promoted one's, by the same rule: whether it passes here as well."""


class Training(Frozen):
    """A run of loop 2 as its folder tells it, whether or not it has come to its end."""

    run: str
    """The folder."""
    asked: Terms
    rows: tuple[Row, ...]
    """All trials and the controls, in the order in which they were recorded."""
    trial: tuple[Standing, ...]
    """Of the controls and of the trials that were played, on the seeds of the trials."""
    promotion: Promotion | None
    """None until the search is over."""
    held_out: HeldOut | None
    """None where nothing is promoted."""
    stop: str
    """Why the search ended; empty where it has not."""
    episodes: int
    """Played in all."""
    spent: Spent
    """What the decisions have cost."""
    costs: tuple[Cost, ...] = ()
    """What all episodes have cost, in all sittings."""

    @property
    def promoted(self) -> Row | None:
        """The row of the promoted adapter."""
        name = self.promotion.name if self.promotion else ""
        return next((row for row in self.rows if name and row.name == name), None)

    @property
    def adapter(self) -> Path | None:
        """The promoted adapter's folder: to serve, or to play with."""
        row = self.promoted
        return Path(self.run) / row.fitted.adapter if row and row.fitted else None

    @property
    def specialist(self) -> str:
        """The promoted specialist as a player's model, `local:BASE@ADAPTER`; empty without one."""
        return f"{self.asked.base}@{self.adapter}" if self.adapter else ""


def read_training(
    folder: TrainingFolder,
    promotion: Promotion | None = None,
    stop: str | None = None,
    prices: Mapping[str, Price] = NO_PRICES,
) -> Training:
    """Read a run of loop 2; `promotion` and `stop` are what has just come of it, if it has ended.

    Raises RunError where the folder holds no run, or a damaged one.
    """
    terms, rows = read_terms(folder), read_ledger(folder.ledger)
    kept, why = _ended(folder)
    promotion = promotion or kept
    episodes = [
        EpisodeFolder(trace.parent)
        for where in ("collected", "plays/*")
        for trace in sorted(folder.path.glob(f"{where}/episodes/*/trace.jsonl"))
    ]
    return Training(
        run=str(folder.path),
        asked=terms,
        rows=rows,
        trial=tuple(
            found
            for row in rows
            if not row.failed and (found := _standing(folder, row.name, terms, terms.trial))
        ),
        promotion=promotion,
        held_out=_held_out(folder, terms, promotion.name) if promotion else None,
        stop=why if stop is None else stop,
        episodes=sum(one.result.exists() for one in episodes),
        spent=reduce(Spent.plus, (row.spent for row in rows), Spent()),
        costs=costs(terms, episodes, prices),
    )


def _standing(
    folder: TrainingFolder, name: str, terms: Terms, seeds: tuple[int, ...]
) -> Standing | None:
    return standing(name, folder.play(name), terms.keys(seeds))


def _held_out(folder: TrainingFolder, terms: Terms, name: str) -> HeldOut | None:
    if not name:
        return None
    stands = [_standing(folder, one, terms, terms.held_out) for one in (BASE, RANDOM, name)]
    found = tuple(one for one in stands if one is not None)
    if len(found) < len(stands):
        return None
    base, control, promoted = found
    return HeldOut(standings=found, verdict=examine(promoted, base, control, terms.margin))


def _ended(folder: TrainingFolder) -> tuple[Promotion | None, str]:
    """What the result says was promoted, and why the search ended; nothing where there is none."""
    try:
        kept = json.loads(folder.result.read_text("utf-8"))
        return Promotion.model_validate(kept["promotion"]), str(kept["stop"])
    except FileNotFoundError:
        return None, ""
    except (OSError, ValueError, LookupError, TypeError, ValidationError) as error:
        raise RunError(f"{folder.result} cannot be read: {error}") from error
