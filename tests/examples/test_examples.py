"""The examples run as they are written, offline and in an empty folder, and do what they say."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from langchain_core.messages import convert_to_messages

from automem_graph.models.companion import answer
from automem_graph.models.player.turn import reply
from support.openai_answers import Reply, Request
from support.openai_server import OpenAIServer

CHECKOUT = Path(__file__).parents[2]
FOLDER = CHECKOUT / "examples"

OUTCOMES = {
    "chat_agent": ["Friday   you    Who is my dentist?\n         agent  Dr. Wu\n"],
    "deep_agent": [
        "Friday   you    When are our quiet hours?\n         agent  from 22:00 to 7:00\n",
        "  /memories/notes.md\n",
        "It edits the house rules: house-rules.md is read-only here",
        "Sunday   you    What is my rent?\n         agent  655 a month\n",
    ],
    "evolve_own_dataset": [
        "v1.1 was kept: Takes facts",
        "With v0: Dr. Weber\n",
        "With v1: Dr. Wu\n",
    ],
    "many_users": [
        "Anna  What is my size?\n      38\n",
        "Ben   What is my size?\n      44\n",
        "Carla What is my size?\n      I do not know.\n",
    ],
    "own_graph": [
        "Friday you: Where is my spare key?\n    observe\n    log\n",
        "  answer: under the blue pot\n",
    ],
}


def run(name: str, source: str | None = None, **variables: str) -> str:
    """What an example prints, copied into this test's own folder with the files beside it."""
    for file in FOLDER.glob(f"{name}.*"):
        shutil.copy(file, file.name)
    if source is not None:
        Path(f"{name}.py").write_text(source)
    ended = subprocess.run(
        [sys.executable, f"{name}.py"],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert not ended.stderr
    return ended.stdout


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page in a language."""
    return re.findall(rf"```{language}\n(.*?)```", (CHECKOUT / page).read_text(), re.DOTALL)


def test_each_example_has_an_outcome_here_and_a_page():
    names = {path.stem for path in FOLDER.glob("*.py")}
    assert names == set(OUTCOMES)
    assert names == {path.stem for path in (CHECKOUT / "docs/examples").glob("*.md")}


@pytest.mark.parametrize("name", OUTCOMES)
def test_it_does_what_it_says_and_its_page_shows_what_it_prints(name: str):
    printed = run(name)
    for outcome in OUTCOMES[name]:
        assert outcome in printed
    assert blocks(f"docs/examples/{name}.md", "text")[0] == printed


@pytest.mark.parametrize("name", OUTCOMES)
def test_it_is_read_in_a_minute_and_its_page_quotes_it(name: str):
    source = (FOLDER / f"{name}.py").read_text()
    assert len(source.splitlines()) <= 60
    assert len(quoted := blocks(f"docs/examples/{name}.md", "python")) == 1
    assert quoted[0] in source


def test_without_the_marked_lines_the_chat_agent_does_not_know():
    lines = (FOLDER / "chat_agent.py").read_text().splitlines()
    left = [line for line in lines if not line.endswith("# +")]
    assert 0 < len(lines) - len(left) <= 5
    printed = run("chat_agent", "\n".join(left))
    assert "Friday   you    Who is my dentist?\n         agent  I do not know.\n" in printed
    assert "--- memories" not in printed


@pytest.mark.parametrize("name", ["chat_agent", "own_graph"])
def test_a_model_that_is_named_talks_and_keeps_memory(name: str):
    def script(request: Request) -> Reply:
        messages = convert_to_messages(request.body["messages"])
        keeps = any(one.type == "system" for one in messages)  # the host's conversation has none
        return Reply(reply(messages) if keeps else answer(messages))

    with OpenAIServer(script) as server:
        printed = run(name, AUTOMEM_EXAMPLE_MODEL=f"vllm:any@{server.url}")
    assert printed == blocks(f"docs/examples/{name}.md", "text")[0]
    assert len(server.requests) >= 2 * printed.count("you")
