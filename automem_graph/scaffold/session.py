"""The conversation with a process that runs scaffold code, seen from the trusted side.

A session serves the steps of one episode, one after the other: `next_step` runs the scaffold's
modules anew, so that their globals last one step. Every call has a deadline. A call that goes
wrong raises `ScaffoldFault` and ends the process; the session is of no use after that.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar

from automem_graph import wire
from automem_graph.protocols import ActionSpec, Edit, MemoryView
from automem_graph.scaffold import replies
from automem_graph.scaffold.ahead import AHEAD_SECONDS, Ahead, Foretold, Pages
from automem_graph.scaffold.channel import REPLY_BYTES, REQUEST_BYTES
from automem_graph.scaffold.errors import CALL_SECONDS, ScaffoldFault, reported
from automem_graph.scaffold.load import Scaffold
from automem_graph.scaffold.looks import Looks
from automem_graph.scaffold.patience import Patience
from automem_graph.scaffold.replies import ActionReply, ReplyError

GRACE_SECONDS = 0.25  # the process reports a late call by itself, with its line, if it still can

State = dict[str, Any]
T = TypeVar("T")


class Session:
    """Runs templates, actions and hooks, step after step. Not for several threads at once.

    `ScaffoldHost.open_session` makes it, with the hooks that this scaffold has, a function that
    ends the process, and the host's patience. Calls of hooks that do not exist are answered at
    once, here.
    """

    def __init__(
        self,
        scaffold: Scaffold,
        channel: socket.socket,
        view: MemoryView,
        hooks: frozenset[str],
        end: Callable[[], None],
        patience: Patience,
    ) -> None:
        self._scaffold = scaffold
        self._channel = channel
        self._hooks = hooks
        self._end = end
        self._patience = patience
        self._open = True
        self._anew = False
        self._shared: Mapping[str, Any] = {}
        self._looks = Looks(view)
        self._foretold: Foretold | None = None
        """Pages that the process rendered along with its latest answer."""

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process; may be called again."""
        if self._open:
            self._open = False
            self._channel.close()
            self._end()

    def next_step(self) -> None:
        """Forget what the modules keep in their globals; done along with the next call."""
        self._anew = True
        self._shared = {}
        self._foretold = None

    def render(self, template: str, variables: Mapping[str, Any]) -> str:
        """`prompts/<template>.md` with these variables (JSON), stripped, at most 64,000 characters.

        Strict: a variable that the template names and nobody gave is a fault with its line.
        """
        return self.render_all([(template, variables)], {})[0]

    def render_all(self, pages: Pages, shared: Mapping[str, Any]) -> list[str]:
        """Several templates in one call, each with its own variables and the shared ones.

        The process keeps the shared variables to the end of the step: they are sent when they
        differ from those of the call before. No call is made for pages that the latest one has
        rendered ahead.
        """
        asked = [(template, dict(variables)) for template, variables in pages]
        told, self._foretold = self._foretold, None
        if told and told.pages == asked and shared == self._shared:
            return told.texts

        def typed(value: Any) -> list[str]:
            if not isinstance(value, list) or len(value) != len(pages):
                raise ReplyError("not one text for each template")
            return [replies.text(text, replies.PROMPT_CHARS) for text in value]

        request: dict[str, Any] = {"do": "render", "pages": asked, **self._news_of(shared)}
        return self._call(request, f"prompts/{pages[0][0]}.md", typed)

    def has(self, hook: str) -> bool:
        """Whether the scaffold has this hook."""
        return hook in self._hooks

    def run(
        self, action: ActionSpec, args: Mapping[str, str], ahead: Ahead | None = None
    ) -> ActionReply:
        """Call the action's function with exactly the arguments given (a missing optional is left).

        For kinds `search`, `read` and `write`; the edits are not applied, only returned. A search
        gets the text of its `file` along with the call, since it would ask for nothing else.
        `ahead` are the pages that will be asked for next, with gaps: see `ahead`.
        """
        name = action.name.lower()
        given = {key.removesuffix("?"): value for key, value in args.items()}
        request: dict[str, Any] = {"do": "run", "name": name, "args": given, "texts": {}}
        if action.kind == "search" and "file" in given:
            request["texts"] = {given["file"]: self._looks.news(given["file"])}
        where = f"actions.py in {name}"
        reply = self._call(request, where, lambda value: replies.action_reply(action, value), ahead)
        self._fill_gaps(reply.text)
        return reply

    def compute(self, function: str, args: Mapping[str, Any], typed: Callable[[Any], T]) -> T:
        """Call a function of `actions.py` that is no action, with `files` and these arguments.

        `typed` makes what it returned (any JSON) into a value, or raises ReplyError.
        """
        request = {"do": "run", "name": function, "args": dict(args), "texts": {}}
        return self._call(request, f"actions.py in {function}", typed)

    def initial_files(self, task: Mapping[str, Any]) -> dict[str, str]:
        """What memory holds before the first step; without the hook, what `files/<task>/` holds."""
        if "initial_files" not in self._hooks:
            return self._scaffold.files_for(str(task["name"]))
        return self._hook("initial_files", [dict(task)], replies.files)

    def observe(
        self, state: State, seen: Mapping[str, Any], ahead: Ahead | None = None
    ) -> tuple[str, State]:
        """Notes for the prompts of this step, and the new state; without the hook, no notes.

        `ahead` as in `run`.
        """
        if "observe" not in self._hooks:
            return "", state

        def typed(value: Any) -> tuple[str, State]:
            notes, after = replies.pair(value)
            return replies.text(notes), replies.state(after)

        notes, after = self._hook("observe", [state, dict(seen)], typed, ahead)
        self._fill_gaps(notes)
        return notes, after

    def after_log(
        self, state: State, seen: Mapping[str, Any], ahead: Ahead | None = None
    ) -> tuple[tuple[Edit, ...], State]:
        """Edits to apply after LOG, and the state; none without the hook. `ahead` as in `run`."""
        if "after_log" not in self._hooks:
            return (), state

        def typed(value: Any) -> tuple[tuple[Edit, ...], State]:
            asked, after = replies.pair(value)
            return replies.edits(asked), replies.state(after)

        made = self._hook("after_log", [state, dict(seen)], typed, ahead)
        self._fill_gaps("")
        return made

    def canonicalise(self, action: str, seen: Mapping[str, Any]) -> str:
        """The world action that the model's words stand for; without the hook, the words."""
        if "canonicalise" not in self._hooks:
            return action
        return self._hook("canonicalise", [action, dict(seen)], replies.text)

    def review(self, action: str, state: State, seen: Mapping[str, Any]) -> str | None:
        """Why the committed action should not be taken; None to take it."""
        if "review" not in self._hooks:
            return None
        return self._hook(
            "review",
            [action, state, dict(seen)],
            lambda value: None if value is None else replies.text(value),
        )

    def about(self) -> dict[str, list[str]]:
        """The names of the functions in `actions.py` and of the hooks, as the process tells them.

        Keys "actions" and "hooks". Fails as any call does where a module cannot be executed.
        """

        def typed(value: Any) -> dict[str, list[str]]:
            match value:
                case {"actions": list() as actions, "hooks": list() as hooks}:
                    return {"actions": list(map(str, actions)), "hooks": list(map(str, hooks))}
            raise ReplyError("no list of functions")

        return self._call({"do": "about"}, "actions.py", typed)

    def _hook(
        self, name: str, args: list[Any], typed: Callable[[Any], T], ahead: Ahead | None = None
    ) -> T:
        request = {"do": "hook", "name": name, "args": args}
        return self._call(request, f"hooks.py in {name}", typed, ahead)

    def _call(
        self,
        request: dict[str, Any],
        where: str,
        typed: Callable[[Any], T],
        ahead: Ahead | None = None,
    ) -> T:
        """Send a request, answer questions for files, and type the value that comes back."""
        if not self._open:
            raise ScaffoldFault("died", where, "the process of this session has ended already")
        began = time.monotonic()
        deadline = began + CALL_SECONDS + GRACE_SECONDS + (AHEAD_SECONDS if ahead else 0)
        try:
            self._patience.check()
            if ahead:
                request |= {"ahead": ahead.pages, **self._news_of(ahead.shared)}
            self._send({**request, "seconds": CALL_SECONDS, "anew": self._anew}, deadline)
            self._anew = False
            while True:
                match wire.receive(self._channel, REPLY_BYTES, deadline):
                    case {"value": value, **rest}:
                        if ahead:
                            self._foretold = replies.foretold(ahead.pages, rest.get("ahead"))
                        return typed(value)
                    case {"need": [str() as method, *rest]}:
                        self._send({"got": self._looks.answer(method, rest)}, deadline)
                    case {"fault": [str() as kind, str() as place, str() as detail]}:
                        raise reported(kind, place or where, detail)
                    case _:
                        raise ReplyError("the process sent a frame of no known form")
        except BaseException as error:
            fault = self._fault(error, where)
            self.close()
            if fault is None:
                raise
            raise fault from error
        finally:
            self._patience.spend(where, time.monotonic() - began)

    def _news_of(self, shared: Mapping[str, Any]) -> dict[str, Any]:
        """The part of a request that tells of shared variables, where the process has others."""
        if shared == self._shared:
            return {}
        self._shared = dict(shared)
        return {"shared": self._shared}

    def _fill_gaps(self, said: str) -> None:
        if self._foretold:
            self._foretold = self._foretold.filled(said)

    def _send(self, message: dict[str, Any], deadline: float) -> None:
        self._channel.settimeout(max(deadline - time.monotonic(), 0.001))
        wire.send(self._channel, message, REQUEST_BYTES)

    def _fault(self, error: BaseException, where: str) -> ScaffoldFault | None:
        """The fault that an error in a call stands for; None for an error of the trusted side."""
        match error:
            case ScaffoldFault():
                return error
            case ReplyError():
                return ScaffoldFault("reply", where, str(error))
            case TimeoutError():
                return reported("timeout", where, "")
            case wire.WireError() if not self._ended():
                return ScaffoldFault("reply", where, str(error))
            case wire.WireError() | ConnectionError():
                return ScaffoldFault("died", where, "the process that ran it ended")
        return None

    def _ended(self) -> bool:
        """Whether the process closed its side: what it sent last was then cut, not garbage."""
        until = time.monotonic() + 0.05
        try:
            while (left := until - time.monotonic()) > 0:  # it may send without an end
                self._channel.settimeout(left)
                if not self._channel.recv(1 << 16):
                    return True
        except TimeoutError:
            return False
        except OSError:
            return True
        return False
