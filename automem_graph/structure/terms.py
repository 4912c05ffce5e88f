"""What a run of loop 1 was asked, as its folder keeps it, and the seeds that it plays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count, islice
from pathlib import Path

from pydantic import ValidationError

from automem_graph.episodes.desks import RUNS
from automem_graph.episodes.identity import Cast, Extent, words_for
from automem_graph.episodes.layout import RunError, write_json
from automem_graph.evaluation.results import Key
from automem_graph.evaluation.seeds import BadSeeds, check_seeds, parse_seeds
from automem_graph.evaluation.suite import asked_of, choose
from automem_graph.models.resolve import OFFLINE
from automem_graph.scaffold.load import Scaffold
from automem_graph.structure.context import EvolveContext
from automem_graph.structure.gate import Rule
from automem_graph.structure.layout import EvolutionFolder, SearchName
from automem_graph.structure.lineage import Row
from automem_graph.structure.parting import fresh, part
from automem_graph.worlds.registry import TaskUnavailable, missing, suite, worlds_of

GATE_FROM, HELD_OUT_FROM, FRESH_FROM = 42, 1042, 10_042
"""The first seed of each set. Seeds of a confirmation are fresh: no other match plays them."""

FREE, PAID = 24, 10
"""Seeds of a set: where players are offline, and where a model may cost something."""


class Terms(Cast, Extent):
    """What a run was asked. `scaffold` is the id of the first one; `seeds` are the gate's."""

    suite: str
    proposer: str
    meta: str = ""
    rule: Rule
    held_out: tuple[int, ...]
    search: SearchName = "hill"
    children: int = 1
    """Candidates of a generation; hill climbing has one at a time."""
    worlds: int | None = None
    """How many worlds the task has; None where any seed is one."""

    @property
    def is_population(self) -> bool:
        """Whether there are several parents, and generations of children."""
        return self.search == "population"

    @property
    def gate(self) -> tuple[int, ...]:
        """The seeds of the gate."""
        return self.seeds or ()

    def keys(self, seeds: Sequence[int]) -> tuple[Key, ...]:
        """The worlds of these seeds, seed by seed."""
        return tuple((task, seed) for seed in seeds for task in self.tasks)

    def fresh(self, confirmation: int) -> tuple[int, ...]:
        """The seeds of the n-th confirmation, counted from 0: as many as the gate has.

        Of a task with only so many worlds they may be fewer, and none once these are used up.
        """
        if self.worlds is not None:
            return fresh(self.worlds, self.rule, self.gate, self.held_out, confirmation)
        known = {*self.gate, *self.held_out}
        unused = (seed for seed in count(FRESH_FROM) if seed not in known)
        first = confirmation * len(self.gate)
        return tuple(islice(unused, first, first + len(self.gate)))

    def episodes(self, rows: Sequence[Row]) -> int:
        """Episodes that a search with these rows has asked for, those of the first one included.

        The same figure for the same rows, whatever else was begun, or lay there already.
        """
        first = len(self.keys(self.gate)) if rows else 0
        return first + sum(row.episodes for row in rows)


def terms_of(context: EvolveContext, first: Scaffold) -> tuple[Terms, dict[str, str]]:
    """The terms that a context amounts to, and the tasks that cannot be played here, with why.

    Raises UnknownTask, TaskUnavailable where none can be played, UnknownModel, BadSeeds.
    """
    chosen = choose(suite(context.suite), context.tasks)
    absent = {task: why for task in chosen if (why := missing(task)) is not None}
    playable = [task for task in chosen if task not in absent]
    if not playable:
        raise TaskUnavailable(" ".join(dict.fromkeys(absent.values())))
    given = {**context.playing(), "agent": "memory", "scaffold": str(first.path)}
    each = asked_of(set(playable), given)
    one = each[playable[0]]
    free = all(name.startswith(OFFLINE) for name, _ in one.models.values())
    rule = Rule(name=context.rule, p=context.p)
    worlds = worlds_of(playable[0])  # a task of somebody's own is the only one of its suite
    said = (context.gate_seeds, context.held_out_seeds)
    gate, held_out = (parse_seeds(text) if text else () for text in said)
    check_seeds(playable[0], (*gate, *held_out))
    most = FREE if free else PAID
    if worlds is None:
        gate = gate or tuple(range(GATE_FROM, GATE_FROM + most))
        held_out = held_out or tuple(range(HELD_OUT_FROM, HELD_OUT_FROM + most))
    if both := sorted({*gate} & {*held_out}):
        raise BadSeeds(f"seed {both[0]} cannot be the gate's and held out: choose other seeds")
    if worlds is not None:
        gate, held_out = part(playable[0], worlds, rule, most, gate, held_out)
    pairs = len(gate) * len(playable)
    if context.rule == "sign_flip" and 0.5**pairs >= context.p:
        raise BadSeeds(
            f"{pairs} worlds cannot show a p below {context.p:g}, whatever is won there: give the "
            "gate more seeds"
        )
    terms = Terms(
        suite=context.suite,
        tasks={task: each[task].steps for task in playable},
        seeds=gate,
        left_out=tuple(absent),
        held_out=held_out,
        proposer=context.proposer,
        meta=context.meta,
        rule=rule,
        search=context.search,
        children=context.children if context.search == "population" else 1,
        worlds=worlds,
        **one.cast(),
    )
    return terms, absent


def folder_of(context: EvolveContext, terms: Terms) -> EvolutionFolder:
    """The run's folder: the context's, else one named by the terms.

    Held-out seeds do not bear on the name, as long as they bear on nothing that was played before.
    """
    if context.run:
        return EvolutionFolder(Path(context.run))
    return EvolutionFolder(RUNS / f"evolve-{terms.suite}-{words_of(terms)}")


def words_of(terms: Terms) -> str:
    """The words that name a run of these terms, wherever its folder is."""
    plain = {"search", "children"} if terms.search == "hill" else set()
    return words_for(terms.model_dump(mode="json", exclude=_free(terms) | plain))


def keep_terms(folder: EvolutionFolder, terms: Terms) -> None:
    """Write the terms into the run's folder; RunError where it holds a run of other ones."""
    free = _free(terms)
    if folder.asked.exists():
        kept = read_terms(folder)
        was, wanted = kept.model_dump(exclude=free), terms.model_dump(exclude=free)
        other = [name for name, value in wanted.items() if was[name] != value]
        if other:
            raise RunError(
                f"{folder.path} holds a run with another {', '.join(other)}: choose another folder "
                "with --out"
            )
        if kept == terms:
            return
    write_json(folder.asked, {"format": 1, "asked": terms.model_dump(mode="json")})


def _free(terms: Terms) -> set[str]:
    """What may be another the next time: the held-out seeds, unless the fresh ones are the rest."""
    return {"held_out"} if terms.worlds is None else set()


def read_terms(folder: EvolutionFolder) -> Terms:
    """What a run of loop 1 was asked; RunError where there is none, or it is damaged."""
    try:
        kept = json.loads(folder.asked.read_text(encoding="utf-8"))
        return Terms.model_validate(kept["asked"])
    except FileNotFoundError:
        raise RunError(
            f"there is no run of loop 1 in {folder.path}: it has no evolve.json"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise RunError(f"{folder.asked}: {where} is damaged: {first['msg']}") from error
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise RunError(f"{folder.asked} cannot be read: {error}") from error
