"""A tool that copies into the scaffold: pieces of `parts/`, or the source of another candidate.

A model would else write hundreds of lines again, word by word, and pay for each.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from langchain_core.tools import BaseTool, tool

from automem_graph.scaffold.identify import MOST_BYTES, MOST_FILES
from automem_graph.structure.desk.plain import clear, copy_plain
from automem_graph.structure.desk.workspace import Workspace


class _Refused(Exception):
    """What may not be copied; the message is for the model."""


def copying(workspace: Workspace) -> BaseTool:
    """The tool. Links are not copied, and no link leads it elsewhere."""

    @tool
    def copy(source: str, target: str) -> str:
        """Copy a file or folder of /parts or /history into /scaffold, in the place of the target.

        Args:
            source: Such as /parts/loops/loops.py, or /history/v1.1/scaffold to go on from v1.1.
            target: Such as /scaffold/loops.py; /scaffold itself only for the whole of another one.
        """
        try:
            return _copy(workspace, source, target)
        except _Refused as refused:
            return f"Error: {refused}"

    return copy


def _copy(workspace: Workspace, source: str, target: str) -> str:
    root = workspace.path.resolve()
    found = _inside(root, source, ("parts", "history"))
    into = _inside(root, target, ("scaffold",))
    if found.is_dir():
        if into == root / "scaffold" and not (found / "scaffold.toml").is_file():
            raise _Refused(f"{source} is no whole scaffold, and would take the place of yours")
        copy_plain(found, into, files=MOST_FILES, size=MOST_BYTES)
    elif not found.is_file():
        raise _Refused(f"there is no {source}")
    elif into.is_dir():
        raise _Refused(f"{target} is a folder: name the file in it")
    elif found.stat().st_size > MOST_BYTES:
        raise _Refused(f"{source} is too large for a scaffold")
    else:
        into.parent.mkdir(parents=True, exist_ok=True)
        data = found.read_bytes()
        clear(into)
        into.write_bytes(data)
    return f"Copied {source} to {target}."


def _inside(root: Path, path: str, folders: tuple[str, ...]) -> Path:
    """The real path of what is named, below one of these folders (or the only one itself)."""
    parts = PurePosixPath("/", path).parts[1:]
    if not parts or parts[0] not in folders or ".." in parts or "\0" in path:
        where = " or ".join(f"/{folder}" for folder in folders)
        raise _Refused(f"{path[:200]!r} is not in {where}")
    try:
        real = root.joinpath(*parts).resolve()
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        raise _Refused(f"{path[:200]!r} cannot be resolved") from error
    if not real.is_relative_to(root / parts[0]):
        raise _Refused(f"{path[:200]!r} leads elsewhere")
    return real
