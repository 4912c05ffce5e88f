"""The `agent` proposer, over HTTP: a scripted model reviews v0 with its file tools."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from automem_graph.models import calling, servers
from automem_graph.models.calling import ModelError
from automem_graph.models.resolve import resolve_model
from automem_graph.scaffold.identify import scaffold_id
from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.lineage import Spent
from automem_graph.structure.proposer import NoProposal
from automem_graph.structure.proposers.agent import AgentProposer
from automem_graph.structure.proposers.opening import META, UnknownProposer, open_proposer
from support.history import write_episode
from support.openai_answers import Answer, Nonsense, Refusal, Reply, Request
from support.openai_server import OpenAIServer
from support.scripted import Scripted, in_turn

Call = tuple[str, Mapping[str, Any] | str]

RULE = "In LOG you may write:"
BETTER = "Write a line only if it says something new.\n\nIn LOG you may write:"
SYSTEM = "/scaffold/prompts/system.md"
READ: Call = ("read_file", {"file_path": SYSTEM})
EDIT: Call = ("edit_file", {"file_path": SYSTEM, "old_string": RULE, "new_string": BETTER})
ANALYSIS: Call = ("write_file", {"file_path": "/analysis.md", "content": "v0, e01, step 1: again"})
CHANGES: Call = ("write_file", {"file_path": "/changes.md", "content": "Says what is new."})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(calling, "TRIES", 3)
    monkeypatch.setattr(servers, "_HEALTH", {})
    monkeypatch.delenv("VLLM_API_KEY", raising=False)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A desk with v0, and one rejected candidate in the history."""
    made = Workspace(tmp_path / "desk")
    shutil.copytree(str(files("automem_graph.tools") / "v0"), made.scaffold)
    made.readme.write_text("Improve the scaffold: it repeats itself.\n")
    made.contract.write_text("LOG never before an answer.\n")
    for name, progression in (("v0", 0.2), ("v1.1", 0.1)):
        write_episode(made.candidate(name) / "episodes" / "e01", progression)
    made.index.write_text("v0 kept; v1.1 rejected\n")
    return made


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(lambda request: "Nothing to do.") as made:
        yield made


@pytest.fixture
def review(server: OpenAIServer, workspace: Workspace) -> Callable[..., Spent]:
    """One proposal of a model that says these, one after the other, then ends."""

    def review(*answers: Answer, told: list[str] | None = None, **limits: int) -> Spent:
        left = list(answers)
        server.script = lambda request: left.pop(0) if left else "That is all."
        proposer = AgentProposer(resolve_model(f"vllm:reviewer@{server.url}", META), **limits)
        return proposer.propose(workspace, (told if told is not None else []).append)

    return review


def does(*made: Call) -> Reply:
    return Reply(tools=made)


def results(server: OpenAIServer) -> list[str]:
    """What the tools answered, in order, as the model was shown in its last request."""
    messages = server.requests[-1].body["messages"]
    return [str(message["content"]) for message in messages if message["role"] == "tool"]


def test_it_reads_edits_and_writes_what_for(
    review: Callable[..., Spent], server: OpenAIServer, workspace: Workspace
):
    before = scaffold_id(workspace.scaffold)
    told: list[str] = []
    spent = review(
        does(("read_file", {"file_path": "/README.md"}), ("read_file", {"file_path": SYSTEM})),
        does(("find_steps", {"candidate": "v0", "text": "append"})),
        does(EDIT, ANALYSIS, CHANGES),
        told=told,
    )
    assert scaffold_id(workspace.scaffold) != before
    assert BETTER in (workspace.scaffold / "prompts" / "system.md").read_text()
    assert workspace.analysis.read_text().startswith("v0, e01, step 1")
    assert workspace.changes.read_text() == "Says what is new."
    assert (spent.calls, spent.input_tokens, spent.output_tokens) == (4, 28, 7)
    assert spent.seconds > 0
    assert told[:3] == ["read_file /README.md", f"read_file {SYSTEM}", "find_steps v0"]
    shown = results(server)
    assert "it repeats itself" in shown[0]
    assert "e01 step 1: LOG APPEND notes.md A cow." in shown[2]


