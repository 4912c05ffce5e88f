"""Follow a pipeline: the screen of each loop in its turn."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Self

from rich.console import Console

from automem_graph.cli.following import Following
from automem_graph.cli.trials import Trials
from automem_graph.cli.watching import Watching
from automem_graph.episodes.many import JobEvent
from automem_graph.models.budget import Price, rates
from automem_graph.proficiency.pipeline.events import Event, Stage
from automem_graph.proficiency.pipeline.plan import Plan

OPENING = {
    "evolve": "loop 1: the scaffold",
    "train": "loop 2: the specialist",
    "final": "the table: held-out seeds",
}


class Stages:
    """Shows what happens as `automem evolve` and `automem train` do."""

    def __init__(
        self, console: Console, plan: Plan, prices: Mapping[str, Price], *, quiet: bool = False
    ) -> None:
        self._console = console
        self._rates = rates(plan.base, plan.base, prices)
        self._quiet = quiet
        self._screen: Following | Trials | Watching | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def hear(self, event: Event | JobEvent) -> None:
        """Take in what happens, and show it."""
        if isinstance(event, Stage):
            self._turn_to(event)
        elif self._screen is None:
            return
        elif isinstance(self._screen, Following | Trials):
            self._screen.hear(event)  # type: ignore[arg-type]  # of the loop whose stage it is
        else:
            self._screen.watch(event)  # type: ignore[arg-type]  # only episodes are played there

    def _turn_to(self, stage: Stage) -> None:
        self._open.close()
        if not self._quiet:
            self._console.rule(OPENING[stage.stage], align="left")
        shown = {"quiet": self._quiet}
        screens = {"evolve": Following, "train": Trials}
        if stage.stage in screens:
            screen = screens[stage.stage](self._console, stage.bench, self._rates, **shown)
        else:
            screen = Watching(self._console, self._rates, **shown)
        self._screen = self._open.enter_context(screen)
