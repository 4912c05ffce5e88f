"""Datasets in files: one example of JSON a line."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pydantic import JsonValue

from automem_graph.worlds.conversations.example import Example, Turn, example_of
from automem_graph.worlds.own import BadTask


def read_examples(path: Path) -> tuple[Example, ...]:
    """The examples of a file, in its order. BadTask says which line is wrong, and what with it."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadTask(f"the dataset {path} cannot be read: {error}") from error
    found: dict[str, Example] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            example = example_of(json.loads(line), str(number))
            if example.id in found:
                raise BadTask(f"there is another example '{example.id}' above")
        except (json.JSONDecodeError, RecursionError) as error:
            raise BadTask(f"{path}:{number}: this is no JSON: {error}") from error
        except BadTask as error:
            raise BadTask(f"{path}:{number}: {error}") from error
        found[example.id] = example
    if not found:
        raise BadTask(f"the dataset {path} has no examples")
    return tuple(found.values())


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """Write the file, so that whoever reads it meanwhile finds all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as half:
        for example in examples:
            row = {"id": example.id, "sessions": [_session(one) for one in example.sessions]}
            half.write(f"{json.dumps(row, ensure_ascii=False)}\n")
    Path(half.name).replace(path)


def _session(turns: Iterable[Turn]) -> dict[str, JsonValue]:
    return {"messages": [turn.model_dump(exclude_none=True) for turn in turns]}
