"""conclude: seeds that no proposer has seen any trace of are played by the first and the last."""

from __future__ import annotations

from automem_graph.agent.context import MEMORY_AGENTS
from automem_graph.episodes.layout import write_json
from automem_graph.structure.bench import Bench
from automem_graph.structure.loop.state import LoopState
from automem_graph.structure.matches import Side, complete
from automem_graph.structure.result import read_evolution


def conclude(bench: Bench, state: LoopState) -> LoopState:
    """Play the held-out seeds, with files and wiped, and write the result down."""
    versions = bench.versions
    ends = list({row.name: row for row in (versions[0], versions[-1])}.values())
    sides = [Side(row.scaffold, agent) for row in ends for agent in MEMORY_AGENTS]
    names = " and ".join(row.version for row in ends)
    complete(
        bench, sides, bench.terms.held_out, f"{names} on held-out worlds, with files and wiped"
    )
    found = read_evolution(bench.folder, stop=state["stop"])
    write_json(bench.folder.result, found.model_dump(mode="json"))
    return {"next": "end"}
