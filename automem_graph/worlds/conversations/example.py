"""One example of a dataset: what a person says in one conversation after another.

    {"id": "anna", "sessions": [
      {"messages": ["My sister moved to Lyon."]},
      {"messages": [{"text": "Where does my sister live?", "expected": "Lyon"}]}]}

A message may also be as exports have it, `{"role": "user", "content": "..."}`. What an assistant
said there is left out, unless it is marked as the right answer to the message before it, by
`"expected": true`, or carries that answer as `expected`. `messages` alone are one session.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AliasChoices,
    BaseModel,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    ValidationError,
    model_validator,
)

from automem_graph.protocols import Frozen
from automem_graph.worlds.own import BadTask

_PERSON, _ASSISTANT = ("user", "human"), ("assistant", "ai")


class Turn(Frozen):
    """A message of the person."""

    text: str = Field(min_length=1)
    expected: JsonValue = None
    """What would be right to answer; None where no answer is checked."""


class Example(Frozen):
    """The sessions of one person, one after another; at least one answer is checked."""

    id: str
    sessions: tuple[tuple[Turn, ...], ...]

    @property
    def turns(self) -> int:
        """Messages of the person, in all sessions."""
        return sum(map(len, self.sessions))

    @property
    def checked(self) -> int:
        """Those whose answer is checked."""
        return sum(turn.expected is not None for session in self.sessions for turn in session)


def example_of(raw: Any, otherwise: str) -> Example:
    """The example that this JSON is; `otherwise` is the id of one without. Raises BadTask."""
    try:
        read = _Example.model_validate(raw)
        example = Example(
            id=otherwise if read.id is None else str(read.id),
            sessions=tuple(_turns(session.messages) for session in read.sessions),
        )
    except ValidationError as error:
        raise BadTask(_sentence(error)) from error
    if not all(example.sessions):
        raise BadTask("a session has no message of a person")
    if not example.checked:
        raise BadTask("no message has an `expected` answer: there would be nothing to check")
    return example


class _Part(BaseModel):
    type: Literal["text"]
    text: str


class _Exported(BaseModel):
    """A message of an export, of whose fields few matter here."""

    role: Literal["user", "human", "assistant", "ai", "system", "developer", "tool", "function"] = (
        Field(validation_alias=AliasChoices("role", "type"))
    )
    content: str | tuple[_Part, ...] | None = None
    expected: JsonValue = None

    @property
    def text(self) -> str:
        if isinstance(self.content, tuple):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


def _kind(message: Any) -> str:
    if isinstance(message, str):
        return "text"
    return "export" if isinstance(message, dict) and {"content", "role"} & {*message} else "message"


_Message = Annotated[
    Annotated[str, Tag("text")]
    | Annotated[Turn, Tag("message")]
    | Annotated[_Exported, Tag("export")],
    Discriminator(_kind),
]


class _Session(Frozen):
    messages: tuple[_Message, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, raw: Any) -> Any:
        return {"messages": raw} if isinstance(raw, list) else raw


class _Example(BaseModel):
    id: str | int | None = None
    sessions: tuple[_Session, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _of_one_session(cls, raw: Any) -> Any:
        if isinstance(raw, Mapping) and "messages" in raw and "sessions" not in raw:
            return {**raw, "sessions": [raw["messages"]]}
        return raw


def _turns(messages: Iterable[str | Turn | _Exported]) -> tuple[Turn, ...]:
    """The person's messages; BadTask where an answer is marked that answers none of them."""
    turns: list[Turn] = []
    for message in messages:
        if isinstance(message, str):
            turns.append(Turn(text=message))
        elif isinstance(message, Turn):
            turns.append(message)
        elif message.role in _PERSON:
            turns.append(Turn(text=message.text, expected=message.expected))
        elif message.role in _ASSISTANT and message.expected not in (None, False):
            if not turns:
                raise BadTask("an answer is marked as expected before anything was said")
            right = message.text if message.expected is True else message.expected
            turns[-1] = turns[-1].model_copy(update={"expected": right})
    return tuple(turns)


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong, and where: `sessions.0.messages.2.text: Field required`."""
    first = error.errors()[0]
    steps = [str(step) for step in first["loc"] if step not in ("text", "message", "export")]
    if first["loc"] and first["loc"][-1] == "text":
        steps.append("text")
    return f"{'.'.join(steps) or 'an example'}: {first['msg']}"
