"""Pages of HTML from the templates beside this file.

What models, worlds and scaffolds wrote stands in them as text and as nothing else: every value is
escaped, and what would not show, or would turn the direction of a line, is spelt out. The pages ask
the network for nothing and run no script but their own: their policy names both by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from automem_graph.structure.desk.plain import visible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def render(template: str, **variables: Any) -> str:
    """One of the templates; an unknown variable raises jinja2's UndefinedError.

    A page puts `style` and `script` between its tags exactly so, and `policy` into its head.
    """
    style, script = _asset("style.css"), _asset("page.js")
    return (
        _templates()
        .get_template(f"{template}.html")
        .render(**variables, style=style, script=script, policy=policy([script], [style]))
    )


def policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """A content security policy under which exactly these texts run, and are applied."""
    return (
        f"default-src 'none'; script-src {_hashes(scripts)}; style-src {_hashes(styles)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hashes(texts: Iterable[str]) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in digests) or "'none'"


@cache
def _asset(name: str) -> Markup:
    """A style or a script, which is the package's own and stands on a page as it is."""
    from markupsafe import Markup

    return Markup(_templates().get_template(name).render())


@cache
def _templates() -> Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader(__package__, "."),
        autoescape=lambda name: name is None or name.endswith(".html"),
        finalize=_plain,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _plain(value: Any) -> Any:
    """Text as it may stand on a page; what a template made itself stays as it is."""
    return visible(value) if type(value) is str else value
