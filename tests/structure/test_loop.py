"""Loop 1 from its first measure to its result, on a toy world with a real model server."""

import json
from pathlib import Path
from typing import Any

import pytest

from automem_graph.structure.bench import Unfinished
from automem_graph.structure.evolve import evolve_scaffold
from automem_graph.structure.lineage import Row
from automem_graph.structure.loop.graph import create_scaffold_loop
from support.evolving import HINT, HINTING, command, settings
from support.openai_server import OpenAIServer


def rows_of(evolution: Any) -> list[tuple[str, bool, str]]:
    return [(row.name, row.kept, row.stage) for row in evolution.rows]


def test_a_true_improvement_is_kept_confirmed_and_holds_on_held_out_seeds(walker, tmp_path):
    found = evolve_scaffold(**settings(walker, command(tmp_path, HINTING)))
    assert rows_of(found) == [("v0", True, "trial"), ("v1.1", True, "confirm")]
    row = found.rows[1]
    assert row.reason == "Tell the agent to walk."
    assert [pair.gap for pair in row.trial.pairs] == [1.0] * 5
    fresh = {pair.seed for pair in row.confirmation.pairs}
    assert len(fresh) == 5
    assert not fresh & {1, 2, 3, 4, 5, 11, 12, 13, 14}
    assert HINT in (found.scaffold / "prompts" / "system.md").read_text()
    held = found.held_out
    assert (held.first.progression.mean, held.last.progression.mean) == (0.0, 1.0)
    assert held.last_wiped.progression.mean == 1.0  # its hint is no memory
    assert found.stop.startswith("1 versions were kept") or "asked for" in found.stop


def test_the_same_call_again_plays_and_asks_nothing(walker, tmp_path):
    given = settings(walker, command(tmp_path, HINTING))
    first = evolve_scaffold(**given)
    calls = len(walker.requests)
    assert evolve_scaffold(**given) == first
    assert len(walker.requests) == calls


def test_what_does_nothing_is_never_kept(walker, tmp_path):
    body = """
tried = len(list(Path("history").iterdir()))
add("prompts/system.md", f"\\nThis is a remark, number {tried}.\\n")
says("Make a remark.")
"""
    found = evolve_scaffold(**settings(walker, command(tmp_path, body)))
    assert [(name, kept) for name, kept, _ in rows_of(found)] == [
        ("v0", True), ("v1.1", False), ("v1.2", False),
    ]  # fmt: skip
    assert "it has converged" in found.stop
    assert all("no better" in row.why or "no longer" in row.why for row in found.rows[1:])


def test_a_server_that_dies_stops_the_loop_and_the_same_call_goes_on(walker, tmp_path):
    given = settings(walker, command(tmp_path, HINTING))
    port = walker.port
    walker.die()
    with pytest.raises(Unfinished, match="the same command"):
        evolve_scaffold(**given)
    with OpenAIServer(walker.script, port=port):
        found = evolve_scaffold(**given)
    assert found.best.name == "v1"


def test_a_person_is_asked_and_may_decline(walker, tmp_path):
    asked: list[Any] = []

    def decline(question):
        asked.append(question)
        return {"keep": False, "why": "it is a trick"}

    given = settings(walker, command(tmp_path, HINTING), attempts=1)
    del given["run"]
    found = evolve_scaffold(**given, run="run", approve=decline)
    assert HINT in asked[0]["diff"]
    assert asked[0]["confirmation"]["judged"]["passed"]
    assert found.rows[1].why == "a person declined it: it is a trick"
    assert found.best.name == "v0"


def test_the_graph_is_drawn_with_the_inner_loop_inside_trial():
    drawn = create_scaffold_loop().get_graph(xray=True)
    assert {"measure", "review", "revise", "check", "gate", "approve", "keep", "discard"} <= {
        node.name for node in drawn.nodes.values()
    }
    assert {"trial:observe", "trial:commit", "trial:act"} <= set(drawn.nodes)


def test_a_row_survives_its_file(tmp_path):
    row = Row(name="v1.1", kept=False, stage="gate", why="no better")
    assert Row.model_validate(json.loads(row.model_dump_json(exclude_defaults=True))) == row
    assert Path(tmp_path).exists()
