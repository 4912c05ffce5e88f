"""The data card: what a file of examples holds and where that comes from, for people and programs.

It says nothing of when or where it was made, so the same data have the same card.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from automem_graph.episodes.layout import RunFolder, write_whole
from automem_graph.evaluation.seeds import name_seeds
from automem_graph.proficiency.compose import Candidate
from automem_graph.proficiency.layout import TrialFolder
from automem_graph.proficiency.ledger import Data
from automem_graph.proficiency.picks import Picks, Rejection
from automem_graph.proficiency.reading import finished_episodes, keeper_of
from automem_graph.proficiency.recipe import Recipe
from automem_graph.proficiency.trainer import Example
from automem_graph.protocols import Frozen
from automem_graph.structure.desk.plain import shortened, visible

if TYPE_CHECKING:
    from jinja2 import Environment

SAMPLES = 3
"""Examples of each routine that are shown."""

SAMPLE_CHARS = 2000
"""Characters of a text that are shown of an example."""


class Spread(Frozen):
    """How long something is, over all examples."""

    least: int
    median: float
    most: int
    total: int


class Sample(Frozen):
    """An example to look at: the end of its prompt, and its target."""

    id: str
    prompt: str
    target: str


class Card(Frozen):
    """A data card."""

    recipe: Recipe
    recipe_id: str
    data: Data
    turns: int
    """Turns that there were to pick from."""
    picked: int
    finished: int
    """Finished episodes that there were."""
    tasks: Mapping[str, int]
    """Examples of each task."""
    seeds: str
    """Those of the examples' episodes: 42-51."""
    scaffolds: tuple[str, ...]
    models: tuple[str, ...]
    """Whose words the targets are."""
    most_per_episode: int
    """Examples of the episode that gave most."""
    lengths: Mapping[str, Spread]
    """Characters of prompts and targets; tokens too where the base model's folder was given."""
    with_token_ids: int
    """Examples whose target is kept in the model's own tokens."""
    rejected: tuple[Rejection, ...]
    """A few of each kind."""
    samples: tuple[Sample, ...]


def card_of(
    collected: Sequence[RunFolder],
    recipe: Recipe,
    picks: Picks,
    chosen: Sequence[Candidate],
    data: Data,
    rejected: Sequence[Rejection],
    examples: Path,
) -> Card:
    """The card of the examples in a file, of which `chosen` says what they are, in order."""
    episodes = finished_episodes(collected)
    used = {one.episode for one in chosen}
    asked = [one.asked for one in episodes if one.folder.id in used]
    per_episode = Counter(one.episode for one in chosen)
    return Card(
        recipe=recipe,
        recipe_id=recipe.id,
        data=data,
        turns=picks.turns,
        picked=len(picks.ids),
        finished=len(episodes),
        tasks=dict(sorted(Counter(one.task for one in chosen).items())),
        seeds=name_seeds(sorted({one.seed for one in chosen})),
        scaffolds=tuple(sorted({one.scaffold for one in asked})),
        models=tuple(
            sorted(
                {
                    one.specialist if keeper_of(one) == "specialist" else one.gameplay
                    for one in asked
                }
            )
        ),
        most_per_episode=max(per_episode.values(), default=0),
        lengths=_lengths(chosen),
        with_token_ids=sum(one.has_ids for one in chosen),
        rejected=tuple(rejected),
        samples=tuple(_samples(chosen, examples)),
    )


def write_card(card: Card, out: TrialFolder) -> None:
    """Write card.json and card.html."""
    write_whole(out.card, card.model_dump_json(indent=2) + "\n")
    settings = card.recipe.model_dump_json(indent=2, exclude={"selection": {"source"}})
    page = _templates().get_template("card.html").render(card=card, settings=settings, of=_share)
    write_whole(out.card.with_suffix(".html"), page)


def _lengths(chosen: Sequence[Candidate]) -> dict[str, Spread]:
    told = ["prompt_chars", "target_chars"]
    if any(one.prompt_tokens for one in chosen):
        told += ["prompt_tokens", "target_tokens"]
    return {name: _spread([getattr(one, name) for one in chosen]) for name in told if chosen}


def _spread(values: Sequence[int]) -> Spread:
    return Spread(least=min(values), median=median(values), most=max(values), total=sum(values))


def _samples(chosen: Sequence[Candidate], examples: Path) -> list[Sample]:
    """The first of each routine in the order of their hashes."""
    shown: list[int] = []
    for routine in ("log", "plan"):
        mine = [number for number, one in enumerate(chosen) if one.routine == routine]
        shown += sorted(mine, key=lambda number: chosen[number].digest)[:SAMPLES]
    starts = [0]
    for one in chosen:
        starts.append(starts[-1] + one.place[1])
    samples = []
    with examples.open("rb") as file:
        for number in shown:
            file.seek(starts[number])
            example = Example.model_validate_json(file.readline())
            samples.append(
                Sample(
                    id=example.id,
                    prompt=shortened(example.prompt[-1]["content"], SAMPLE_CHARS),
                    target=shortened(example.target, SAMPLE_CHARS),
                )
            )
    return samples


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


@cache
def _templates() -> Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader(__package__, "."),
        autoescape=True,
        finalize=_plain,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _plain(value: Any) -> Any:
    """Text as it may stand on a page; what a template made itself stays as it is."""
    return visible(value) if type(value) is str else value
