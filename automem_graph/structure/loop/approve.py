"""approve: a person looks at what has won, where the run asks for that."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from langgraph.types import interrupt

from automem_graph.structure.bench import Bench
from automem_graph.structure.loop.state import LoopState, name_of


def approve(bench: Bench, state: LoopState) -> LoopState:
    """Pause until somebody has answered: `true`, `false`, or `{"keep": false, "why": "..."}`.

    A run that nobody wants to be asked about any more goes on without an answer.
    """
    if not bench.context.approve:
        return {"next": "keep"}
    name = name_of(state)
    draft, folder = bench.draft(name), bench.folder.attempt(name)
    answer = interrupt(
        {
            "attempt": name,
            "question": f"Keep {name}? It has won: {state['why']}.",
            "reason": draft.reason,
            "analysis": _text(folder / "analysis.md"),
            "changes": _text(folder / "changes.md"),
            "diff": _text(folder / "diff.patch"),
            "trial": draft.trial.model_dump(mode="json") if draft.trial else None,
            "confirmation": (
                draft.confirmation.model_dump(mode="json") if draft.confirmation else None
            ),
        }
    )
    said = answer if isinstance(answer, Mapping) else {"keep": answer}
    if said.get("keep") is True:
        return {"next": "keep"}
    why = " ".join(str(said.get("why", "")).split())[:300]
    return {
        "stage": "approve",
        "why": f"a person declined it{': ' if why else ''}{why}",
        "next": "discard",
    }


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""
