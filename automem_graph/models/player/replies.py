"""How the routines of a step are answered, in whatever form the scaffold declares."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from automem_graph.models.player.conversation import Moment


def end_log(moment: Moment[Any], tags: Iterable[str]) -> str:
    """The records of a LOG routine, and its end."""
    done = moment.form("DONE")
    said = [*tags, done.write()] if done else list(tags)
    return "\n".join(said) or "Nothing to note."


def commit(moment: Moment[Any], action: str) -> str:
    """The reply that takes a world action; ends PLAN."""
    form = moment.form("ACTION", "action")
    if form is None:
        return f"I would take {action}, but no action to commit it is declared."
    return form.write(action=action)
