"""The decider `agent`, over HTTP: a scripted model reads the desk and writes a recipe."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from automem_graph.models import calling, servers
from automem_graph.models.calling import ModelError
from automem_graph.models.resolve import UnknownModel, resolve_model
from automem_graph.proficiency.decider import Decision, NoDecision
from automem_graph.proficiency.deciders import UnknownDecider, open_decider
from automem_graph.proficiency.deciders.agent import AgentDecider
from automem_graph.proficiency.recipe import Code, Filters
from automem_graph.proficiency.recipe_file import CONSULTS_FIRST
from automem_graph.structure.proposers.opening import META
from support.desks import controls, lay, played
from support.openai_answers import Answer, Refusal, Reply
from support.openai_server import OpenAIServer
from support.scripted import Scripted, in_turn

Call = tuple[str, Mapping[str, Any] | str]
Decide = Callable[..., Decision]

PICKS_LOG = "def select(turns):\n    return [t['id'] for t in turns if t['routine'] == 'log']\n"
GOOD = {"selection": {"kind": "filters", "consults": True}}


def writes(name: str, content: Any) -> Call:
    text = content if isinstance(content, str) else json.dumps(content)
    return ("write_file", {"file_path": f"/{name}", "content": text})


def mends(old: Any, new: Any) -> Call:
    asked = {"old_string": json.dumps(old), "new_string": json.dumps(new)}
    return ("edit_file", {"file_path": "/recipe.json", **asked})


READ: Call = ("read_file", {"file_path": "/README.md"})
WHY = writes("rationale.md", "Looks first.\n\n# Expected\n\nFewer writes.\n")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(calling, "TRIES", 3)
    monkeypatch.setattr(servers, "_HEALTH", {})
    monkeypatch.delenv("VLLM_API_KEY", raising=False)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return lay(tmp_path / "desk", [*controls(), played("t1", CONSULTS_FIRST)])


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(lambda request: "Nothing to do.") as made:
        yield made


@pytest.fixture
def decide(server: OpenAIServer, desk: Path) -> Decide:
    """One decision of a model that says these, one after the other, then ends."""

    def decide(*answers: Answer, told: list[str] | None = None, **limits: int) -> Decision:
        left = list(answers)
        server.script = lambda request: left.pop(0) if left else "That is all."
        decider = AgentDecider(resolve_model(f"vllm:engineer@{server.url}", META), **limits)
        return decider.decide(desk, (told if told is not None else []).append)

    return decide


def does(*made: Call) -> Reply:
    return Reply(tools=made)


def results(server: OpenAIServer) -> list[str]:
    """What the tools answered, as the model was shown in its last request."""
    messages = server.requests[-1].body["messages"]
    return [str(message["content"]) for message in messages if message["role"] == "tool"]


def said_to(server: OpenAIServer) -> str:
    return json.dumps(server.requests[-1].body["messages"])


def test_it_reads_the_desk_and_decides(decide: Decide, server: OpenAIServer):
    told: list[str] = []
    decision = decide(does(READ), does(writes("recipe.json", GOOD), WHY), told=told)
    assert decision.recipe.selection == Filters(consults=True)
    assert (decision.rationale, decision.expected) == ("Looks first.", "Fewer writes.")
    spent = decision.spent
    assert (spent.calls, spent.input_tokens, spent.output_tokens) == (3, 21, 6)
    assert spent.seconds > 0
    assert told[0] == "read_file /README.md"
    assert "it writes too much" in results(server)[0]


def test_it_knows_its_job_and_has_no_shell(decide: Decide, server: OpenAIServer):
    decide(does(writes("recipe.json", GOOD), WHY))
    body = server.requests[0].body
    assert {tool["function"]["name"] for tool in body["tools"]} == {
        *("ls", "read_file", "write_file", "edit_file", "delete", "glob", "grep", "task"),
        "try_recipe",
    }
    assert body["messages"][0]["content"].startswith("You are a training engineer.")


def test_a_selector_is_tried_and_becomes_the_recipes(decide: Decide, server: OpenAIServer):
    decision = decide(
        does(writes("recipe.json", {"least": 5}), writes("select.py", PICKS_LOG)),
        does(("try_recipe", {})),
        does(WHY),
    )
    assert decision.recipe.selection == Code(source=PICKS_LOG)
    assert results(server)[2] == (
        "The recipe holds; of 3 episodes it picks 60 of 60 turns of LOG and 0 of 60 turns of PLAN."
    )


def test_it_is_sent_back_with_what_is_wrong(decide: Decide, server: OpenAIServer):
    bad = {**GOOD, "lora": {"rank": 1000}}
    decision = decide(
        "I would train it well.",
        does(writes("recipe.json", bad), WHY),
        "Done.",
        does(mends(bad, GOOD)),
    )
    assert decision.recipe.selection == Filters(consults=True)
    said = said_to(server)
    assert "Not yet: there is no recipe.json" in said
    assert "lora.rank: Input should be less than or equal to 512" in said


def test_a_selector_that_fails_is_sent_back_too(decide: Decide, server: OpenAIServer):
    code = {"selection": {"kind": "code"}}
    decide(
        does(
            writes("recipe.json", code), writes("select.py", "def select(t):\n    return t[999]\n")
        ),
        does(("try_recipe", {})),
        does(WHY),
        "Done.",
        does(("edit_file", {"file_path": "/select.py", "old_string": "t[999]", "new_string": "t"})),
    )
    assert results(server)[2].startswith("Error: select.py fails: ")
    assert "Not yet: select.py fails: " in said_to(server)


def test_a_recipe_that_was_tried_is_none(decide: Decide, server: OpenAIServer):
    tried = writes("recipe.json", CONSULTS_FIRST.model_dump_json())
    with pytest.raises(NoDecision, match="is the recipe of t1, which was tried"):
        decide(does(tried, WHY))


def test_one_that_only_talks_has_decided_nothing_and_has_cost(decide: Decide):
    with pytest.raises(NoDecision, match="ended after 4 calls: there is no recipe") as caught:
        decide("Hm.")
    assert (caught.value.spent.calls, caught.value.spent.input_tokens) == (4, 28)


def test_one_that_never_mends_its_recipe_is_sent_back_a_few_times_only(decide: Decide):
    bad = {**GOOD, "least": 0}
    with pytest.raises(NoDecision, match=r"after 5 calls: recipe\.json is refused: least"):
        decide(does(writes("recipe.json", bad), WHY))


def test_a_reason_is_asked_for_and_may_be_missing(decide: Decide, server: OpenAIServer):
    decision = decide(does(writes("recipe.json", GOOD)))
    assert decision.rationale == "No reason was given."
    assert said_to(server).count("You have not written /rationale.md yet.") == 3


def test_calls_are_counted_and_end(decide: Decide, server: OpenAIServer):
    with pytest.raises(NoDecision, match="after 5 calls"):
        decide(*[does(READ)] * 50, calls=5)
    assert len(server.requests) == 5


def test_what_was_refused_must_be_changed(decide: Decide, desk: Path, server: OpenAIServer):
    (desk / "recipe.json").write_text(json.dumps(GOOD))
    (desk / "rationale.md").write_text("Because.")
    (desk / "problem.md").write_text("Its selector failed.\n")
    better = {**GOOD, "least": 3}
    decision = decide("It is fine.", does(mends(GOOD, better)))
    assert decision.recipe.least == 3
    assert "recipe.json is as it was" in said_to(server)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (writes("README.md", "x"), "permission denied"),
        (writes("turns.jsonl", "x"), "permission denied"),
        (writes("new.md", "x"), "permission denied"),
        (writes("scaffold/actions.py", "x"), "permission denied"),
        (writes("problem.md", "x"), "permission denied"),
        (("read_file", {"file_path": "/../outside.md"}), "traversal"),
        (("read_file", {"file_path": "/link.md"}), "cannot resolve"),
        (("delete", {"file_path": "/ledger.jsonl"}), "permission denied"),
        (("execute", {"command": "id"}), "execution not available"),
        (("copy", {"source": "/a", "target": "/b"}), "not a valid tool"),
    ],
)
def test_all_but_three_files_is_out_of_reach(
    decide: Decide, server: OpenAIServer, desk: Path, tmp_path: Path, call: Call, why: str
):
    (tmp_path / "outside.md").write_text("precious\n")
    (desk / "link.md").symlink_to(tmp_path / "outside.md")
    before = {path.name: path.read_bytes() for path in desk.iterdir()}
    decide(does(call), does(writes("recipe.json", GOOD), WHY))
    assert why in results(server)[0].lower()
    assert "precious" not in said_to(server)
    assert {name: (desk / name).read_bytes() for name in before} == before


@pytest.mark.parametrize(
    ("answer", "why"),
    [(Refusal(401, "wrong key"), "refuses the key"), (Refusal(500, "no"), "gave no reply in 3")],
)
def test_a_server_that_fails_is_no_decision_of_its(decide: Decide, answer: Answer, why: str):
    with pytest.raises(ModelError, match=why):
        decide(does(READ), *[answer] * 20)


@pytest.mark.parametrize(
    ("name", "meta", "why"),
    [
        ("agent", "", "The decider agent needs a chat model that calls tools, and it was given"),
        ("agent", "offline:player", "offline:player calls none"),
        ("agent", Scripted(say=in_turn("Hm.")), "Scripted calls none"),
        ("engineer", "", "There is no decider 'engineer'; type offline:engineer, agent"),
        ("", "", "There is no decider ''"),
        ("offline:reviewer", "", "no decider 'offline:reviewer'"),
        ("command:", "", "needs a command line"),
        ("command:no-such-agent", "", "no program 'no-such-agent'"),
    ],
)
def test_names_of_none_say_what_to_type(name: str, meta: Any, why: str):
    with pytest.raises(UnknownDecider, match=why) as caught:
        open_decider(name, meta=meta)
    assert "\n" not in str(caught.value)


def test_a_model_of_no_provider_is_told_as_such():
    with pytest.raises(UnknownModel):
        open_decider("agent", meta="no-such:model")


@pytest.mark.parametrize("name", ["offline:engineer", "agent", "command:true"])
def test_a_decider_is_called_what_it_was_named(server: OpenAIServer, name: str):
    assert open_decider(name, meta=f"vllm:engineer@{server.url}").name == name
