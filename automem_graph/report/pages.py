"""Pages of HTML from the templates beside this file.

What models, worlds and scaffolds wrote stands in them as text and as nothing else: every value is
escaped, and what would not show, or would turn the direction of a line, is spelt out. The pages
hold no script and ask the network for nothing, and their policy would let neither happen.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from automem_graph.structure.desk.plain import visible

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, **variables: Any) -> str:
    """One of the templates; an unknown variable raises jinja2's UndefinedError."""
    return _templates().get_template(f"{template}.html").render(**variables)


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
