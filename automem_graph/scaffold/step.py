"""A session's process: runs the scaffold's modules, anew for each step, and answers calls.

Scaffold code shares this interpreter and could replace any of it. Nothing here is relied on: the
client checks every frame, and the kernel keeps the process in.

A request is `{"do": "about"|"render"|"run"|"hook", "seconds": s, "anew": bool, ...}`; the answer is
`{"value": ...}` or `{"fault": [kind, where, detail]}`. In between the process may ask for files
with `{"need": [method, arguments...]}` and gets `{"got": ...}`. What a request says of "shared"
variables holds until another one says otherwise. A request with pages "ahead" gets their texts
along with its value (see `ahead`).
"""

from __future__ import annotations

import os
import random
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from types import FrameType, ModuleType
from typing import Any, NamedTuple, NoReturn

from automem_graph import wire
from automem_graph.scaffold.ahead import (
    AHEAD_CHARS,
    AHEAD_SECONDS,
    Index,
    edited,
    filled,
    told_index,
)
from automem_graph.scaffold.channel import REPLY_BYTES, REQUEST_BYTES
from automem_graph.scaffold.sources import HOOKS, Compiled
from automem_graph.scaffold.texts import Heard, News

LOADING_SECONDS = 8.0
WORK_SECONDS = 2.0
"""Processor time of one call. By the clock it gets more: a busy machine is not the code's fault."""
TAKES_FILES = frozenset({"observe", "after_log", "review"})


class Late(BaseException):
    """The call's time is over. No Exception, so that a plain `except Exception` lets it pass."""


class Read(NamedTuple):
    """What `files.read` gives: the text to show, and whether there was such a file."""

    ok: bool
    text: str


class Files:
    """The read view of the memory during one call; asks the trusted side once for each thing.

    `texts` came along with the call: news of files by name.
    """

    def __init__(self, session: socket.socket, heard: Heard, texts: Mapping[str, News]) -> None:
        self._session = session
        self._heard = heard
        self._known: dict[tuple[Any, ...], Any] = {
            ("text", name): heard.take(name, news) for name, news in texts.items()
        }

    def index(self) -> list[tuple[str, int]]:
        """All files by name, with their number of lines."""
        return [(name, lines) for name, lines in self._ask("index")]

    def text(self, name: str) -> str | None:
        """The whole file, or None."""
        return self._ask("text", name)  # type: ignore[no-any-return]

    def read(self, name: str, start: int = 1) -> Read:
        """The file from a line on, cut to what one READ may show; a mistake is a sentence."""
        return Read(*self._ask("read", name, start))

    def _ask(self, *question: Any) -> Any:
        if question not in self._known:
            wire.send(self._session, {"need": question}, REPLY_BYTES)
            got = wire.receive(self._session, REQUEST_BYTES)["got"]
            if question[0] == "text":
                got = self._heard.take(question[1], got)
            self._known[question] = got
        return self._known[question]


def warm_up(compiled: Compiled) -> None:
    """Go once through what a call uses, in trusted code only.

    A forked process copies each page when it first touches it, and this does so before a call
    waits for it. Done in the host, it warms the bytecode of all.
    """
    rows = [{"name": "a", "lines": 1}, {"name": "b", "lines": 2}]
    sample = {"variables": {"text": "x" * 4000, "rows": rows}, "got": [True, "x" * 4000]}
    here, there = socket.socketpair()
    with here, there:
        wire.send(there, sample, REQUEST_BYTES)
        variables = wire.receive(here, REQUEST_BYTES)["variables"]
        wire.send(there, sample, REQUEST_BYTES)
        Files(here, Heard(), {}).read("a")
        answer = _guarded(lambda: compiled.trial.render(variables), compiled, LOADING_SECONDS)
        wire.send(here, answer, REPLY_BYTES)


def serve(session: socket.socket, compiled: Compiled) -> NoReturn:
    """Answer requests until the peer is gone; never returns."""
    loaded = _guarded(lambda: _load(compiled), compiled, LOADING_SECONDS)
    shared: dict[str, Any] = {}
    heard = Heard()
    index: Index | None = None
    while True:
        try:
            request = wire.receive(session, REQUEST_BYTES)
        except wire.WireError:
            os._exit(0)
        shared = request.setdefault("shared", shared)
        if request["anew"]:
            loaded = _guarded(lambda: _load(compiled), compiled, LOADING_SECONDS)
        answer = loaded
        if "value" in loaded:
            work = _work(request, loaded["value"], session, heard, compiled)
            answer = _guarded(work, compiled, request["seconds"])
            if request["do"] == "render":
                index = told_index(request["pages"], index)
            elif "value" in answer:
                work = _foretell(request, answer["value"], index, compiled)
                index, told = _guarded(work, compiled, AHEAD_SECONDS).get("value", (None, None))
                if told is not None:
                    answer["ahead"] = [index, told]
        try:
            wire.send(session, answer, REPLY_BYTES)
        except (TypeError, ValueError, RecursionError) as error:
            wire.send(session, {"fault": ["reply", "", f"{error}"[:500]]}, REPLY_BYTES)


