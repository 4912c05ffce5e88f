"""Ask a person at the terminal: is a scaffold that has won kept, is an adapter trained?"""

from __future__ import annotations

import json
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


def ask_to_train(question: Mapping[str, Any]) -> Mapping[str, Any]:
    """Show reason, recipe and data; the answer as loop 2's node `approve` takes it."""
    out.rule(shown(f"{question['trial']}: a recipe"))
    out.print(shown(str(question["rationale"]).strip()), soft_wrap=True)
    out.print(shown(json.dumps(question["recipe"], indent=1, ensure_ascii=False)), soft_wrap=True)
    out.print(shown(f"data: {json.dumps(question['data'])}; card: {question['card']}"))
    out.print(shown(str(question["question"])), soft_wrap=True)
    if typer.confirm("Train it?"):
        return {"train": True}
    return {"train": False, "why": typer.prompt("Why not", default="", show_default=False)}
