"""The graphs as LangGraph's own server shows and runs them: what Studio sees."""

import pytest

from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.trace import read_trace
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import files_at
from automem_graph.worlds.process import WorldProcess
from support.timeless import timeless

NODES = {"observe", "log", "remember", "plan", "recall", "commit", "act"}


def test_the_drawn_graph_has_all_seven_nodes(served):
    client, _ = served
    (assistant,) = client.assistants.search(graph_id="inner_loop")
    drawn = client.assistants.get_graph(assistant["assistant_id"], xray=True)
    assert {node["id"] for node in drawn["nodes"] if not node["id"].startswith("__")} == NODES
    edges = {(edge["source"], edge["target"]) for edge in drawn["edges"]}
    assert {("log", "remember"), ("plan", "recall"), ("commit", "act"), ("act", "observe")} <= edges


def test_its_schemas_name_what_it_takes_and_holds(served):
    client, _ = served
    (assistant,) = client.assistants.search(graph_id="inner_loop")
    schemas = client.assistants.get_schemas(assistant["assistant_id"])
    fields = schemas["context_schema"]["properties"]
    assert {"task", "seed", "scaffold", "gameplay", "steps_per_run"} <= set(fields)
    assert set(schemas["input_schema"]["properties"]) == {"episode"}


def test_five_steps_and_five_more_are_one_consistent_episode(served):
    client, folder = served
    thread = client.threads.create()["thread_id"]
    told = []
    for _ in range(2):
        stream = client.runs.stream(
            thread, "inner_loop", input={}, context={"seed": 7, "steps_per_run": 5},
            stream_mode=["custom", "updates"],
        )  # fmt: skip
        told += list(stream)
    assert not [part for part in told if part.event == "error"], told[-1]
    state = client.threads.get_state(thread)["values"]
    assert state["step"] == 10
    run = folder / "runs" / f"studio-{thread}"
    header, rows = read_trace(EpisodeFolder(run / "episodes" / state["episode"]))
    assert header.seed == 7
    assert [row.step for row in rows] == list(range(10))
    steps = [part.data for part in told if part.event == "custom" and part.data["event"] == "step"]
    assert [step["action"] for step in steps] == [row.action for row in rows]
    assert state["seen"]["observation"] == rows[-2].answer.text


def test_two_threads_do_not_meet(served):
    client, folder = served
    threads = [client.threads.create()["thread_id"] for _ in range(2)]
    for thread in threads:
        client.runs.wait(thread, "inner_loop", input={}, context={"steps_per_run": 2})
    rows = []
    for thread in threads:
        (trace,) = (folder / "runs" / f"studio-{thread}").glob("episodes/*/trace.jsonl")
        rows.append(read_trace(EpisodeFolder(trace.parent))[1])
    assert [row.answer for row in rows[0]] == [row.answer for row in rows[1]]
    assert len(rows[0]) == 2


def test_a_forked_checkpoint_goes_on_as_an_episode_of_its_own(served):
    client, folder = served
    context = {"seed": 3, "steps_per_run": 6}
    thread = client.threads.create()["thread_id"]
    client.runs.wait(thread, "inner_loop", input={}, context=context)
    episodes = folder / "runs" / f"studio-{thread}" / "episodes"
    (original,) = (EpisodeFolder(path) for path in episodes.iterdir())
    before = timeless(original)

    past = next(
        state
        for state in client.threads.get_history(thread, limit=100)
        if state["next"] == ["act"] and state["values"]["step"] == 3
    )
    turn = {**past["values"]["turn"], "committed": "Noop"}
    edited = client.threads.update_state(
        thread, {"fork": "wait", "turn": turn}, checkpoint=past["checkpoint"]
    )
    end = client.runs.wait(
        thread, "inner_loop", input=None, checkpoint=edited["checkpoint"], context=context
    )
    assert end["step"] == 6
    assert timeless(original) == before
    (fork,) = (EpisodeFolder(path) for path in episodes.iterdir() if path.name != original.id)
    assert end["episode"] == fork.id

    _, rows, *_ = timeless(fork)
    assert rows[:3] == before[1][:3]
    assert rows[3].action == "Noop"
    with WorldProcess.start() as worlds:
        for episode in (original, fork):
            replayed = worlds.open("crafter", 3)
            assert replayed.reset() == timeless(episode)[0]
            for row in timeless(episode)[1]:
                assert replayed.step(row.action) == row.answer
            assert files_at(read_rows(episode.journal)) == {
                path.name: path.read_text() for path in episode.memory.iterdir()
            }


def test_a_wrong_context_is_an_error_that_says_what_is_wrong(served):
    client, _ = served
    thread = client.threads.create()["thread_id"]
    with pytest.raises(Exception, match="crafter"):
        client.runs.wait(thread, "inner_loop", input={}, context={"task": "chess"})


def test_the_baselines_have_a_graph_of_their_own(served):
    client, folder = served
    (assistant,) = client.assistants.search(graph_id="baseline")
    drawn = client.assistants.get_graph(assistant["assistant_id"], xray=True)
    nodes = {node["id"] for node in drawn["nodes"] if not node["id"].startswith("__")}
    assert nodes == {"observe", "decide", "act"}
    fields = client.assistants.get_schemas(assistant["assistant_id"])["context_schema"]
    agent = fields["properties"]["agent"]
    assert (agent["default"], agent["enum"]) == ("window", ["window", "window-cot", "random"])
    thread = client.threads.create()["thread_id"]
    state = client.runs.wait(thread, "baseline", input={}, context={"steps_per_run": 4})
    assert (state["step"], len(state["messages"])) == (4, 2)
    run = folder / "runs" / f"studio-{thread}" / "episodes" / state["episode"]
    header, rows = read_trace(EpisodeFolder(run))
    assert (header.asked.agent, header.asked.scaffold) == ("window", "")
    assert len(rows[3].messages) == 9


@pytest.mark.parametrize(("graph", "agent"), [("inner_loop", "window"), ("baseline", "memory")])
def test_an_agent_of_the_other_graph_is_an_error_that_says_so(served, graph: str, agent: str):
    client, _ = served
    thread = client.threads.create()["thread_id"]
    with pytest.raises(Exception, match=agent):
        client.runs.wait(thread, graph, input={}, context={"agent": agent})
