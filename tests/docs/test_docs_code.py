"""The code on the pages can be what it says: commands parse, imports resolve, data are data.

That it also does what it says is tested page by page, beside this file.
"""

import ast
import importlib
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from automem_graph.cli.app import app

CHECKOUT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(CHECKOUT).as_posix()
    for path in [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")]
)
COMMAND: Any = typer.main.get_command(app)
FENCE = re.compile(r"^( *)```([a-z]*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
SHELL = {
    "pip",
    "pytest",
    "python",
    "python3.11",
    "langgraph",
    "mkdocs",
    "cp",
    "export",
    "mkdir",
    "ray",
}
"""What console blocks begin lines with beside `automem`."""


def blocks(page: str, kind: str) -> list[str]:
    found = FENCE.findall((CHECKOUT / page).read_text())
    return [code for _, language, code in found if language == kind]


def commands(line: str) -> Iterator[list[str]]:
    """The commands of a console line, in words: without comments and variables that it sets."""
    words = shlex.split(line, comments=True)
    while words:
        end = words.index("&&") if "&&" in words else len(words)
        one, words = words[:end], words[end + 1 :]
        while one and re.fullmatch(r"[A-Z_]+=.*", one[0]):
            one = one[1:]
        yield one


def parse(words: list[str]) -> None:
    """What the command line makes of the words, short of doing it; raises what it would say."""
    top = typer.Context(COMMAND)
    name, command, rest = COMMAND.resolve_command(top, words)
    command.make_context(name, rest, parent=top)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_console_block_parses(page: str):
    for block in blocks(page, "console"):
        for line in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
            for name, *words in commands(line):
                if name == "automem":
                    parse([word for word in words if word != "..."])
                else:
                    assert name in SHELL or "/" in name or name == "printf", line


@pytest.mark.parametrize("page", PAGES)
def test_every_command_in_a_sentence_has_that_name_and_these_options(page: str):
    prose = FENCE.sub("", (CHECKOUT / page).read_text())
    for said in re.findall(r"`automem ([a-z][^`]*)`", prose):
        name, *words = shlex.split(said.partition(" -- ")[0])
        assert name in COMMAND.commands, said
        known = {opt for one in COMMAND.commands[name].params for opt in (*one.opts, "--help")}
        assert {word for word in words if word.startswith("--")} <= known, said


def test_a_command_that_does_not_parse_is_noticed():
    for words in (["play", "--no-such-option"], ["plays"], ["diff", "runs/a"], ["play", "--seed"]):
        with pytest.raises(Exception, match=r"o such|issing|requires"):
            parse(words)


@pytest.mark.parametrize("page", PAGES)
def test_every_python_block_is_python_and_imports_what_there_is(page: str):
    for code in [*blocks(page, "python"), *blocks(page, "py")]:
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("automem_graph"):
                module = importlib.import_module(node.module or "")
                for alias in node.names:
                    assert hasattr(module, alias.name), f"{node.module}.{alias.name}"


@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_data_is_what_it_is_called(page: str):
    for block in blocks(page, "json"):
        rest = block.lstrip()
        while rest:
            rest = rest[json.JSONDecoder().raw_decode(rest)[1] :].lstrip()
    for block in blocks(page, "toml"):
        tomllib.loads(block)


def test_every_block_says_what_it_is():
    kinds = {"", "console", "json", "mermaid", "py", "python", "text", "toml"}
    for page in PAGES:
        found = FENCE.findall((CHECKOUT / page).read_text())
        assert {kind for _, kind, _ in found} <= kinds, page
        assert len(found) == (CHECKOUT / page).read_text().count("```") / 2, page
