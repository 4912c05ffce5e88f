"""The page on memory as tools and as files tells the truth about the code."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from langchain_core.messages import AIMessage, ToolMessage

from automem_graph.assistant.tools import memory_tools
from support.scripted import Tooled, in_turn

PAGE = (Path(__file__).parents[2] / "docs/tools.md").read_text()
CODE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SAID = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)


def run(code: str, tool: str = "", **args: object) -> list[str]:
    """Run a page's code with a model that makes one call; what its tools answered."""
    call = {"name": tool, "args": args, "id": f"call-{uuid4()}"}
    model = Tooled(say=in_turn(AIMessage("", tool_calls=[call]), "Done."))
    names = {"model": model}
    exec(code.replace('"anthropic:claude-sonnet-5"', "model"), names)
    messages = names["state"]["messages"] if "state" in names else []
    return [one.text for one in messages if isinstance(one, ToolMessage)]


def test_the_code_runs_and_says_what_the_page_says(capsys: pytest.CaptureFixture[str]):
    alone, graph, mount, claude, command = CODE
    run(alone)
    assert capsys.readouterr().out == SAID[0]
    ada = "people/ada.md"
    assert run(graph, "memory_append", file="bob.md", text="Coffee.") == ["Added to bob.md."]
    assert "Ada likes tea." in run(mount, "read_file", file_path=f"/memories/{ada}")[0]
    assert "/memories/bob.md" in run(claude, "memory", command="view", path="/memories")[0]
    run(command)
    assert capsys.readouterr().out == SAID[1]


def test_the_tools_are_those_that_it_names():
    named = re.findall(r"`(memory_(?!tools|command|20250818)\w+)`", PAGE)
    assert set(named) == {tool.name for tool in memory_tools("memories")}
