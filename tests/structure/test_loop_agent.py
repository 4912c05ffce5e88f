"""Loop 1 with a deep agent as its proposer, over HTTP: a scripted model that truly improves."""

from automem_graph.structure.evolve import evolve_scaffold
from support.evolving import HINT, settings
from support.openai_answers import Reply, Request
from support.openai_server import OpenAIServer

SYSTEM = "/scaffold/prompts/system.md"
RULE = "In LOG you may write:"
STEPS = (
    Reply(tools=[("read_file", {"file_path": "/README.md"})]),
    Reply(tools=[("read_file", {"file_path": "/history/v0/index.md"})]),
    Reply(tools=[("find_steps", {"candidate": "v0", "text": "Wait"})]),
    Reply(
        tools=[
            (
                "edit_file",
                {"file_path": SYSTEM, "old_string": RULE, "new_string": f"{HINT}\n\n{RULE}"},
            ),
            ("write_file", {"file_path": "/analysis.md", "content": "v0 waits: e01, step 0."}),
            ("write_file", {"file_path": "/changes.md", "content": "Says which way to walk."}),
        ]
    ),
)


def test_an_agent_that_reads_the_views_and_edits_wins(walker):
    """Its answers follow from how far its own conversation has come."""

    def meta(request: Request) -> Reply:
        said = sum(message["role"] == "assistant" for message in request.body["messages"])
        return STEPS[said] if said < len(STEPS) else Reply("That is all.")

    with OpenAIServer(meta) as server:
        found = evolve_scaffold(
            **settings(walker, "agent", meta=f"vllm:meta@{server.url}", attempts=1)
        )
        shown = [
            str(message["content"])
            for message in server.requests[-1].body["messages"]
            if message["role"] == "tool"
        ]
    assert [(row.name, row.kept, row.reason) for row in found.rows[1:]] == [
        ("v1.1", True, "Says which way to walk.")
    ]
    assert "e01" in shown[1]
    assert "Wait" in shown[2]
    assert HINT in (found.scaffold / "prompts" / "system.md").read_text()
    assert found.spent.calls == len(STEPS) + 1
    assert found.held_out is not None
    assert found.held_out.gain.difference.mean == 1.0
