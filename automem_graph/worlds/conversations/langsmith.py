"""Datasets of LangSmith's: fetched once, and kept in a file, which is what worlds are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automem_graph.worlds.conversations.example import Example, example_of
from automem_graph.worlds.conversations.reading import read_examples, write_examples
from automem_graph.worlds.conversations.scoring import Evaluator, says
from automem_graph.worlds.conversations.task import INSTRUCTIONS, ConversationTask
from automem_graph.worlds.own import BadTask

if TYPE_CHECKING:
    from langsmith import Client
    from langsmith.schemas import Example as Row


def from_langsmith(
    dataset_name: str,
    client: Client | None = None,
    *,
    name: str,
    file: str | Path = "",
    title: str = "conversations with a person",
    instructions: str = INSTRUCTIONS,
    evaluator: Evaluator = says,
) -> ConversationTask:
    """A dataset of LangSmith's, whose inputs are `sessions` or `messages` (see `example`).

    The reference outputs of an example are what is expected as the answer to its last message. It
    is fetched when it is first needed, into `file` (by default DATASET_NAME.jsonl, in the working
    folder), so that all processes and all later runs see the same; delete the file to fetch it
    anew. `client` is by default the one that LANGSMITH_API_KEY and LANGSMITH_ENDPOINT make.
    """
    kept = Path(file or f"{re.sub('[^A-Za-z0-9._-]', '_', dataset_name)}.jsonl")

    def read() -> tuple[Example, ...]:
        if not kept.exists():
            write_examples(kept, _fetch(dataset_name, client))
        return read_examples(kept)

    return ConversationTask(
        read, name=name, title=title, instructions=instructions, evaluator=evaluator
    )


def _fetch(dataset_name: str, client: Client | None) -> list[Example]:
    """The examples, oldest first. Raises BadTask."""
    from langsmith import Client
    from langsmith.utils import LangSmithError, LangSmithNotFoundError

    try:
        rows = list((client or Client()).list_examples(dataset_name=dataset_name))
    except LangSmithNotFoundError as error:
        raise BadTask(f"LangSmith has no dataset '{dataset_name}'") from error
    except (LangSmithError, OSError) as error:
        said = " ".join(str(error).split())[:300]
        raise BadTask(f"the dataset '{dataset_name}' cannot be fetched: {said}") from error
    if not rows:
        raise BadTask(f"the dataset '{dataset_name}' of LangSmith has no examples")
    rows.sort(key=lambda row: (str(row.created_at), str(row.id)))
    return [_example(dataset_name, row) for row in rows]


def _example(dataset_name: str, row: Row) -> Example:
    try:
        return example_of(_raw(row.inputs or {}, row.outputs or {}), str(row.id))
    except BadTask as error:
        raise BadTask(f"example {row.id} of the dataset '{dataset_name}': {error}") from error


def _raw(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The example as a line of a file would have it: one text alone is a message as well."""
    sessions = inputs.get("sessions", [inputs.get("messages", list(inputs.values()))])
    expected = _expected(outputs)
    if expected is None:
        return {"sessions": sessions}
    answer = {"role": "assistant", "content": None, "expected": expected}
    return {"sessions": [*sessions[:-1], [*_messages(sessions[-1]), answer]]}


def _messages(session: Any) -> Any:
    return session["messages"] if isinstance(session, Mapping) else session


def _expected(outputs: Mapping[str, Any]) -> Any:
    """The reference answer: the only output, or all of them; the text of a message."""
    if not outputs:
        return None
    found: Any = outputs if len(outputs) > 1 else next(iter(outputs.values()))
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if isinstance(found, Mapping) and "content" in found:
        return found["content"]
    return found
