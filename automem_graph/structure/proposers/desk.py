"""The agent's desk: the workspace as the root of its file system.

Needs deepagents, so it is imported where an agent is asked for.
"""

from __future__ import annotations

from pathlib import Path

from deepagents import FilesystemPermission
from deepagents.backends import CompositeBackend, FilesystemBackend, StateBackend
from deepagents.backends.protocol import EditResult, WriteResult

from automem_graph.scaffold.identify import MOST_BYTES
from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.proposers.log import NAME

_WRITES = FilesystemPermission(
    operations=["write"], paths=["/scaffold/**", "/analysis.md", "/changes.md"]
)
_NO_WRITES = FilesystemPermission(operations=["write"], paths=["/", "/**"], mode="deny")
_NO_LOG = FilesystemPermission(operations=["read"], paths=[f"/{NAME}"], mode="deny")
"""A search would find itself there."""

RULES = [_WRITES, _NO_WRITES, _NO_LOG]
"""The first that fits holds, for a path as it is written and for where its links lead."""
READ_ONLY = [_NO_WRITES, _NO_LOG]

_ARTIFACTS = ("/large_tool_results/", "/conversation_history/")
"""Where deepagents puts what is too long for a conversation: into its state, not on our disk."""


class BoundedFiles(FilesystemBackend):
    """Files under a folder, none of which grows beyond what a whole scaffold may hold.

    Replacing all of `a` by many of them, a few times over, would fill the memory of this process.
    """

    def write(self, file_path: str, content: str) -> WriteResult:
        if len(content) > MOST_BYTES:
            return WriteResult(error=_too_large(file_path))
        return super().write(file_path, content)

    def edit(
        self, file_path: str, old_string: str, new_string: str, replace_all: bool = False
    ) -> EditResult:
        if self._would_hold(file_path, old_string, new_string) > MOST_BYTES:
            return EditResult(error=_too_large(file_path))
        return super().edit(file_path, old_string, new_string, replace_all)

    def _would_hold(self, file_path: str, old: str, new: str) -> int:
        """Characters of the file if every occurrence is replaced; 0 where it cannot be read."""
        try:
            path = self._resolve_path(file_path)
            if not path.is_file():
                return 0
            if path.stat().st_size > MOST_BYTES:
                return path.stat().st_size
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError, RuntimeError):
            return 0  # what is wrong with it is said by the edit
        found = text.count(old) if old else 0
        return len(text) + found * max(0, len(new) - len(old))


def desk(workspace: Workspace) -> CompositeBackend:
    """The workspace as `/`; nothing outside it can be named, whatever links lead there."""
    return CompositeBackend(
        default=BoundedFiles(root_dir=Path(workspace.path), virtual_mode=True),
        routes={prefix: StateBackend() for prefix in _ARTIFACTS},
    )


def _too_large(path: str) -> str:
    return f"Error: {path} would hold more than {MOST_BYTES:,} bytes; a scaffold may not."
