"""Paths as tools write them, `/people/ada.md`, and the memory files that they stand for."""

from __future__ import annotations

from collections.abc import Iterable

from automem_graph.memory.names import check_name


class Astray(ValueError):
    """A path or a change that cannot be; the message is the sentence for the model."""


def name_of(path: str) -> str:
    """The name of the file at a path; `Astray` where none can be."""
    name = _joined(path)
    if not name:
        raise Astray(f"{path[:40]!a} is the whole memory; name a file in it, like /notes.md.")
    problem = check_name(name)
    if problem:
        raise Astray(problem)
    return name


def folder_of(path: str) -> str:
    """What the names in a folder begin with: nothing for the root, else a name and a `/`.

    `Astray` where there can be no such folder.
    """
    name = _joined(path)
    problem = check_name(name) if name else None
    if problem:
        raise Astray(problem)
    return f"{name}/" if name else ""


def inside(folder: str, names: Iterable[str]) -> list[str]:
    """The names that are in a folder, at any depth."""
    return [name for name in names if name.startswith(folder)]


def _joined(path: str) -> str:
    if not path.startswith("/"):
        raise Astray(f"{path[:40]!a} is no path here; it must begin with a slash: /notes.md.")
    return "/".join(part for part in path.split("/") if part not in ("", "."))
