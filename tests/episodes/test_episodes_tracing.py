"""What LangSmith is sent of episodes: caught at a local server, from processes as they really are.

Nothing is traced in the process of the tests: drivers and commands inherit its environment.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from langsmith import Client

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.identity import Asked
from automem_graph.episodes.machine import ThisMachine
from automem_graph.episodes.many import run_episodes
from automem_graph.episodes.play import EpisodeResult
from automem_graph.episodes.tracing import EpisodeTracer, Failure, adapter
from automem_graph.models.resolve import resolve_model
from support import toy
from support.langsmith_server import LangSmithServer, Row
from support.openai_answers import Answer, Refusal, Request
from support.openai_server import OpenAIServer, Script
from support.runs import WHO
from support.served import routine_of

SECRET = "planted-secret-0815"
OURS = "lsv2-key-of-langsmith"
STEPS = 60
RIGHT = "<|ACTION|>Right<|END|>"
CODE = "from automem_graph.cli import main; main()"


def script() -> Script:
    """Plays along; `keep` is asked in vain once, and `broken` always: both say the key aloud."""
    tired = {"keep": 1, "broken": 99}

    def answer(request: Request) -> Answer:
        asked = request.body["model"]
        if tired.get(asked, 0):
            tired[asked] -= 1
            said = f"no luck with {SECRET} for {request.prompt}"
            return Refusal(503 if asked == "keep" else 401, said)
        return "<|APPEND|>a.md|was here<|END|><|DONE|>" if routine_of(request) == "log" else RIGHT

    return answer


def environment(server: LangSmithServer, tracing: str) -> dict[str, str]:
    return {
        "LANGSMITH_TRACING": tracing,
        "LANGSMITH_ENDPOINT": server.url,
        "LANGSMITH_API_KEY": OURS,
        "LANGSMITH_PROJECT": "crafts",
        "VLLM_API_KEY": SECRET,
        "OPENAI_API_KEY": SECRET,
    }


def play(
    server: LangSmithServer, tracing: str, *gameplay: str, steps: int = STEPS
) -> list[EpisodeResult]:
    """An episode for each of the models, with the specialist `keep`."""
    with pytest.MonkeyPatch.context() as patch, OpenAIServer(script()) as models:
        for name, value in environment(server, tracing).items():
            patch.setenv(name, value)
        jobs = [
            PlayContext(
                task="support.trouble:RING", seed=1, steps=steps, run=f"runs/{name}",
                gameplay=f"vllm:{name}@{models.url}", specialist=f"vllm:keep@{models.url}",
                steps_per_run=50,
            )
            for name in gameplay
        ]  # fmt: skip
        played = run_episodes(jobs, ThisMachine(parallel=1))
        return sorted(played, key=lambda result: result.asked.gameplay)


@pytest.fixture(scope="module")
def traced(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[LangSmithServer, EpisodeResult, EpisodeResult]]:
    """Two episodes, one with two models and one whose model refuses the key."""
    with LangSmithServer() as server, pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("traced"))
        whole, broken = play(server, "true", "act", "broken")
        yield server, whole, broken


def metadata(run: Row) -> Row:
    return run["extra"]["metadata"]


def thread(server: LangSmithServer, result: EpisodeResult) -> list[Row]:
    return [root for root in server.roots if metadata(root)["thread_id"] == result.episode]


def test_an_episode_is_a_thread_of_traces_of_at_most_fifty_steps(traced):
    server, whole, broken = traced
    assert (whole.status, whole.steps, broken.status) == ("done", STEPS, "failed")
    assert len(server.roots) == len(thread(server, whole)) + len(thread(server, broken)) == 3
    steps = []
    for root in thread(server, whole):
        under = server.under(root)
        assert {metadata(run)["thread_id"] for run in under} == {whole.episode}
        steps.append([metadata(run)["step"] for run in under if run["name"] == "act"])
        assert metadata(root)["step"] == steps[-1][0]
    assert steps == [list(range(50)), list(range(50, STEPS))]
    assert all(run.get("end_time") for run in server.runs.values())


def test_a_trace_says_what_one_filters_on(traced):
    server, whole, _ = traced
    first, second = thread(server, whole)
    assert {root["name"] for root in (first, second)} == {"inner_loop"}
    assert {run["session_name"] for run in server.runs.values()} == {"crafts"}
    assert {run["tags"][0] for run in (first, second)} == {"automem"}
    wanted = {
        "thread_id": whole.episode, "task": "support.trouble:RING", "seed": 1, "step": 50,
        "agent": "memory", "run": "act", "scaffold": whole.asked.scaffold, "adapter": "keep",
    }  # fmt: skip
    assert wanted.items() <= metadata(second).items()


def test_nodes_have_their_names_and_model_calls_their_roles_and_routines(traced):
    server, whole, _ = traced
    nodes = {"observe", "log", "remember", "plan", "recall", "commit", "act"}
    calls: Counter[tuple[str, ...]] = Counter()
    for root in thread(server, whole):
        by_id = {run["id"]: run for run in server.under(root)}
        for run in by_id.values():
            assert "automem" in run["tags"]
            if run["run_type"] != "llm":
                assert run["name"] in nodes
                assert run["parent_run_id"] == root["id"]
                continue
            node = by_id[run["parent_run_id"]]
            tags = sorted(tag for tag in run["tags"] if tag.startswith(("role:", "routine:")))
            calls[(node["name"], run["name"], *tags)] += 1
            assert metadata(run)["step"] == metadata(node)["step"]
    assert calls == {
        ("log", "specialist", "role:specialist", "routine:log"): STEPS - 1,
        ("plan", "specialist", "role:specialist", "routine:plan"): STEPS + 1,  # one refused
        ("commit", "gameplay", "role:gameplay", "routine:plan"): STEPS,
    }


def test_a_call_has_its_conversation_and_its_tokens_and_its_node_does_not_repeat_it(traced):
    server, whole, _ = traced
    under = server.under(thread(server, whole)[0])
    call = next(run for run in under if run["name"] == "gameplay")
    assert "You stand in room 0" in json.dumps(call["inputs"])
    assert RIGHT in json.dumps(call["outputs"])
    assert metadata(call)["usage_metadata"]["input_tokens"] == 7
    assert metadata(call)["ls_model_name"] == "act"
    assert metadata(call)["ls_temperature"] == 1.0
    node = next(run for run in under if run["id"] == call["parent_run_id"])
    assert node["inputs"] == {"step": 0}
    assert "messages" not in node["outputs"]
    assert node["outputs"]["turn"]["committed"] == "Right"


def test_an_error_is_told_without_what_led_to_it(traced):
    server, _, broken = traced
    (root,) = thread(server, broken)
    (node, call) = sorted(
        (run for run in server.under(root) if run.get("error")), key=lambda run: run["run_type"]
    )
    assert call["error"].endswith("Failure: OpenAIAuthenticationError")
    assert node["error"] == root["error"]
    assert "Failure: ModelError: the model 'broken' at http://127.0.0.1" in node["error"]
    assert "Traceback" not in node["error"]
    assert not repr(Failure("x"))


def test_keys_are_sent_to_nobody(traced):
    server, *_ = traced
    assert b"was here" in server.sent
    assert SECRET.encode() not in server.sent
    assert server.sent.count(OURS.encode()) == len(server.requests)  # a header of each


@pytest.mark.parametrize(
    ("specialist", "name"),
    [
        ("offline:player", ""),
        ("openai:gpt-5.5", ""),
        ("vllm:act@http://127.0.0.1/v1", ""),
        ("vllm:crafter-1@http://127.0.0.1/v1", "crafter-1"),
        ("local:models/base", ""),
        ("local:/models/base@/adapters/crafter-1", "crafter-1"),
    ],
)
def test_an_adapter_is_called_by_its_name(specialist: str, name: str):
    acts = {**WHO, "gameplay": "vllm:act@http://127.0.0.1/v1", "specialist": specialist}
    assert adapter(Asked(task="crafter", steps=10, **acts)) == name


def test_no_setting_of_a_model_is_sent(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VLLM_API_KEY", SECRET)
    with LangSmithServer() as server, OpenAIServer(lambda request: "Hello.") as models:
        opened = resolve_model(f"vllm:act@{models.url}")
        settings = {"default_headers": {"x-key": SECRET}, "extra_body": {"key": SECRET}}
        model = opened.model_copy(update={**settings, "metadata": {"key": SECRET}})
        client = Client(api_url=server.url, api_key=OURS)
        told = {"callbacks": [EpisodeTracer(client=client)], "metadata": {"seed": 7}}
        assert model.bind(user=SECRET).invoke("Who is there?", told).text == "Hello."
        client.flush()
    (run,) = server.runs.values()
    assert (metadata(run)["seed"], metadata(run)["ls_model_name"]) == (7, "act")
    assert b"Who is there?" in server.sent
    assert SECRET.encode() not in server.sent


def test_with_tracing_off_not_one_request_leaves():
    with LangSmithServer() as server:
        for tracing in ("false", ""):
            assert play(server, tracing, "act", steps=3)[0].status == "done"
            shutil.rmtree("runs")
        assert server.requests == []


def automem(server: LangSmithServer, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", CODE, *words],
        env={**os.environ, **environment(server, "true")},
        capture_output=True, text=True, check=False, timeout=40,
    )  # fmt: skip


def test_without_payloads_no_text_is_sent_and_the_command_ends_when_all_is_sent():
    Path("broken").touch()  # seed 2 of FRAIL caves in
    with LangSmithServer() as server:
        whole = automem(server, "play", toy.NAME, "--trace-payloads", "off")
        frail = "support.frail:FRAIL"
        failed = automem(server, "play", frail, "--seed", "2", "--trace-payloads", "off")
    assert (whole.returncode, failed.returncode) == (0, 1), whole.stderr + failed.stderr
    assert len(server.roots) == 2
    assert all(run.get("end_time") for run in server.runs.values())
    for run in server.runs.values():
        assert run.get("inputs", {}) == {}
        assert run.get("outputs", {}) == {}
    assert b"You stand in room" not in server.sent
    assert b"caved in" not in server.sent
    assert "it caved in" in failed.stderr
    calls = [run for run in server.runs.values() if run["run_type"] == "llm"]
    assert calls
    assert all(metadata(run)["usage_metadata"]["output_tokens"] for run in calls)
    assert {run["name"] for run in calls} == {"gameplay"}


@pytest.mark.parametrize("deaf", [False, True])
def test_a_langsmith_that_refuses_or_does_not_answer_costs_no_episode(deaf: bool):
    with LangSmithServer(runs_multipart=401) as server:
        if deaf:
            server.deaf.set()
        played = automem(server, "play", toy.NAME, "--json")
    assert played.returncode == 0, played.stderr
    assert json.loads(played.stdout)["status"] == "done"
