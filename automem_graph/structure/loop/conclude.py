"""conclude: seeds that no proposer has seen any trace of are played by the first and the last."""

from __future__ import annotations

from automem_graph.episodes.layout import write_json
from automem_graph.structure.bench import Bench
from automem_graph.structure.loop.state import LoopState
from automem_graph.structure.matches import complete
from automem_graph.structure.result import read_evolution


def conclude(bench: Bench, state: LoopState) -> LoopState:
    """Play the held-out seeds, with files and wiped, and write the result down."""
    versions = bench.versions
    for row in dict.fromkeys((versions[0], versions[-1])):
        complete(bench, row.scaffold, bench.terms.held_out, f"{row.version}, held out")
        complete(
            bench, row.scaffold, bench.terms.held_out, f"{row.version} wiped, held out",
            agent="memory-wiped",
        )  # fmt: skip
    found = read_evolution(bench.folder, stop=state["stop"])
    write_json(bench.folder.result, found.model_dump(mode="json"))
    return {"next": "end"}
