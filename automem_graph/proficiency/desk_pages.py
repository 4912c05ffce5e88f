"""The pages of a desk that are the same for all: the contract with all ranges, and the priors."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from automem_graph.proficiency import recipe
from automem_graph.proficiency.recipe import Lora, Recipe
from automem_graph.proficiency.recipe_file import CONSULTS_FIRST
from automem_graph.proficiency.selector import contract

PRIORS: Mapping[str, Recipe] = {
    "Crafter": CONSULTS_FIRST.model_copy(
        update={
            "lora": Lora(rank=256, alpha=512, targets="attention", epochs=4, batch=32),
            "least": 600,
        }
    ),
    "MiniHack": CONSULTS_FIRST.model_copy(
        update={
            "lora": Lora(rank=128, alpha=256, targets="all-linear", epochs=3, batch=16),
            "least": 300,
        }
    ),
    "NetHack": CONSULTS_FIRST.model_copy(
        update={
            "lora": Lora(rank=256, alpha=512, targets="all-linear", epochs=1, batch=32),
            "least": 800,
        }
    ),
}
"""The paper's settings for Qwen2.5-32B-Instruct: learning rate 5e-5, cosine, warm-up 5 %, cut-off
16,384. The selection is ours: the paper's selectors were written anew for each task."""

_RANGES = {
    "minimum": "at least {:,}",
    "exclusiveMinimum": "above {:,}",
    "maximum": "at most {:,}",
    "exclusiveMaximum": "below {:,}",
    "minLength": "at least {:,} characters",
    "maxLength": "at most {:,} characters",
}


def contract_page() -> str:
    """CONTRACT.md."""
    lines = ["| field | what it takes | without it | |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(cells)} |" for cells in _fields()]
    return f"""\
# What a recipe is

A JSON object in `recipe.json`. A field that is not listed, or a value of another type or out of its
range, makes the recipe refused. Only `selection` must be there. Numbers are numbers (no `"16"`).

{chr(10).join(lines)}

`selection` is one of two kinds, told by its `kind`:

- `filters`: conditions, all of which must hold of a turn.
- `code`: a selector in Python. Leave `source` out and write the selector to `select.py`.

The smallest recipe: `{{"selection": {{"kind": "filters", "consults": true}}}}`.

# What becomes of the picked turns

- An example is one reply: the prompt as the model was given it, and what it replied, byte for byte
  from the trace. No recipe can change a text.
- The fixed post-processing: LOG ends at DONE, PLAN loses its commit, nothing stands after the last
  action, and a reply without a memory action gives no example.
- Left out and counted: the same prompt and target again, what is longer than `lora.cutoff` (it is
  never cut), and what the composition has no room for.
- With fewer examples than `least`, the trial fails before anything is trained.

# What is refused

A recipe that is no JSON or out of range; a `select.py` that is no Python, has no `select(turns)`,
fails, or reaches for files, connections or processes; the recipe of a trial that came to its end.

{contract().replace("# What a selector", "# `select.py`: what a selector", 1)}"""


def priors_page() -> str:
    """priors.md: recipes to begin with."""
    lines = [
        "# Priors",
        "",
        "The paper's LoRA settings for a base model of 32 billion parameters, as recipes. A much "
        "smaller model takes a smaller rank and a higher learning rate: one of a million "
        "parameters learns with rank 16 and 1e-3 to 2e-3. `lora.cutoff` need not be longer than "
        "the base model's context.",
    ]
    for task, one in PRIORS.items():
        lines += ["", f"## {task}", "", "```json", one.model_dump_json(indent=1), "```"]
    return "\n".join([*lines, ""])


def _fields() -> Iterator[tuple[str, str, str, str]]:
    """Every field of a recipe: its path, its range, its default and what it means."""
    schema = Recipe.model_json_schema()
    places = (
        ("selection.", "Filters", ' (kind "filters")'),
        ("selection.", "Code", ' (kind "code")'),
        ("composition.", "Composition", ""),
        ("lora.", "Lora", ""),
        ("", "Recipe", ""),
    )
    for prefix, name, note in places:
        told = schema if name == "Recipe" else schema["$defs"][name]
        for field, about in told["properties"].items():
            if "$ref" in about or "oneOf" in about or field == "kind":
                continue
            default = "must be there" if field in told.get("required", ()) else _default(about)
            meaning = _meanings(name).get(field, "")
            yield f"`{prefix}{field}`{note}", _takes(about), default, meaning


def _takes(about: Mapping[str, Any]) -> str:
    """The type and the range in words."""
    if "anyOf" in about:
        return " or ".join(_takes(one) for one in about["anyOf"])
    if "enum" in about:
        return ", ".join(f'"{one}"' for one in about["enum"])
    if about.get("type") == "array":
        return f"a list of {_takes(about['items'])}"
    if about.get("type") == "object":
        return f"an object of {_takes(about['additionalProperties'])} each"
    limits = [text.format(about[key]) for key, text in _RANGES.items() if key in about]
    return " ".join([about["type"], ", ".join(limits)]).strip()


def _default(about: Mapping[str, Any]) -> str:
    return f"`{json.dumps(about.get('default', {}))}`"


@cache
def _meanings(name: str) -> dict[str, str]:
    """The docstrings of a class's fields, which pydantic's schema does not hold."""
    model: type[BaseModel] = getattr(recipe, name)
    tree = ast.parse(inspect.getsource(model))
    found: dict[str, str] = {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    for field, after in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            found[field.target.id] = " ".join(str(after.value.value).split())
    return found
