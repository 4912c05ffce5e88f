"""The desk of an agent with memory: a world, the files, and the scaffold that both run by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from automem_graph.agent.desk import Desk
from automem_graph.agent.keeping import Keeping

PROCESS_STEPS = 50
"""Steps that one process of the scaffold serves."""


@dataclass(kw_only=True)
class MemoryDesk(Keeping, Desk):
    """The open resources of an episode whose agent keeps files."""

    wiped: bool = False
    """Whether this is the control whose memory is wiped after every step."""
    initial_files: Mapping[str, str] = field(default_factory=dict)

    def next_step(self, step: int) -> None:
        """Let the scaffold begin a step with nothing but its state and the files.

        Its modules run anew; its process is another one every `PROCESS_STEPS` steps, and at each
        step of the wiped control, so that nothing hidden in it can pass for memory for long.
        """
        if self.wiped or step % PROCESS_STEPS == 0:
            self.end_session()
        else:
            self.session.next_step()

    def close(self) -> None:
        """Give all of it back; the episode can be opened again where its trace stands."""
        self.end_session()
        super().close()
