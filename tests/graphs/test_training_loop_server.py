"""Loop 2 as LangGraph's own server shows it."""

import pytest

GRAPH = "training_loop"


def test_the_loop_is_drawn_with_the_inner_loop_inside_trial(served):
    client, _ = served
    (assistant,) = client.assistants.search(graph_id=GRAPH)
    drawn = client.assistants.get_graph(assistant["assistant_id"], xray=True)
    nodes = {node["id"] for node in drawn["nodes"] if not node["id"].startswith("__")}
    inner = {f"trial:{name}" for name in ("observe", "log", "plan", "commit", "act")}
    assert inner < nodes
    outer = {"collect", "decide", "select", "verify", "approve", "train", "record", "promote"}
    assert outer < nodes
    edges = {(edge["source"], edge["target"]) for edge in drawn["edges"]}
    assert {("record", "decide"), ("record", "promote"), ("verify", "record")} < edges


def test_every_field_of_the_context_has_a_description_and_a_default(served):
    client, _ = served
    (assistant,) = client.assistants.search(graph_id=GRAPH)
    schemas = client.assistants.get_schemas(assistant["assistant_id"])
    fields = schemas["context_schema"]["properties"]
    assert {"task", "base", "decider", "trial_seeds", "margin", "approve"} <= set(fields)
    for name, field in fields.items():
        assert field.get("description"), name
        assert "default" in field, name
    assert (fields["task"]["default"], fields["scaffold"]["default"]) == ("gates", "terse")
    assert schemas["input_schema"]["properties"] == {}
    assert {"run", "trial", "promoted"} < set(schemas["state_schema"]["properties"])


def test_what_cannot_be_asked_is_an_error_that_says_why(served):
    client, _ = served
    thread = client.threads.create()["thread_id"]
    with pytest.raises(Exception, match="must be a folder with its weights"):
        client.runs.wait(thread, GRAPH, input={}, context={"base": "openai:gpt-5.5"})
