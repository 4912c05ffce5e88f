"""The page of the middleware tells the truth about the code."""

import re
from pathlib import Path

from automem_graph.assistant.card import CHAT
from automem_graph.assistant.create import create_memory_agent
from automem_graph.assistant.hearing import MOST_BEFORE, MOST_CHARS, MOST_MARKS
from automem_graph.assistant.middleware import AT_ONCE, AutoMemMiddleware
from support.talking import memory

PAGE = (Path(__file__).parents[2] / "docs/middleware.md").read_text()


def test_the_python_of_the_page_runs(capsys):
    known: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        exec(block, known)
    known["memory"].close()
    said = capsys.readouterr().out.splitlines()
    assert said[1] == "1 no trouble"
    assert known["memory_agent"]["runnable"] is known["remembers"]


def test_the_page_draws_the_graph_that_runs():
    (picture,) = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
    ends = {"start([start])": "__start__", "stop([end])": "__end__"}
    edges = re.findall(r"^\s+(\S+) --> (.+?);$", picture, re.MULTILINE)
    drawn = {(ends.get(source, source), ends.get(target, target)) for source, target in edges}
    graph = create_memory_agent("offline:player", memory()).get_graph()
    assert drawn == {(edge.source, edge.target) for edge in graph.edges}


def test_the_page_names_every_option_and_the_limits_that_hold():
    options = AutoMemMiddleware.__init__.__annotations__.keys() - {"return"}
    assert options == set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) & options
    for number in (MOST_BEFORE, MOST_CHARS):
        assert f"{number:,} characters" in PAGE
    assert f"last {MOST_MARKS} messages" in PAGE
    assert f"up to {AT_ONCE} calls" in PAGE
    assert CHAT.answers
