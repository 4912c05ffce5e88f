"""Two runs on the same worlds: their difference, paired by task and seed.

Worlds are twins: the same task and seed is the same world in both runs, so a pair's difference is
free of how kind its world is, and few pairs tell what many unpaired episodes would have to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from automem_graph.episodes.identity import RunAsked
from automem_graph.episodes.layout import RunError, RunFolder
from automem_graph.episodes.play import EpisodeResult
from automem_graph.evaluation.results import Key, read_results
from automem_graph.evaluation.scores import ALL
from automem_graph.evaluation.statistics import Difference, Estimate, difference, estimate
from automem_graph.evaluation.suite import choose
from automem_graph.protocols import Frozen


class Compared(Frozen):
    """The pairs of one task, or of all. Progression is in [0, 1]; the difference is one - other."""

    task: str
    one: Estimate
    other: Estimate
    difference: Difference


class Unpaired(Frozen):
    """An episode that should be in both runs and is done in at most one."""

    task: str
    seed: int
    why: str


class Comparison(Frozen):
    """What two runs say about each other; incomplete where anything is unpaired."""

    one: str
    other: str
    """The runs' folders, as they were named."""
    differs: Mapping[str, tuple[str, str]]
    """What the runs were asked otherwise: the agent, the scaffold, a model, its sampling, ..."""
    tasks: tuple[Compared, ...]
    all: Compared
    unpaired: tuple[Unpaired, ...]
    left_out: tuple[str, ...]
    """Tasks that were asked for and could not be played for either run."""


def compare_runs(
    one: RunFolder, other: RunFolder, *, tasks: str = "", seeds: Collection[int] | None = None
) -> Comparison:
    """Compare two runs, or only those tasks (comma-separated names) and seeds of theirs.

    Raises RunError where a folder holds no run, where both are the same one, where they differ in
    how long a task may take, and where they share no finished episode.
    """
    if one.path.resolve() == other.path.resolve():
        raise RunError(f"{one.path} and {other.path} are the same run: name two")
    (asked, ours), (other_asked, theirs) = read_results(one), read_results(other)
    _refuse_other_limits(one, asked, other, other_asked)
    chosen = choose(sorted({*asked.tasks, *other_asked.tasks}), tasks)
    wanted = [
        key
        for key in sorted({*ours, *theirs})
        if key[0] in chosen and (seeds is None or key[1] in seeds)
    ]
    pairs: dict[Key, tuple[float, float]] = {}
    unpaired: list[Unpaired] = []
    for key in wanted:
        mine, its = _earned(ours.get(key)), _earned(theirs.get(key))
        if mine is not None and its is not None:
            pairs[key] = (mine, its)
        else:
            why = _lacking({one: ours.get(key), other: theirs.get(key)})
            unpaired.append(Unpaired(task=key[0], seed=key[1], why=why))
    if not pairs:
        raise RunError(f"{one.path} and {other.path} have no finished episode in common")
    return Comparison(
        one=str(one.path),
        other=str(other.path),
        differs=_differences(asked, other_asked),
        tasks=tuple(
            _compared(task, [pair for key, pair in pairs.items() if key[0] == task])
            for task in sorted({task for task, _ in pairs})
        ),
        all=_compared(ALL, list(pairs.values())),
        unpaired=tuple(unpaired),
        left_out=() if tasks else _left_out(asked, other_asked),
    )


def _refuse_other_limits(
    one: RunFolder, asked: RunAsked, other: RunFolder, other_asked: RunAsked
) -> None:
    for task in {*asked.tasks} & {*other_asked.tasks}:
        if asked.tasks[task] != other_asked.tasks[task]:
            raise RunError(
                f"{one.path} plays {task} for {asked.tasks[task]:,} steps and {other.path} for "
                f"{other_asked.tasks[task]:,}: these cannot be paired"
            )


def _differences(asked: RunAsked, other: RunAsked) -> dict[str, tuple[str, str]]:
    free = {"tasks", "seeds", "left_out"}
    ours, theirs = asked.model_dump(exclude=free), other.model_dump(exclude=free)
    return {
        name: (_words(ours[name]), _words(value))
        for name, value in theirs.items()
        if ours[name] != value
    }


def _words(value: str | Mapping[str, object]) -> str:
    if isinstance(value, str):
        return value
    return ", ".join(f"{name} {part}" for name, part in value.items())


def _left_out(asked: RunAsked, other: RunAsked) -> tuple[str, ...]:
    """Tasks that neither run has, though one of them was asked for them."""
    return tuple(sorted({*asked.left_out, *other.left_out} - {*asked.tasks, *other.tasks}))


def _earned(result: EpisodeResult | None) -> float | None:
    """The progression of an episode that is done."""
    return None if result is None else result.progression


def _lacking(results: Mapping[RunFolder, EpisodeResult | None]) -> str:
    """In which run an episode is not done, and how."""
    return ", ".join(
        f"{'missing' if result is None else result.status} in {run.path}"
        for run, result in results.items()
        if _earned(result) is None
    )


def _compared(task: str, pairs: Sequence[tuple[float, float]]) -> Compared:
    one, other = zip(*pairs, strict=True)
    gaps = [mine - theirs for mine, theirs in pairs]
    return Compared(
        task=task, one=estimate(one), other=estimate(other), difference=difference(gaps)
    )
