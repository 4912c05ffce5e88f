"""A model that talks nonsense is played and scored; a user may ask for an end to a run of it."""

from __future__ import annotations

from automem_graph.agent.desk import Desk
from automem_graph.agent.table import GAMEPLAY


class TooMuchNonsense(Exception):
    """No commit came for as many steps in a row as the user puts up with; says whose and which."""


def end_nonsense(desk: Desk, limit: int) -> None:
    """Raise TooMuchNonsense where the latest steps, `limit` of them or more, had no commit.

    0 is no limit. All of these steps are kept, and an episode that is over stays over.
    """
    if not limit or desk.nonsense < limit or desk.finished:
        return
    last = desk.recorder.position.step - 1
    steps = f"{desk.nonsense} steps in a row (steps {last + 1 - desk.nonsense}-{last})"
    where = f"step {last}" if desk.nonsense == 1 else steps
    raise TooMuchNonsense(
        f"the model {desk.model_names[GAMEPLAY]} committed no action for {where}: read in the "
        "trace what it said there, and see to the model, its server or the codec"
    )
