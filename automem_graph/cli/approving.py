"""Ask a person at the terminal whether a scaffold that has won is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer
from rich.syntax import Syntax

from automem_graph.cli.console import out, shown

SHOWN_LINES = 200


def ask(question: Mapping[str, Any]) -> Mapping[str, Any]:
    """Show analysis, diff and evidence; the answer as the node `approve` takes it."""
    out.rule(shown(f"{question['attempt']} has won"))
    out.print(shown(str(question["analysis"]).strip()), soft_wrap=True)
    lines = shown(str(question["diff"])).plain.splitlines()
    out.print(Syntax("\n".join(lines[:SHOWN_LINES]), "diff", word_wrap=True))
    if len(lines) > SHOWN_LINES:
        out.print(f"and {len(lines) - SHOWN_LINES} more lines")
    out.print(shown(str(question["question"])), soft_wrap=True)
    if typer.confirm("Keep it?"):
        return {"keep": True}
    return {"keep": False, "why": typer.prompt("Why not", default="", show_default=False)}
