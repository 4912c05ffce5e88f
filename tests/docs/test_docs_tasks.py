"""The page on tasks of one's own: its examples run as they stand there."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from automem_graph.cli.app import app
from automem_graph.worlds.conversations.example import example_of
from automem_graph.worlds.own import GROUP
from automem_graph.worlds.process import WorldProcess
from automem_graph.worlds.registry import find_task

PAGE = (Path(__file__).parents[2] / "docs/tasks.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def module(start: str, folder: Path) -> str:
    """Write the page's module that begins so, as a person would; returns its name."""
    (source,) = (one for one in blocks("python") if one.startswith(f'"""{start}'))
    name = "my_tasks" if start.startswith("A shop") else start
    (folder / f"{name}.py").write_text(source)
    return name


def automem(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "120"})
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_shop_is_played_evaluated_and_evolved(tmp_path: Path):
    name = f"{module('A shop', tmp_path)}:shop"
    assert len(Path("my_tasks.py").read_text().splitlines()) < 70
    assert "in 12 steps (the world ended it)" in automem("play", name)
    said = automem("evaluate", name, "--seeds", "1-4", "--agent", "random", "--json")
    assert json.loads(said)["all"]["done"] == 4
    short = ("--seeds", "1-4", "--held-out", "5", "--steps", "3", "--attempts", "1")
    found = json.loads(automem("evolve", name, *short, "--parallel", "1", "--json"))
    assert found["held_out"]["first"]["done"] == 1


def test_the_shop_is_one_that_memory_wins(tmp_path: Path):
    task = find_task(f"{module('A shop', tmp_path)}:shop")
    for seed in range(3):
        world, orders = task.open(seed), {}
        seen = world.reset()
        while not seen.done:
            if ordered := re.match(r"(\w+) comes in: please keep one (\w+) for me", seen.text):
                orders[ordered[1]] = ordered[2]
                seen = world.step("wait")
            else:
                seen = world.step(f"give {orders[seen.text.split()[0]]}")
        assert seen.progression == 1.0


@pytest.mark.parametrize(
    ("start", "name", "actions", "end"),
    [
        ("my_lake", "lake", ["down", "down", "right", "right", "down", "right"], "row 3, column 3"),
        ("my_sums", "sums", ["what?"] * 10, "That was all."),
    ],
)
def test_the_other_examples_are_tasks(
    tmp_path: Path, start: str, name: str, actions: list[str], end: str
):
    with WorldProcess.start() as worlds:
        world = worlds.open(f"{module(start, tmp_path)}:{name}", 1)
        last = world.replay(actions)
    assert end in last.text
    assert last.done
    assert last.progression == (name == "lake")


def test_the_datasets_are_read_and_evaluated(tmp_path: Path):
    first, second = (json.loads(one) for one in blocks("json"))
    assert example_of(first, "1").turns == 4
    assert [turn.expected for turn in example_of(second, "1").sessions[0]] == [None, "Lyon"]
    Path("support.jsonl").write_text(f"{json.dumps(first)}\n{json.dumps(second)}\n")
    asked = {"text": "Where?", "expected": {"city": "Lyon", "country": "France"}}
    Path("cities.jsonl").write_text(json.dumps({"messages": [asked]}))
    name = module("my_chats", tmp_path)
    world = find_task(f"{name}:strict").open(0)
    for answer, score in (("in France", 0.5), ("Lyon", 1.0), ("Rome", 0.0)):
        world.reset()
        assert world.step(answer).progression == score
    said = automem("evaluate", f"{name}:support", "--agent", "random", "--json")
    assert json.loads(said)["all"]["done"] == 2


def test_the_entry_point_is_in_the_group_that_is_looked_in():
    (example,) = blocks("toml")
    entries = tomllib.loads(example)["project"]["entry-points"]
    assert entries == {GROUP: {"shop": "my_package.tasks:shop"}}
