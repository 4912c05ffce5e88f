"""Agents by name: what is found, what is refused in one sentence, and what an id is made of."""

import sys
from pathlib import Path

import pytest

from automem_graph.assistant.own.factory import UnknownAgent, agent_contents, is_agent, load_factory
from automem_graph.models.resolve import UnknownModel, resolve_model
from support import talks

MADE = "def make_agent(middleware):\n    return middleware\n"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a module `own_app_N`, in the working folder."""
    path = tmp_path / f"own_app_{abs(hash(tmp_path))}.py"
    path.write_text(MADE)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return path


def test_a_factory_is_found_in_the_working_folder(module: Path):
    assert load_factory(f"agent:{module.stem}:make_agent")(1) == 1


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("agent:", "type agent:module:attribute"),
        ("agent:support.agents", "type agent:module:attribute"),
        ("agent:no_such_module:make_agent", "No module named 'no_such_module'"),
        ("agent:support.agents:no_such", "no attribute 'no_such'"),
        ("agent:support.agents:NO_FUNCTION", "is a str and cannot be called"),
        ("agent:support.agents:takes_none", "must take one argument"),
    ],
)
def test_what_is_no_agent_is_refused_in_a_sentence(name: str, says: str):
    with pytest.raises(UnknownAgent) as refused:
        load_factory(name)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_module_that_raises_is_refused(module: Path):
    module.write_text("raise SystemExit('no\\nkey')")
    with pytest.raises(UnknownAgent, match="SystemExit: no key"):
        load_factory(f"agent:{module.stem}:make_agent")


def test_an_agent_is_no_model():
    with pytest.raises(UnknownModel, match="an agent and no model"):
        resolve_model(talks.AGENT)
    assert is_agent(talks.AGENT)
    assert not is_agent("offline:player")
    assert agent_contents("offline:player") == ""


def test_another_source_is_another_agent(module: Path):
    name = f"agent:{module.stem}:make_agent"
    before = agent_contents(name)
    assert before == agent_contents(name)
    module.write_text(f"{MADE}# changed\n")
    assert agent_contents(name) != before


def test_the_prompts_of_its_package_belong_to_it(module: Path):
    package = module.with_suffix("")
    (package / "prompts").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "agents.py").write_text(MADE)
    module.unlink()
    name = f"agent:{package.name}.agents:make_agent"
    before = agent_contents(name)
    (package / "prompts" / "system.md").write_text("Be kind.")
    after = agent_contents(name)
    assert after != before
    (package / "cache.bin").write_text("no part of it")
    assert agent_contents(name) == after
