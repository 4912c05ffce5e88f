"""Tool calls whose arguments are JSON but no object, such as `[1]`: a model's nonsense, which is
played and answered as every other is.

Where such a reply is streamed LangChain keeps the call among `invalid_tool_calls`. Where it comes
whole, LangChain's integrations for protocols like OpenAI's raise the ValidationError of the message
that they meant to make.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, InvalidToolCall

REASON = "the arguments are no JSON object"


def take_odd_calls(message: Any) -> list[InvalidToolCall]:
    """Take these calls out of a message of OpenAI's client; in the form of LangChain."""
    from langchain_core.messages.tool import invalid_tool_call

    odd = [call for call in getattr(message, "tool_calls", None) or () if _is_odd(call)]
    if odd:
        message.tool_calls = [call for call in message.tool_calls if call not in odd]
    return [
        invalid_tool_call(
            name=call.function.name, args=_text(call.function.arguments), id=call.id, error=REASON
        )
        for call in odd
    ]


def garbled_calls(error: Exception) -> AIMessage | None:
    """What can be saved of a reply for which an integration raised this; None where it is another.

    The arguments are all that the error tells: text, other calls and usage are lost.
    """
    from langchain_core.messages import AIMessage
    from langchain_core.messages.tool import invalid_tool_call
    from pydantic import ValidationError

    if not isinstance(error, ValidationError) or error.title != AIMessage.__name__:
        return None
    places = [problem["loc"][::2] for problem in error.errors()]
    if any(place != ("tool_calls", "args") for place in places):
        return None
    return AIMessage(
        "",
        invalid_tool_calls=[
            invalid_tool_call(args=_text(problem["input"]), error=REASON)
            for problem in error.errors()
        ],
    )


def _is_odd(call: Any) -> bool:
    """Whether the arguments are JSON but no object; those that are no JSON make no trouble."""
    arguments = getattr(getattr(call, "function", None), "arguments", None)
    if not isinstance(arguments, str):
        return arguments is not None
    try:
        return bool(arguments) and not isinstance(json.loads(arguments, strict=False), dict)
    except (ValueError, RecursionError):
        return False


def _text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, default=str)
