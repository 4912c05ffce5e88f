"""What a world looks like at one moment, for people: data that a page draws. No agent ever sees it.

A world that can be drawn has a `draw`, beside what `protocols.World` asks for.
"""

from __future__ import annotations

from typing import Annotated, Literal, Protocol, runtime_checkable

from pydantic import Field

from automem_graph.protocols import Frozen

Kind = Literal["tiles", "terminal", "chat", "text"]

Run = tuple[str, int, bool, bool]
"""Characters of one style: text, colour (0 to 15, as terminals count them), bold, inverse."""


class Tiles(Frozen):
    """A map seen from above, in textures of an `Atlas`."""

    kind: Literal["tiles"] = "tiles"
    columns: int
    rows: int
    cells: tuple[tuple[int, ...], ...]
    """Row by row from the top left: the textures of each cell, bottom to top; none is outside."""
    dark: float = Field(default=0.0, ge=0.0, le=1.0)
    """0 is noon, 1 is midnight."""
    items: tuple[tuple[int, int, str], ...] = ()
    """What is held: texture, how many, name."""
    caption: str = ""


class Terminal(Frozen):
    """A terminal's screen; blanks at the end of a row are left out."""

    kind: Literal["terminal"] = "terminal"
    rows: tuple[tuple[Run, ...], ...]
    cursor: tuple[int, int] | None = None
    """Column and row, counted from 0."""
    caption: str = ""


class Said(Frozen):
    """One message of a chat."""

    who: Literal["person", "agent", "world"]
    text: str


class Chat(Frozen):
    """What was said so far, the latest last."""

    kind: Literal["chat"] = "chat"
    messages: tuple[Said, ...]
    caption: str = ""


class Text(Frozen):
    """The observation as it stands in the trace; `caption` says why it is not drawn, if so."""

    kind: Literal["text"] = "text"
    text: str
    caption: str = ""
    later: bool = False
    """Whether it is being drawn: who asks again gets a drawing, or the next part of the way."""


Frame = Annotated[Tiles | Terminal | Chat | Text, Field(discriminator="kind")]


class Atlas(Frozen):
    """The textures of `Tiles`, in one strip from left to right."""

    size: int
    """Pixels of a texture's side."""
    names: tuple[str, ...]
    image: str
    """A PNG as a data URI."""


@runtime_checkable
class Drawable(Protocol):
    """A world that can show itself; drawing never changes what happens next."""

    def draw(self) -> Tiles | Terminal:
        """The moment of the last observation, also after the end."""
        ...
