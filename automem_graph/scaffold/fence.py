"""The fence inside the interpreter: audit events that are refused, imports that are refused.

It gives mistakes and simple attacks a clear sentence on every platform. Python code can take a
fence inside Python down, so it is not what holds: `seccomp` and `landlock` are.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from automem_graph.scaffold.readable import in_standard_library, standard_library

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_LISTING = frozenset({"os.listdir", "os.scandir"})
_HARMLESS = frozenset({"os.walk", "os.fwalk", "os.putenv", "os.unsetenv"})
_PROCESSES = frozenset(
    {"os.fork", "os.forkpty", "os.exec", "os.spawn", "os.posix_spawn", "os.system"}
)
_SIGNALS = frozenset({"os.kill", "os.killpg", "signal.pthread_kill"})
_FAMILIES = {
    "socket": "open connections",
    "subprocess": "start processes",
    "pty": "start processes",
    "ctypes": "call C libraries",
    "os": "change files",
    "shutil": "change files",
    "tempfile": "change files",
    "sqlite3": "open databases",
    "fcntl": "control open files",
    "resource": "change its limits",
}


class Fence:
    """Refuses, from `raise_fence` on and for good, what scaffold code may not do in Python.

    `permit` names the events that trusted code in the same process still needs.
    """

    def __init__(self, folder: Path, permit: Collection[str]) -> None:
        self._folder = os.path.realpath(folder)
        self._permitted = frozenset(permit)

    def raise_fence(self) -> None:
        sys.addaudithook(self._judge)

    def permit(self, events: Collection[str]) -> None:
        self._permitted = frozenset(events)

    def _judge(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            self._judge_open(*arguments)
        elif event in _LISTING:
            self._judge_place(arguments[0], "list")
        elif event not in self._permitted and event not in _HARMLESS:
            what = _forbidden(event)
            if what:
                raise PermissionError(f"scaffold code may not {what} ({event})")

    def _judge_open(self, path: Any, mode: str | None, flags: int) -> None:
        if flags & _WRITING or (mode and set(mode) & set("wax+")):
            raise PermissionError(f"scaffold code may not write files ({path!r})")
        self._judge_place(path, "read")

    def _judge_place(self, path: Any, what: str) -> None:
        if isinstance(path, int):
            return
        place = os.path.realpath(os.fsdecode("." if path is None else path))
        own = place == self._folder or place.startswith(self._folder + os.sep)
        if not own and not in_standard_library(place):
            raise PermissionError(f"scaffold code may {what} only its own folder, not {path!r}")


def _forbidden(event: str) -> str | None:
    """What the event would do, in words, or None where it is allowed."""
    if event in _PROCESSES:
        return "start processes"
    if event in _SIGNALS:
        return "send signals"
    return _FAMILIES.get(event.partition(".")[0])


class Imports(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Closes the import path: the scaffold's own modules, the standard library, what is loaded."""

    def __init__(self, folder: Path, modules: Mapping[str, CodeType]) -> None:
        self._folder = folder
        self._modules = modules

    def close_path(self) -> None:
        sys.path[:] = [str(path) for path in standard_library()]
        sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name in self._modules:
            return importlib.util.spec_from_file_location(
                name, self._folder / f"{name}.py", loader=self
            )
        if name.partition(".")[0] in sys.stdlib_module_names:
            return None
        raise ImportError(
            f"scaffold code may import only the standard library and its own folder, not '{name}'",
            name=name,
        )

    def exec_module(self, module: ModuleType) -> None:
        exec(self._modules[module.__name__], module.__dict__)
