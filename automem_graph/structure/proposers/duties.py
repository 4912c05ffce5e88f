"""What an agent must have done before its conversation may end.

Needs langchain's middleware, so it is imported where an agent is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware, hook_config
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

REMINDERS = 3
"""How often an agent that stops too early is sent back to work."""


class Duties(AgentMiddleware[Any, Any, Any]):
    """Answers tool calls that cannot be read, and reminds an agent of what `missing` tells."""

    def __init__(self, missing: Callable[[], str], calls_left: Callable[[], int]) -> None:
        super().__init__()
        self._missing = missing
        self._calls_left = calls_left
        self._reminders = REMINDERS

    @hook_config(can_jump_to=["model"])
    def after_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        said = state["messages"][-1]
        if not isinstance(said, AIMessage):
            return None
        answers: list[AnyMessage] = [
            ToolMessage(
                "The call did not run: its arguments are no JSON object, or were cut off.",
                tool_call_id=call["id"],
                name=call["name"] or "unknown",
                status="error",
            )
            for call in said.invalid_tool_calls
            if call["id"]
        ]
        if said.tool_calls or not self._calls_left():
            return {"messages": answers} if answers else None
        if not answers:
            missing = self._missing() if self._reminders else ""
            if not missing:
                return None
            self._reminders -= 1
            answers = [HumanMessage(f"{missing} Go on with tool calls, then end.")]
        return {"messages": answers, "jump_to": "model"}
