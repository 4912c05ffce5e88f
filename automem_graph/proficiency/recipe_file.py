"""A recipe from a file, as a person writes it, and the one that is taken where there is none."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from automem_graph.episodes.layout import RunError
from automem_graph.proficiency.recipe import Code, Filters, Recipe

CONSULTS_FIRST = Recipe(
    selection=Filters(searches_before_writes=True, consults=True, no_failures=True)
)
"""Turns that look into memory before they write to it, and in which no action failed."""


class BadRecipe(RunError):
    """A file that holds no recipe; the message says where and why."""


def read_recipe(path: Path) -> Recipe:
    """The recipe in a JSON file; a .py file is a selector, and the rest stays as it is by default.

    Raises BadRecipe.
    """
    try:
        text = path.read_text("utf-8")
        if path.suffix == ".py":
            return Recipe(selection=Code(source=text))
        return Recipe.model_validate_json(text)
    except (OSError, UnicodeDecodeError) as error:
        raise BadRecipe(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BadRecipe(
            f"{path} is no recipe: {place}{': ' * bool(place)}{first['msg']}"
        ) from error