def test_it_is_told_what_it_reviews_and_given_no_shell(
    review: Callable[..., Spent], server: OpenAIServer
):
    review(does(READ), does(EDIT, ANALYSIS, CHANGES))
    body = server.requests[0].body
    tools = {tool["function"]["name"] for tool in body["tools"]}
    assert tools == {
        *("ls", "read_file", "write_file", "edit_file", "delete", "glob", "grep", "task"),
        *("find_steps", "compare", "episode_summary", "copy"),
    }
    assert body["messages"][0]["content"].startswith("You are a code reviewer.")
    assert body["max_completion_tokens"] == META.max_tokens


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (("read_file", {"file_path": "/../../etc/passwd"}), "traversal"),
        (("read_file", {"file_path": "../outside.md"}), "traversal"),
        (("read_file", {"file_path": "~/outside.md"}), "traversal"),
        (("read_file", {"file_path": "/etc/passwd"}), "not found"),
        (("read_file", {"file_path": "/scaffold/link"}), "cannot resolve"),
        (("read_file", {"file_path": "/scaffold/folder/outside.md"}), "cannot resolve"),
        (("ls", {"path": "/scaffold/folder"}), "cannot resolve"),
        (("glob", {"pattern": "../*"}), "not allowed"),
        (("grep", {"pattern": "precious", "path": "/scaffold/folder"}), "cannot resolve"),
        (("write_file", {"file_path": "/scaffold/link", "content": "x"}), "cannot resolve"),
        (("write_file", {"file_path": "/scaffold/../README.md", "content": "x"}), "traversal"),
        (("write_file", {"file_path": "/scaffold/inside", "content": "x"}), "permission denied"),
        (("write_file", {"file_path": "/README.md", "content": "x"}), "permission denied"),
        (("write_file", {"file_path": "/new.md", "content": "x"}), "permission denied"),
        (("write_file", {"file_path": "/scaffoldx/a.md", "content": "x"}), "permission denied"),
        (("write_file", {"file_path": "/history/v0/x", "content": "x"}), "permission denied"),
        (("write_file", {"file_path": "/proposer.log", "content": "x"}), "permission denied"),
        (("write_file", {"file_path": "/large_tool_results/x", "content": "x"}), "denied"),
        (("delete", {"file_path": "/history"}), "permission denied"),
        (("delete", {"file_path": "/"}), "permission denied"),
        (("grep", {"pattern": "precious"}), "no matches"),
        (("read_file", {"file_path": "/proposer.log"}), "permission denied"),
        (
            ("edit_file", {"file_path": "/scaffold/huge", "old_string": "a", "new_string": "b"}),
            "2,097,152",
        ),
        (("read_file", {"file_path": "/scaffold/loop"}), "cannot resolve"),
        (("read_file", {"file_path": "/scaffold/bad\0name"}), "cannot"),
        (("read_file", {"file_path": "x" * 5000}), "cannot resolve"),
        (("execute", {"command": "id"}), "execution not available"),
        (("find_steps", {"candidate": "../..", "text": "a"}), "no candidate '../..'"),
        (("episode_summary", {"candidate": "v0", "episode": "../../.."}), "no episode"),
        (("compare", {"candidate_a": 3}), "candidate_b"),
    ],
)
def test_what_lies_outside_its_part_is_out_of_reach(
    review: Callable[..., Spent],
    server: OpenAIServer,
    workspace: Workspace,
    tmp_path: Path,
    call: Call,
    why: str,
):
    (tmp_path / "outside.md").write_text("precious\n")
    scaffold = workspace.scaffold
    (scaffold / "link").symlink_to(tmp_path / "outside.md")
    (scaffold / "folder").symlink_to(tmp_path)
    (scaffold / "inside").symlink_to(workspace.readme)
    (scaffold / "loop").symlink_to(scaffold / "loop")
    with (scaffold / "huge").open("wb") as huge:
        huge.truncate(1 << 40)
    review(does(call), does(READ), does(EDIT, ANALYSIS, CHANGES))
    told = results(server)[0]
    assert why.lower() in told.lower()
    assert "precious" not in told
    assert str(tmp_path) not in told
    assert (tmp_path / "outside.md").read_text() == "precious\n"
    assert workspace.readme.read_text() == "Improve the scaffold: it repeats itself.\n"
    assert (workspace.candidate("v0") / "episodes").is_dir()
    assert not (workspace.path / "new.md").exists()


def test_no_file_grows_without_bounds(
    review: Callable[..., Spent], server: OpenAIServer, workspace: Workspace
):
    path = "/scaffold/prompts/bomb.md"
    many = {"file_path": path, "old_string": "a", "new_string": "a" * 3000, "replace_all": True}
    review(
        does(("write_file", {"file_path": path, "content": "aaa"})),
        does(("edit_file", many)),
        does(("edit_file", many)),
        does(ANALYSIS, CHANGES),
    )
    assert "would hold more than 2,097,152 bytes" in results(server)[2]
    assert (workspace.path / path[1:]).stat().st_size == 9000


