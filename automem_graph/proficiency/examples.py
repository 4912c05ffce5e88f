"""Make examples of picked turns: from the trace alone, whatever a selector returned.

A trial's data/ then holds picks.json, examples.jsonl, card.json and card.html. All of it follows
from the traces and the recipe: built again, it is the same, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from automem_graph.episodes.layout import RunFolder
from automem_graph.evaluation.seeds import name_seeds
from automem_graph.proficiency.card import card_of, write_card
from automem_graph.proficiency.compose import Candidate, compose, draw
from automem_graph.proficiency.layout import TrialFolder
from automem_graph.proficiency.ledger import Data
from automem_graph.proficiency.picks import (
    NO_TURN,
    Picks,
    Rejection,
    Rejections,
    read_picks,
    select_turns,
)
from automem_graph.proficiency.reading import Episode, NoData, finished_episodes, turns_of
from automem_graph.proficiency.recipe import Composition, Filters, Lora, Recipe
from automem_graph.proficiency.tidy import tidy
from automem_graph.proficiency.tokens import Tokens, open_tokens
from automem_graph.proficiency.trainer import Example
from automem_graph.proficiency.turns import Turn
from automem_graph.proficiency.verify import verify_file

NO_ACTION = "no memory action in the reply"
SAME = "the same prompt and target again"
TOO_LONG = "longer than the cut-off"
LEFT_OUT = "left out by the composition"


def build_data(
    collected: Sequence[RunFolder],
    recipe: Recipe,
    out: TrialFolder,
    *,
    forbidden_seeds: Collection[int] = (),
    base: str | None = None,
) -> Data:
    """The data of a recipe, from these runs: `select_turns`, then `verify_picks`."""
    check_seeds(collected, forbidden_seeds)
    select_turns(collected, recipe, out)
    return verify_picks(collected, recipe, out, forbidden_seeds=forbidden_seeds, base=base)


def random_turns(
    collected: Sequence[RunFolder],
    n: int,
    out: TrialFolder,
    *,
    seed: int = 0,
    lora: Lora | None = None,
    forbidden_seeds: Collection[int] = (),
    base: str | None = None,
) -> Data:
    """The control's data: n examples of all turns, each as likely as any other.

    `lora` is the configuration of the recipe that it is the control of. The seed draws others.
    """
    recipe = control_recipe(n, lora)
    check_seeds(collected, forbidden_seeds)
    select_turns(collected, recipe, out)
    return verify_picks(
        collected, recipe, out, forbidden_seeds=forbidden_seeds, base=base, luck=seed
    )


def control_recipe(n: int, lora: Lora | None = None) -> Recipe:
    """The recipe that selects nothing: all turns, of which n examples are drawn."""
    return Recipe(selection=Filters(), composition=Composition(most=n), lora=lora or Lora())


def check_seeds(collected: Sequence[RunFolder], forbidden: Collection[int]) -> None:
    """NoData, which names the seeds, where one that may not be trained on was played here."""
    played = {episode.result.seed for episode in finished_episodes(collected)}
    if both := sorted(played.intersection(forbidden)):
        seeds = f"the seed {both[0]} is" if len(both) == 1 else f"the seeds {name_seeds(both)} are"
        raise NoData(
            f"{seeds} for judging adapters and may not be trained on: collect episodes on others"
        )


def verify_picks(
    collected: Sequence[RunFolder],
    recipe: Recipe,
    out: TrialFolder,
    *,
    forbidden_seeds: Collection[int] = (),
    base: str | None = None,
    luck: int | None = None,
) -> Data:
    """Make the examples of what was picked for a trial, check the file against the traces, and
    write the data card.

    `base` is the base model's folder: with it examples have lengths in tokens, those longer than
    the recipe's cut-off are left out, and what a local model said is kept in its own tokens. With
    `luck`, as many as the composition has at most are drawn at random, whatever else it asks for.
    NoData where there are fewer examples than the recipe wants; the card is written all the same.
    """
    check_seeds(collected, forbidden_seeds)
    picks = read_picks(out)
    if picks.recipe != recipe.id:
        raise NoData(f"the turns in {out.data} were picked by another recipe: select them again")
    tokens = open_tokens(base)
    rejections = Rejections(picks.rejected, picks.samples)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=out.data) as made:
        pool, chosen_file = Path(made) / "pool.jsonl", Path(made) / "examples.jsonl"
        with pool.open("wb") as file:
            candidates = list(_candidates(collected, picks, recipe, tokens, rejections, file))
        chosen = (
            compose(candidates, recipe.composition)
            if luck is None
            else draw(candidates, recipe.composition.most, luck)
        )
        if len(candidates) > len(chosen):
            rejections.counts[LEFT_OUT] += len(candidates) - len(chosen)
        with pool.open("rb") as source, chosen_file.open("wb") as file:
            _copy(source, file, chosen)
        if wrong := verify_file(chosen_file, collected, base=base):
            raise NoData(f"the example {wrong[0].id} is not verbatim: {wrong[0].why}")
        chosen_file.replace(out.examples)
    data = Data(
        examples=len(chosen),
        log=sum(one.routine == "log" for one in chosen),
        plan=sum(one.routine == "plan" for one in chosen),
        episodes=len({one.episode for one in chosen}),
        rejected=dict(sorted(rejections.counts.items())),
    )
    card = card_of(collected, recipe, picks, chosen, data, rejections.samples, out.examples)
    write_card(card, out)
    if len(chosen) < recipe.least:
        raise NoData(_too_few(data, picks, recipe), data)
    return data


def _candidates(
    collected: Sequence[RunFolder],
    picks: Picks,
    recipe: Recipe,
    tokens: Tokens | None,
    rejections: Rejections,
    file: BinaryIO,
) -> Iterator[Candidate]:
    """All examples that the picked turns give; each is written to the file as it is made."""
    seen: set[bytes] = set()
    at = 0
    for turn in _picked(finished_episodes(collected), picks, rejections):
        for number, example in enumerate(_examples(turn, tokens)):
            lengths = tokens.lengths(example.prompt, example.target) if tokens else (0, 0)
            digest = _digest(example)
            why = ""
            if not example.target:
                why = NO_ACTION
            elif digest in seen:
                why = SAME
            elif sum(lengths) > recipe.lora.cutoff:
                why = TOO_LONG
            if why:
                rejections.add(Rejection(id=f"{turn.view.id}/{number}", why=why))
                continue
            seen.add(digest)
            line = (example.model_dump_json(exclude_defaults=True) + "\n").encode()
            file.write(line)
            yield Candidate(
                id=example.id,
                episode=turn.view.episode,
                task=turn.view.task,
                seed=turn.view.seed,
                routine=turn.view.routine,
                digest=digest,
                prompt_chars=sum(len(said["content"]) for said in example.prompt),
                target_chars=len(example.target),
                prompt_tokens=lengths[0],
                target_tokens=lengths[1],
                has_ids=bool(example.token_ids),
                place=(at, len(line)),
            )
            at += len(line)


def _picked(episodes: Sequence[Episode], picks: Picks, rejections: Rejections) -> Iterator[Turn]:
    """The picked turns; an id that no turn has is rejected here too, whoever wrote the picks."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for name in picks.ids:
        wanted[name.partition("/")[0]].add(name)
    for episode in episodes:
        left = wanted.pop(episode.folder.id, set())
        for turn in turns_of(episode) if left else ():
            if turn.view.id in left:
                left.remove(turn.view.id)
                yield turn
        wanted[""] |= left
    for name in sorted(set().union(*wanted.values())):
        rejections.add(Rejection(id=name, why=NO_TURN))


