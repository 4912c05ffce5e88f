"""The desk of a baseline: what all agents have, which baseline it is, and the world's seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from automem_graph.agent.baselines.prompts import render
from automem_graph.agent.context import Agent
from automem_graph.agent.desk import WINDOW, Desk


@dataclass(kw_only=True)
class BaselineDesk(Desk):
    """The open resources of an episode whose agent keeps no files."""

    agent: Agent
    seed: int

    @property
    def thinks(self) -> bool:
        """Whether the model thinks aloud before it commits (chain of thought)."""
        return self.agent == "window-cot"

    @cached_property
    def system(self) -> str:
        """The system message: the same for every step and episode of a task."""
        card = self.card.model_dump(mode="json")
        return render("system", task=card, window=WINDOW, thinks=self.thinks)
