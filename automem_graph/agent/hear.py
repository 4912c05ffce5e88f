"""One model call, as its row of the trace has it: what was thought, what was said, what it cost."""

from __future__ import annotations

import time
from typing import Any

from langchain_core.messages import AIMessage

from automem_graph.agent.speech import whole
from automem_graph.agent.state import Message
from automem_graph.agent.table import Table
from automem_graph.agent.tracing import labelled
from automem_graph.models.calling import NoReply
from automem_graph.models.calling import call as call_model
from automem_graph.models.thoughts import split_thoughts
from automem_graph.protocols import Role, Routine


def hear(
    desk: Table, messages: list[Message], routine: Routine, role: Role, *, excused: bool = False
) -> dict[str, Any]:
    """One model call, as its row of the trace has it.

    ModelError ends the episode, unless it is NoReply and the call is `excused`. OutOfBudget, before
    anything is sent, where the desk's meter has no room for it.
    """
    row = {
        "role": role,
        "routine": routine,
        "model": desk.model_names[role],
        "prompt": len(messages),
    }
    started = time.perf_counter()
    try:
        answer = _asked(desk, messages, routine, role)
    except NoReply as error:
        if not excused:
            raise
        row |= {"reply": "", "usage": {"input": 0, "output": 0}, "ms": _since(started)}
        return {**row, "error": whole(str(error))}
    ms = _since(started)
    thoughts, reply = split_thoughts(answer)
    row |= {"reply": whole(reply), "usage": usage_of(messages, answer), "ms": ms}
    row |= {**desk.codec.heard(answer), **_token_ids(answer)}
    return {**row, "thoughts": whole(thoughts)} if thoughts else row


def _asked(desk: Table, messages: list[Message], routine: Routine, role: Role) -> AIMessage:
    """The model's answer, counted where there is a budget."""
    model = labelled(desk, role, routine)
    if desk.meter is None:
        return call_model(model, messages, desk.patience_s)
    with desk.meter.call(desk.model_names[role]) as count:
        answer = call_model(model, messages, desk.patience_s)
        usage = usage_of(messages, answer)
        count(usage["input"], usage["output"])
    return answer


def _token_ids(answer: AIMessage) -> dict[str, Any]:
    """The reply's tokens, which `local:` models tell."""
    told = answer.response_metadata.get("token_ids")
    return {"token_ids": told} if told else {}


def failed(call: dict[str, Any]) -> bool:
    """Whether a call's server gave no reply, and the step went on."""
    return bool(call.get("error"))


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)


def usage_of(messages: list[Message], answer: AIMessage) -> dict[str, Any]:
    """Input and output tokens as the provider counted them, else about four characters each."""
    if answer.usage_metadata:
        return {
            "input": answer.usage_metadata["input_tokens"],
            "output": answer.usage_metadata["output_tokens"],
        }
    return {
        "input": sum(_tokens(message["role"], _content(message)) for message in messages),
        "output": _tokens("assistant", f"{answer.text}{answer.tool_calls or ''}"),
        "approximate": True,
    }


def _content(message: Message) -> str:
    calls = message.get("tool_calls")
    return f"{message['content']}{calls}" if calls else message["content"]


def _tokens(role: str, content: str) -> int:
    """As langchain_core's `count_tokens_approximately` has it, which is slow: it makes messages."""
    return -(-(len(role) + len(content)) // 4) + 3
