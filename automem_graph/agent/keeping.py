"""What the two routines work with: the files, and the scaffold that they run by.

An episode's desk has a world beside it (`memory_desk`); a conversation has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from automem_graph.agent.table import GAMEPLAY, SPECIALIST, Table
from automem_graph.memory.door import Door
from automem_graph.protocols import ActionSpec, Role
from automem_graph.scaffold.ahead import Ahead
from automem_graph.scaffold.client import ScaffoldHost, Session
from automem_graph.scaffold.load import Scaffold

Page = tuple[str, Mapping[str, Any]]
"""A template of the scaffold's and the variables to render it with."""


@dataclass(kw_only=True)
class Keeping(Table):
    """The open resources of LOG and PLAN."""

    scaffold: Scaffold
    host: ScaffoldHost
    memory: Door
    _session: Session | None = None

    @property
    def two_models(self) -> bool:
        """Whether a specialist consults and another model commits."""
        return SPECIALIST in self.models

    @property
    def keeper(self) -> Role:
        """Who keeps memory: the specialist, or the gameplay model where it is the only one."""
        return SPECIALIST if self.two_models else GAMEPLAY

    @property
    def session(self) -> Session:
        """The scaffold's process, opened on first use."""
        if self._session is None:
            self._session = self.host.open_session(self.memory)
        return self._session

    def end_session(self) -> None:
        """End the scaffold's process."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def render(self, *pages: Page) -> list[str]:
        """Some of the scaffold's prompts, which all have `task`, `actions` and `codec`."""
        return self.session.render_all(pages, self._shared)

    def ahead(self, pages: Sequence[Page]) -> Ahead | None:
        """The pages that will be rendered after a call, with gaps: see `scaffold.ahead`."""
        return Ahead(pages, self._shared) if pages else None

    @cached_property
    def system(self) -> str:
        """The system message: the same for every step and episode of a task and scaffold."""
        instructions = {"task": self.card.model_dump(mode="json")}
        return self.render(("system", instructions))[0]

    @cached_property
    def _shared(self) -> dict[str, Any]:
        return {
            "task": self._task_variables,
            "actions": self._action_variables,
            "codec": self.codec.name,
        }

    @cached_property
    def _task_variables(self) -> dict[str, Any]:
        return self.card.model_dump(mode="json", exclude={"instructions"})

    @cached_property
    def _action_variables(self) -> dict[str, Any]:
        manifest = self.scaffold.manifest

        def shown(spec: ActionSpec) -> dict[str, str]:
            return {"name": spec.name, "form": self.codec.form(spec), "help": spec.help}

        return {
            "log": [shown(spec) for spec in manifest.of("log")],
            "plan": [shown(spec) for spec in manifest.of("plan")],
            "done": shown(manifest.done),
            "commit": shown(manifest.commit),
        }