def test_the_check_may_send_it_back(review: Callable[..., Spent], workspace: Workspace):
    """A second time the scaffold is as the first one left it, and the log goes on."""
    review(does(READ), does(EDIT, ANALYSIS, CHANGES))
    workspace.problem.write_text("system.md says `what` is undefined\n")
    new = ("write_file", {"file_path": "/scaffold/prompts/log.md", "content": "Be short."})
    review(does(("read_file", {"file_path": "/problem.md"})), does(new))
    assert (workspace.scaffold / "prompts" / "log.md").read_text() == "Be short."
    log = (workspace.path / "proposer.log").read_text()
    assert log.index("edit_file") < log.index("undefined") < log.rindex("Be short.")


def test_one_that_only_talks_is_reminded_then_makes_no_proposal(
    review: Callable[..., Spent], server: OpenAIServer
):
    with pytest.raises(NoProposal, match="changed nothing in the scaffold in 4 calls"):
        review("I would rewrite it all.")
    said = [message["content"] for message in server.requests[-1].body["messages"]]
    assert sum("You have changed nothing in /scaffold yet." in one for one in said) == 3


def test_one_that_forgets_to_say_what_for_is_reminded(
    review: Callable[..., Spent], server: OpenAIServer, workspace: Workspace
):
    review(does(READ), does(EDIT), "Done.", does(ANALYSIS), "Done.", does(CHANGES))
    said = [str(message["content"]) for message in server.requests[-1].body["messages"]]
    assert any("not written /analysis.md and /changes.md yet" in one for one in said)
    assert any("not written /changes.md yet" in one for one in said)
    assert workspace.changes.is_file()


def test_an_edit_that_is_taken_back_is_none(review: Callable[..., Spent], workspace: Workspace):
    back = {"file_path": SYSTEM, "old_string": BETTER, "new_string": RULE}
    with pytest.raises(NoProposal):
        review(does(READ), does(EDIT, ANALYSIS, CHANGES), does(("edit_file", back)))


@pytest.mark.parametrize("cut", ['{"file_path": "/scaf', "[1]", "3", ""])
def test_calls_that_cannot_be_read_are_answered(
    review: Callable[..., Spent], server: OpenAIServer, workspace: Workspace, cut: str
):
    review(
        does(("write_file", cut)), does(READ, ("write_file", cut)), does(EDIT, ANALYSIS, CHANGES)
    )
    assert BETTER in (workspace.scaffold / "prompts" / "system.md").read_text()
    open_calls: set[str] = set()
    for message in server.requests[-1].body["messages"]:
        if message["role"] == "tool":
            open_calls.discard(message["tool_call_id"])
            continue
        assert not open_calls
        open_calls |= {call["id"] for call in message.get("tool_calls", ())}


def test_an_empty_reply_is_one_that_any_server_takes_back(
    review: Callable[..., Spent], server: OpenAIServer
):
    review("", does(READ), does(EDIT, ANALYSIS, CHANGES))
    messages = server.requests[-1].body["messages"]
    assert all(message["content"] or message.get("tool_calls") for message in messages)


def test_half_a_character_is_no_reason_to_stop(review: Callable[..., Spent]):
    odd = '{"file_path": "/scaffold/\\ud800.md", "content": "\\udfff"}'
    review(does(("write_file", odd)), does(READ), does(EDIT, ANALYSIS, CHANGES))


def test_calls_are_counted_and_end(review: Callable[..., Spent], server: OpenAIServer):
    server.requests.clear()
    with pytest.raises(NoProposal, match="in 5 calls"):
        review(*[does(READ)] * 50, calls=5)
    assert len(server.requests) == 5


def test_what_was_edited_when_the_calls_ran_out_is_a_proposal(
    review: Callable[..., Spent], workspace: Workspace
):
    spent = review(does(READ), does(EDIT), *[does(READ)] * 50, calls=4)
    assert spent.calls == 4
    assert not workspace.changes.exists()


