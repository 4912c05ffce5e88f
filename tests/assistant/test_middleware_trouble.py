"""Whatever goes wrong with memory, the host's turn goes on, and somebody can see why."""

import logging
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command, interrupt

from automem_graph.assistant.keeper import NoToolCalls
from automem_graph.assistant.middleware import AutoMemMiddleware
from automem_graph.memory.dictionary import DictFiles
from automem_graph.memory.in_process import ProcessArchive
from automem_graph.memory.shared import SharedMemory
from automem_graph.models.resolve import UnknownModel, resolve_model
from support.openai_answers import Refusal
from support.openai_server import OpenAIServer
from support.scripted import Scripted
from support.served import impatient
from support.talking import conversation, host, keep, keeper, memory, notes, on, recalled, talker


class Full(DictFiles):
    """A disk that takes nothing."""

    def append(self, name: str, text: str) -> None:
        raise OSError(28, "No space left on device", name)


def spoilt(tmp_path: Path, hook: str) -> Path:
    """v0 with this for its hooks."""
    folder = tmp_path / "spoilt"
    shutil.copytree(str(files("automem_graph.tools") / "v0"), folder)
    (folder / "hooks.py").write_text(hook)
    return folder


def went_on(agent: Any, caplog: pytest.LogCaptureFixture, why: str) -> str:
    """That the agent answers without memory; what its state says of it."""
    with caplog.at_level(logging.WARNING, "automem_graph"):
        state = agent.invoke({"messages": "I am Ann."}, on("a"))
    assert conversation(state)[-1] == ("ai", "Noted.")
    (record,) = caplog.records
    assert record.name == "automem_graph"
    assert why in record.getMessage()
    assert "\n" not in record.getMessage()
    assert record.exc_info is None
    trouble = agent.get_state(on("a")).values["automem"]["trouble"]
    assert trouble in record.getMessage()
    return str(trouble)


def test_a_specialist_whose_key_is_refused(caplog, monkeypatch):
    impatient(monkeypatch)
    with OpenAIServer(lambda _: Refusal(401, "no such key")) as server:
        model = host()
        specialist = resolve_model(f"vllm:keep@{server.url}")
        agent, _ = talker(memory(), model, keeps=specialist, checkpointer=InMemorySaver())
        assert "check" in went_on(agent, caplog, "no such key")
    assert recalled(model.prompts[0]) == ""
    assert len(server.requests) == 1


def test_a_specialist_that_is_busy_is_not_waited_for_long(caplog, monkeypatch):
    impatient(monkeypatch)
    busy = Refusal(429, "slow down", headers={"retry-after": "60"})
    with OpenAIServer(lambda _: busy) as server:
        specialist = resolve_model(f"vllm:keep@{server.url}")
        agent, _ = talker(memory(), host(), keeps=specialist, checkpointer=InMemorySaver())
        went_on(agent, caplog, "takes no more calls for now")


def test_a_model_that_raises_what_nobody_expects(caplog):
    def say(_: Any) -> str:
        raise LookupError("odd\nthing")

    agent, _ = talker(memory(), host(), keeps=Scripted(say=say), checkpointer=InMemorySaver())
    went_on(agent, caplog, "odd thing")


def test_a_scaffold_whose_hook_raises(caplog, tmp_path):
    folder = spoilt(tmp_path, "def observe(state, seen, files):\n    raise ValueError('oh')\n")
    agent, _ = talker(memory(), host(), options={"scaffold": folder}, checkpointer=InMemorySaver())
    went_on(agent, caplog, "hooks.py:2 in observe: ValueError: oh")


def test_a_disk_that_is_full(caplog):
    archive = ProcessArchive()
    archive.files = Full()
    agent, _ = talker(SharedMemory(archive), host(), checkpointer=InMemorySaver())
    went_on(agent, caplog, "No space left on device")


def test_a_folder_that_is_none_is_refused_at_once():
    Path("memories").write_text("a file")
    with pytest.raises(ValueError, match="memories is no folder"):
        AutoMemMiddleware("memories")


def test_what_was_missed_is_made_up_for_and_the_state_says_no_more_of_it():
    down = [True]

    def say(messages: Any) -> str:
        if down[0]:
            raise ValueError("down")
        return keep(messages)

    where, model = memory(), host()
    agent, _ = talker(where, model, keeps=Scripted(say=say), checkpointer=InMemorySaver())
    agent.invoke({"messages": "I am Ann."}, on("a"))
    agent.invoke({"messages": "I like tea."}, on("a"))
    down[0] = False
    agent.invoke({"messages": "I like milk."}, on("a"))
    assert notes(where) == [f"The user says: I {it}." for it in ("am Ann", "like tea", "like milk")]
    assert "trouble" not in agent.get_state(on("a")).values["automem"]
    assert agent.get_state(on("a")).values["automem"]["missed"] == []


def test_what_was_written_before_the_trouble_is_not_written_again():
    failed = []

    def say(messages: Any) -> str:
        if "# PLAN" in messages[-1].text and not failed:
            failed.append(1)
            raise ValueError("down")
        return keep(messages)

    where = memory()
    agent, _ = talker(where, host(), keeps=Scripted(say=say), checkpointer=InMemorySaver())
    agent.invoke({"messages": "I am Ann."}, on("a"))
    agent.invoke({"messages": "I like tea."}, on("a"))
    assert notes(where) == ["The user says: I am Ann.", "The user says: I like tea."]


def test_a_specialist_that_talks_nonsense_costs_only_its_calls():
    keeps, model = Scripted(say=lambda _: "<|FLY|>moon<|END|>"), host()
    agent, _ = talker(memory(notes="x"), model, keeps=keeps)
    agent.invoke({"messages": "I am Ann."})
    assert len(model.prompts[0]) == 1
    assert len(keeps.prompts) == 20  # ten rounds of each routine


def test_a_person_who_ends_the_program_ends_it():
    def say(_: Any) -> str:
        raise KeyboardInterrupt

    agent, _ = talker(memory(), host(), keeps=Scripted(say=say))
    with pytest.raises(KeyboardInterrupt):
        agent.invoke({"messages": "I am Ann."})


def test_whoever_opens_memory_may_ask_a_person():
    opened = memory()

    def ask(_: Any) -> SharedMemory:
        assert interrupt("May I remember this?") == "yes"
        return opened

    agent, _ = talker(ask, host(), checkpointer=InMemorySaver())
    assert agent.invoke({"messages": "I am Ann."}, on("a"))["__interrupt__"]
    agent.invoke(Command(resume="yes"), on("a"))
    assert notes(opened) == ["The user says: I am Ann."]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"specialist": "offline:nobody"}, UnknownModel),
        ({"specialist": keeper(), "codec": "tool_calls"}, NoToolCalls),
        ({"specialist": keeper(), "memory": lambda _: {}["user"]}, KeyError),
    ],
)
def test_a_mistake_in_the_set_up_is_raised(options: dict[str, Any], error: type[Exception]):
    remembers = AutoMemMiddleware(**{"memory": memory(), **options})
    with pytest.raises(error):
        create_agent(host(), middleware=[remembers]).invoke({"messages": "I am Ann."})