def _examples(turn: Turn, tokens: Tokens | None) -> Iterator[Example]:
    """One for each reply, in order; its target is empty where nothing of the reply is left."""
    for number, reply in enumerate(turn.replies):
        target = tidy(reply.text, turn.view.routine, turn.actions)
        yield Example(
            id=f"{turn.view.id}/{number}",
            prompt=reply.prompt,
            target=target,
            token_ids=tokens.beginning(reply.token_ids, target) if tokens and target else (),
        )


def _digest(example: Example) -> bytes:
    said = json.dumps([example.prompt, example.target])
    return hashlib.sha256(said.encode()).digest()


def _copy(source: BinaryIO, file: BinaryIO, chosen: Sequence[Candidate]) -> None:
    for one in chosen:
        source.seek(one.place[0])
        file.write(source.read(one.place[1]))


def _too_few(data: Data, picks: Picks, recipe: Recipe) -> str:
    said = (
        f"{data.examples:,} examples came of {len(picks.ids):,} picked turns of "
        f"{picks.turns:,}, and the recipe wants {recipe.least:,}"
    )
    reasons = sorted(data.rejected.items(), key=lambda item: -item[1])
    lost = ", ".join(f"{count:,} {why}" for why, count in reasons[:4])
    return f"{said}: {f'rejected were {lost}' if lost else 'the selection is too narrow'}"