def test_a_helper_reads_on_the_same_account_and_cannot_write(
    review: Callable[..., Spent], server: OpenAIServer, workspace: Workspace
):
    ask = {"description": "What repeats in v0?", "subagent_type": "general-purpose"}
    spent = review(
        does(("task", ask)),
        does(READ, ("find_steps", {"candidate": "v0", "text": "append"})),
        does(EDIT, CHANGES),
        "The agent appends a cow in e01, step 1.",
        does(READ),
        does(EDIT, ANALYSIS, CHANGES),
    )
    assert spent.calls == 7
    helper = server.requests[3].body["messages"]
    assert "copy" not in [tool["function"]["name"] for tool in server.requests[3].body["tools"]]
    assert helper[0]["content"].startswith("You read files of a workspace for a code reviewer")
    answers = [str(message["content"]) for message in helper if message["role"] == "tool"]
    assert "e01 step 1" in answers[1]
    assert ["permission denied" in one for one in answers[2:]] == [True, True]
    assert "e01, step 1" in results(server)[0]
    assert workspace.changes.is_file()


def test_helpers_end_with_the_calls(review: Callable[..., Spent], server: OpenAIServer):
    ask = {"description": "Read on.", "subagent_type": "general-purpose"}
    with pytest.raises(NoProposal):
        review(does(*[("task", ask)] * 3), *[does(READ)] * 50, calls=8)
    assert 8 <= len(server.requests) <= 10  # three may begin at once


def test_a_server_in_trouble_is_asked_again(review: Callable[..., Spent]):
    spent = review(Refusal(503), does(READ), Refusal(429), does(EDIT, ANALYSIS, CHANGES))
    assert spent.calls == 3


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Refusal(401, "wrong key"), "refuses the key"),
        (Refusal(404, "no such model"), "is not known there"),
        (Refusal(500, "broken"), "gave no reply in 3 tries"),
        (Nonsense("<html>"), "gave no reply|gives no proper answer"),
    ],
)
def test_a_server_that_fails_is_no_attempt(review: Callable[..., Spent], answer: Answer, why: str):
    with pytest.raises(ModelError, match=why):
        review(does(READ), does(EDIT), *[answer] * 20)


def test_a_helper_whose_server_fails_is_no_attempt(
    review: Callable[..., Spent], server: OpenAIServer
):
    ask = {"description": "Read on.", "subagent_type": "general-purpose"}
    with pytest.raises(ModelError, match="refuses the key"):
        review(does(("task", ask)), Refusal(401, "wrong key"))
    assert len(server.requests) == 2


def test_a_server_that_is_not_there_is_no_attempt(
    server: OpenAIServer, review: Callable[..., Spent]
):
    server.die()
    with pytest.raises(ModelError, match="cannot be reached"):
        review()


def test_a_long_conversation_is_summed_up(
    review: Callable[..., Spent], server: OpenAIServer, workspace: Workspace
):
    """A server that takes no more than so much: what was said is replaced by a summary."""
    steps = iter([*[does(READ)] * 12, does(EDIT, ANALYSIS, CHANGES)])

    def script(request: Request) -> Answer:
        if len(json.dumps(request.body["messages"])) > 20_000:
            return Refusal(400, "This model's maximum context length is 8192 tokens.")
        if not request.body.get("tools"):
            return "Read v0; next: edit system.md."
        return next(steps, Reply("Done."))

    server.script = script
    open_proposer("agent", meta=f"vllm:reviewer@{server.url}").propose(workspace, print)
    assert BETTER in (workspace.scaffold / "prompts" / "system.md").read_text()
    assert "Read v0; next" in json.dumps(server.requests[-1].body["messages"])
    assert not (workspace.path / "conversation_history").exists()


def test_a_context_that_is_too_small_for_all_is_no_attempt(
    server: OpenAIServer, workspace: Workspace
):
    server.script = lambda request: Refusal(400, "This model's maximum context length is 99 tokens")
    with pytest.raises(ModelError, match="takes no prompt of this length"):
        open_proposer("agent", meta=f"vllm:reviewer@{server.url}").propose(workspace, print)


@pytest.mark.parametrize(
    ("name", "meta", "why"),
    [
        ("agent", "", "needs a chat model that calls tools, and it was given none"),
        ("agent", "offline:player", "offline:player calls none"),
        ("agent", Scripted(say=in_turn("Hm.")), "Scripted calls none"),
        ("agents", "", "There is no proposer 'agents'; type offline:reviewer, agent"),
        ("", "", "There is no proposer ''"),
    ],
)
def test_names_of_none_say_what_to_type(name: str, meta: Any, why: str):
    with pytest.raises(UnknownProposer, match=why):
        open_proposer(name, meta=meta)