def _load(compiled: Compiled) -> dict[str, ModuleType]:
    """Execute the two modules that are called; what they import follows through the fence."""
    random.seed(0)  # the module seeds itself anew after a fork
    for name in compiled.modules:
        sys.modules.pop(name, None)
    for name in ("actions", "hooks"):
        if name in compiled.modules and name not in sys.modules:
            module = sys.modules[name] = ModuleType(name)
            module.__file__ = str(compiled.folder / f"{name}.py")
            exec(compiled.modules[name], module.__dict__)
    return {name: sys.modules[name] for name in ("actions", "hooks") if name in sys.modules}


def _work(
    request: dict[str, Any],
    modules: dict[str, ModuleType],
    session: socket.socket,
    heard: Heard,
    compiled: Compiled,
) -> Callable[[], Any]:
    """What the request asks for, as a function to be called under guard."""

    def render() -> list[str]:
        return _rendered(request["pages"], request["shared"], compiled)

    def run() -> Any:
        files = Files(session, heard, request["texts"])
        return getattr(modules["actions"], request["name"])(files, **request["args"])

    def hook() -> Any:
        files = [Files(session, heard, {})] if request["name"] in TAKES_FILES else []
        return getattr(modules["hooks"], request["name"])(*request["args"], *files)

    def about() -> dict[str, list[str]]:
        hooks = vars(modules["hooks"]) if "hooks" in modules else {}
        actions = vars(modules["actions"])
        return {
            "actions": [name for name, value in actions.items() if callable(value)],
            "hooks": [name for name in HOOKS if callable(hooks.get(name))],
        }

    works: dict[str, Callable[[], Any]] = {
        "render": render,
        "run": run,
        "hook": hook,
        "about": about,
    }
    return works[request["do"]]


def _rendered(pages: Any, shared: Mapping[str, Any], compiled: Compiled) -> list[str]:
    page = compiled.templates.get_template
    return [page(f"{name}.md").render(shared, **variables).strip() for name, variables in pages]


def _foretell(
    request: dict[str, Any], value: Any, index: Index | None, compiled: Compiled
) -> Callable[[], tuple[Index | None, list[str] | None]]:
    """What finds the index after a value's edits, and the texts of the pages that go with it."""

    def told() -> tuple[Index | None, list[str] | None]:
        said, edits = _said_and_edited(value)
        after = edited(index, edits)
        if "ahead" not in request:
            return after, None
        texts = _rendered(filled(request["ahead"], said, after), request["shared"], compiled)
        return after, texts if sum(map(len, texts)) < AHEAD_CHARS else None

    return told


def _said_and_edited(value: Any) -> tuple[str, Any]:
    """What an action or a hook says, and the edits that it asks for."""
    match value:
        case str():
            return value, ()
        case [str() as said, list() | tuple() as edits]:  # a write
            return said, edits
        case [list() | tuple() as edits, _]:  # after_log
            return "", edits
        case [str() as said, _]:  # a search, or observe
            return said, ()
    return "", ()


def _guarded(work: Callable[[], Any], compiled: Compiled, seconds: float) -> dict[str, Any]:
    """The work's value, or the fault that it ended in; bounded in time while Python code runs.

    `seconds` are by the clock; of processor time it gets `WORK_SECONDS`.
    """
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        signal.setitimer(signal.ITIMER_PROF, WORK_SECONDS)
        try:
            return {"value": work()}
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.setitimer(signal.ITIMER_PROF, 0)
    except Late as error:
        return {"fault": ["timeout", _where(error, compiled), ""]}
    except MemoryError as error:
        return {"fault": ["memory", _where(error, compiled), ""]}
    except BaseException as error:
        return {"fault": ["raised", _where(error, compiled), _said(error)]}


def late(_signal: int, _frame: FrameType | None) -> NoReturn:
    """The handler of SIGALRM and SIGPROF, which ends a call whose time is over."""
    raise Late


def _where(error: BaseException, compiled: Compiled) -> str:
    """The innermost place of the traceback that is in the scaffold: `file:line in function`."""
    found, trace, root = "", error.__traceback__, f"{compiled.folder}{os.sep}"
    while trace is not None:
        code, line = trace.tb_frame.f_code, trace.tb_lineno
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if code.co_filename.startswith(root):
            name = code.co_filename[len(root) :]
            if template is not None:
                line = template.get_corresponding_lineno(line)
            found = f"{name}:{line}" + (f" in {code.co_name}" if name.endswith(".py") else "")
        trace = trace.tb_next
    return found


def _said(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:500]
    except BaseException:
        return type(error).__name__
