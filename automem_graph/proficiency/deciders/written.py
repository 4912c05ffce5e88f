"""What a decider has written on its desk, taken as what it is: the output of a program of others.

Only three files are read, of bounded size, and only where they are plain files.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from automem_graph.proficiency.decider import Decision
from automem_graph.proficiency.desk_ledger import read_past
from automem_graph.proficiency.desk_turns import walk_turns
from automem_graph.proficiency.recipe import SOURCE_CHARS, Code, Recipe
from automem_graph.proficiency.recipe_file import BadRecipe
from automem_graph.proficiency.selector import BadSelector, open_selector
from automem_graph.proficiency.turns import TurnView
from automem_graph.structure.desk.plain import one_line, read_plain
from automem_graph.structure.lineage import Spent

RECIPE, SELECTOR, RATIONALE = "recipe.json", "select.py", "rationale.md"
WRITTEN = (RECIPE, SELECTOR, RATIONALE)

RECIPE_BYTES = 128 * 1024
RATIONALE_BYTES = 32 * 1024
TRIED_EPISODES = 3
"""Episodes of the desk that a selector is tried on before it is taken."""

AGAIN = ("train", "trial")
"""Stages that a trial may have failed in by bad luck: the same recipe may be tried again."""

NONE_GIVEN = "No reason was given."
_MOST_SAID = 500
_SOURCE_BYTES = 4 * SOURCE_CHARS + 4
"""Enough to tell that a source is too long."""
_EXPECTED = re.compile(r"^#+\s*expected\b[^\n]*(?:\n|\Z)", re.IGNORECASE | re.MULTILINE)


def mark(desk: Path) -> str:
    """A hash of the recipe and the selector, by which one tells whether they were changed."""
    texts = (read_plain(desk / RECIPE, RECIPE_BYTES), read_plain(desk / SELECTOR, _SOURCE_BYTES))
    return hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()


def take_recipe(desk: Path, before: str = "") -> Recipe:
    """The recipe on a desk, its selector tried; BadRecipe says in a sentence what is wrong.

    With the mark of what was there before, that must have been changed.
    """
    recipe = read_recipe(desk)
    try:
        past = read_past(desk / "ledger.jsonl")
    except ValueError as error:  # it was readable when the desk was laid out
        raise BadRecipe(f"something else than the recipe was changed: {error}") from None
    for row in past:
        if row.recipe == recipe and row.stage not in AGAIN:
            raise BadRecipe(f"{RECIPE} is the recipe of {row.name}, which was tried")
    if isinstance(recipe.selection, Code):
        try_selector(desk, recipe)
    if before and mark(desk) == before:
        raise BadRecipe(f"{RECIPE} is as it was, and that recipe was refused")
    return recipe


def read_recipe(desk: Path) -> Recipe:
    """The recipe as it is written, select.py in its place; BadRecipe."""
    text = read_plain(desk / RECIPE, RECIPE_BYTES + 1)
    if not text.strip():
        raise BadRecipe(f"there is no {RECIPE}, or it is empty, or no plain file")
    if len(text.encode("utf-8", "replace")) > RECIPE_BYTES:
        raise BadRecipe(f"{RECIPE} is longer than {RECIPE_BYTES:,} bytes")
    source = read_plain(desk / SELECTOR, _SOURCE_BYTES)
    try:
        data = json.loads(text)
        if source.strip() and _wants_source(data):
            data["selection"] = {"kind": "code", "source": source}
        return Recipe.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        raise BadRecipe(_flaws(error)) from None
    except (ValueError, RecursionError) as error:
        said = one_line(str(error), _MOST_SAID)
        raise BadRecipe(f"{RECIPE} is no JSON: {said}") from None


def take_decision(desk: Path, recipe: Recipe, spent: Spent) -> Decision:
    """The recipe with what was written about it."""
    text = read_plain(desk / RATIONALE, RATIONALE_BYTES).strip()
    parts = _EXPECTED.split(text, maxsplit=1)
    return Decision(
        recipe=recipe,
        rationale=parts[0].strip() or NONE_GIVEN,
        expected=parts[1].strip() if len(parts) > 1 else "",
        spent=spent,
    )


def try_selector(desk: Path, recipe: Recipe) -> str:
    """What a recipe's selection picks of the first episodes on the desk, in a sentence.

    BadRecipe where it fails.
    """
    shown: Counter[str] = Counter()
    picked: Counter[str] = Counter()
    try:
        episodes = _first_episodes(desk)
        with open_selector(recipe.selection) as selector:
            for turns in episodes:
                routines = {turn.id: turn.routine for turn in turns}
                shown.update(routines.values())
                for pick in selector.pick(turns):
                    name = pick.get("id") if isinstance(pick, dict) else pick
                    if isinstance(name, str) and name in routines:
                        picked[routines[name]] += 1
    except ValueError as error:
        raise BadRecipe(f"something else than the recipe was changed: {error}") from None
    except BadSelector as fault:
        raise BadRecipe(f"{SELECTOR} fails: {one_line(str(fault), _MOST_SAID)}") from None
    told = (f"{picked[one]:,} of {shown[one]:,} turns of {one.upper()}" for one in ("log", "plan"))
    return f"of {len(episodes)} episodes it picks {' and '.join(told)}"


def _wants_source(data: Any) -> bool:
    """Whether select.py is the selection: it is of the kind `code`, or there is none."""
    if not isinstance(data, dict):
        return False
    selection = data.get("selection", {"kind": "code"})
    return isinstance(selection, dict) and selection.get("kind", "code") == "code"


def _flaws(error: ValidationError) -> str:
    """The first things that are wrong, each with its place in the recipe."""
    told = []
    for flaw in error.errors(include_url=False)[:5]:
        place = ".".join(map(str, flaw["loc"]))
        told.append(f"{place}: {flaw['msg']}" if place else str(flaw["msg"]))
    return one_line(f"{RECIPE} is refused: {'; '.join(told)}", _MOST_SAID)


def _first_episodes(desk: Path) -> list[list[TurnView]]:
    """The turns of a few episodes on the desk."""
    found: dict[str, list[TurnView]] = {}
    for turn in walk_turns(desk / "turns.jsonl"):
        if turn.episode not in found and len(found) == TRIED_EPISODES:
            break
        found.setdefault(turn.episode, []).append(turn)
    return list(found.values())
