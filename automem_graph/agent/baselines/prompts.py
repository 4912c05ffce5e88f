"""The baselines' prompts: the package's own templates, rendered strictly.

They are no part of a scaffold, so loop 1 cannot rewrite what memory is measured against.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from automem_graph.protocols import ActionSpec

if TYPE_CHECKING:
    from jinja2 import Environment

COMMIT = ActionSpec(
    name="ACTION",
    kind="commit",
    routines=("plan",),
    args=("action",),
    help="commit the one action to take in the world now",
)
"""The only action that a baseline writes, in the grammar of all agents."""


def render(template: str, **variables: Any) -> str:
    """One of the templates beside this file; an unknown variable raises jinja2's UndefinedError."""
    return (
        _templates().get_template(f"{template}.md").render(commit=COMMIT.form, **variables).strip()
    )


@cache
def _templates() -> Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader(__package__, "."),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
