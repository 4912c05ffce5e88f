"""A dataset of conversations, and a model behind a server that notes words only if it is told to.

As a task it is called `support.words:TASK`; `dataset` writes it into the working folder. In each
example a person says a word, and two conversations later asks for it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from automem_graph.worlds.conversations import conversations
from support.openai_answers import Reply, Request
from support.served import routine_of

NAME = "support.words:TASK"
FILE = "words.jsonl"
HINT = "Note every word."
TASK = conversations(FILE, name="words", instructions="Answer with one word.")

HINTING = f"""
add("prompts/system.md", "\\n{HINT}\\n")
says("Tell the agent to note words.")
"""
"""The body of a proposer's command (see `support.evolving`)."""

WORDS = "apple birch cedar daisy elder fern grass holly iris juniper".split()  # noqa: SIM905


def dataset(examples: int) -> None:
    """So many examples, each with a word of its own."""
    rows = [
        {
            "id": word,
            "sessions": [
                [f"My word is {word}."],
                ["Hello."],
                [{"text": "What is my word?", "expected": word}],
            ],
        }
        for word in WORDS[:examples]
    ]
    Path(FILE).write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")


def answer(request: Request) -> Reply:
    """LOG: the word, if the system prompt says so. PLAN: what is noted, once it is read."""
    system, *rest = (str(message["content"]) for message in request.body["messages"])
    heard = re.search(r"My word is (\w+)", rest[0])
    if routine_of(request) == "log":
        noted = f"<|APPEND|>notes.md|noted {heard[1]}<|END|>" if HINT in system and heard else ""
        return Reply(f"{noted}<|DONE|>")
    known = re.search(r"noted (\w+)", request.prompt)
    if known is None and "notes.md (" in request.prompt:
        return Reply("<|READ|>notes.md<|END|>")
    return Reply(f"<|ACTION|>{known[1] if known else 'I do not know'}<|END|>")
