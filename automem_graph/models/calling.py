"""Call a model: the one place where calls are paced, tried again and given up.

What may be gone in a moment (too many requests, an overloaded server, a lost connection, a
time-out) is tried again after a pause that doubles, or as long as the server asks for. All else is
the end at once: a server that is not there, a bad key, an unknown model, too long a prompt.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING, Any, NoReturn, cast

import tenacity

from automem_graph.models.faults import Fault, diagnose
from automem_graph.models.garbled import garbled_calls
from automem_graph.models.pace import NoPlace
from automem_graph.models.servers import Health, Server

if TYPE_CHECKING:
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

TRIES = 8
"""Tries of one call. Seven pauses are two minutes at most, unless the server asks for more."""

PATIENCE_S = 900.0
"""Seconds after which a call is not tried again: room for a time-out and a second try."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
"""Bounds of the pause before the second try, and before any. Pauses are drawn at random below their
bound, so that calls which failed together do not come back together."""

ROOM = 4
"""A reply that the context cuts short had room for it if it is this part of prompt and reply."""

_WHAT_NOW = {
    "unreachable": "cannot be reached ({why}): start it, or correct its address",
    "key": "refuses the key ({why}): check {key}",
    "unknown": "is not known there ({why}): check its name and its address",
    "long": "takes no prompt of this length ({why}): serve it with a longer context, or play a "
    "scaffold that shows less",
    "quota": "has no quota left for you ({why}): check the account of {key}",
    "refused": "refuses the request ({why})",
    "odd": "gives no proper answer ({why}): check its settings",
}


class ModelError(RuntimeError):
    """A model gave no reply: one sentence on which, where, what happened, and what to do."""


class NoReply(ModelError):
    """The server was there, and gave no reply to this one call, however often it was asked."""


class _Passing(Exception):
    """A fault that may be gone at the next try."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def call(
    model: Runnable[LanguageModelInput, AIMessage],
    messages: Sequence[Any],
    patience_s: float | None = None,
) -> AIMessage:
    """The reply of a chat model, with or without tools bound to it; ModelError where there is none.

    NoReply, which is one, says that the next call may go better. Blocks while it waits for a place
    among the calls to the same server, and between tries; no longer than `patience_s`, where
    somebody waits for the reply.
    """
    server = Server(model)
    try:
        with server.health.pace.place(inf if patience_s is None else patience_s):
            began = time.monotonic()
            try:
                return _ask(server, model, messages)
            except _Passing as fault:
                first = fault  # tried again outside: later faults are not to have it as a context
            return _ask_again(server, model, messages, patience_s, began, first)
    except NoPlace as error:
        raise ModelError(f"{server} takes no more calls for now: come back later") from error


def _ask_again(
    server: Server,
    model: Runnable[LanguageModelInput, AIMessage],
    messages: Sequence[Any],
    patience_s: float | None,
    began: float,
    fault: _Passing,
) -> AIMessage:
    """All tries after the first one, which began then and ended in that fault."""
    taken = time.monotonic() - began
    patience = (PATIENCE_S if patience_s is None else patience_s) - taken
    first = [fault]

    def ask() -> AIMessage:
        if first:
            raise first.pop()
        return _ask(server, model, messages)

    drawn = tenacity.wait_random_exponential(multiplier=FIRST_PAUSE_S, max=LONGEST_PAUSE_S)
    again = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(_Passing),
        wait=lambda state: max(_last(state).fault.wait_s, drawn(state)),
        stop=tenacity.stop_after_attempt(TRIES) | tenacity.stop_before_delay(patience),
        retry_error_callback=lambda state: _give_up(server, state, taken),
    )
    return again(ask)


def _ask(
    server: Server, model: Runnable[LanguageModelInput, AIMessage], messages: Sequence[Any]
) -> AIMessage:
    """One try."""
    health = server.health
    began = time.monotonic()
    try:
        reply = model.invoke(messages)
    except Exception as error:  # a boundary: each provider's client has error classes of its own
        if (garbled := garbled_calls(error)) is not None:
            health.answered = True
            health.pace.speed_up()
            return garbled
        fault = diagnose(error)
        if fault.kind == "busy":
            health.pace.slow_down(began, fault.wait_s if fault.wait_s < PATIENCE_S else 0.0)
        passing = _may_pass(fault, health)
        health.answered = health.answered or fault.status is not None
        if passing:
            raise _Passing(fault) from error
        raise ModelError(f"{server} {_what_now(server, fault)}") from error
    health.answered = True
    if _broke_off(reply):
        raise _Passing(Fault(kind="passing", words="the stream broke off"))
    health.pace.speed_up()
    if crowded := _crowded(reply, server.limit):
        raise ModelError(f"{server} {_what_now(server, crowded)}")
    return reply


def _may_pass(fault: Fault, health: Health) -> bool:
    """Whether to try again. A server that has answered before may just be starting again."""
    return fault.kind in {"busy", "passing"} or (fault.kind == "unreachable" and health.answered)


def _broke_off(reply: AIMessage) -> bool:
    """Whether a stream of OpenAI's protocol ended without saying why, as no whole reply does."""
    told = reply.response_metadata
    return told.get("model_provider") == "openai" and not {"finish_reason", "status"} & told.keys()


def _crowded(reply: AIMessage, limit: int | None) -> Fault | None:
    """What is wrong where a prompt left no room for the reply.

    vLLM refuses a prompt only where not one token of a reply would fit, and cuts replies to the
    rest of the context. What is left of a reply then is not what the model meant to say.
    """
    usage, told = reply.usage_metadata, reply.response_metadata
    if limit is None or usage is None or told.get("finish_reason") != "length":
        return None
    asked, said = usage["input_tokens"], usage["output_tokens"]
    if said >= limit or said * ROOM >= asked + said:
        return None
    return Fault(kind="long", words=f"it has {asked:,} tokens, and the reply was cut at {said:,}")


def _give_up(server: Server, state: tenacity.RetryCallState, before_s: float) -> NoReturn:
    server.health.answered = False
    last = _last(state)
    why = _why(server, last.fault)
    if last.fault.wait_s >= PATIENCE_S:
        said = f"asks to be left alone for {last.fault.wait_s:,.0f} s ({why}): come back then"
        raise ModelError(f"{server} {said}") from last.__cause__
    tries, seconds = state.attempt_number, before_s + (state.seconds_since_start or 0.0)
    said = f"gave no reply in {tries} tries over {seconds:.0f} s (at last {why})"
    gone = ModelError if last.fault.kind == "unreachable" else NoReply
    raise gone(f"{server} {said}") from last.__cause__


def _what_now(server: Server, fault: Fault) -> str:
    return _WHAT_NOW[fault.kind].format(why=_why(server, fault), key=server.key)


def _why(server: Server, fault: Fault) -> str:
    return server.scrub(f"{fault.status}: {fault.words}" if fault.status else fault.words)


def _last(state: tenacity.RetryCallState) -> _Passing:
    assert state.outcome is not None
    return cast("_Passing", state.outcome.exception())
