"""approve: a person looks at recipe and data before an adapter is trained, if the run asks so."""

from __future__ import annotations

from collections.abc import Mapping

from langgraph.types import interrupt

from automem_graph.proficiency.bench import Bench
from automem_graph.proficiency.loop.state import LoopState, name_of


def approve(bench: Bench, state: LoopState) -> LoopState:
    """Pause until somebody has answered: `true`, `false`, or `{"train": false, "why": "..."}`.

    A run that nobody wants to be asked about any more goes on without an answer.
    """
    if not bench.context.approve:
        return {"next": "train"}
    name = name_of(state)
    draft, folder = bench.draft(name), bench.folder.trial(name)
    answer = interrupt(
        {
            "trial": name,
            "question": f"Train {name} on {draft.data.examples:,} examples?",
            "reason": draft.rationale,
            "rationale": folder.rationale.read_text("utf-8"),
            "recipe": draft.recipe.model_dump(mode="json") if draft.recipe else None,
            "data": draft.data.model_dump(mode="json"),
            "card": str(folder.card.with_suffix(".html")),
        }
    )
    said = answer if isinstance(answer, Mapping) else {"train": answer}
    if said.get("train") is True:
        return {"next": "train"}
    why = " ".join(str(said.get("why", "")).split())[:300]
    return {
        "stage": "approve",
        "why": f"a person declined it{': ' if why else ''}{why}",
        "next": "record",
    }
