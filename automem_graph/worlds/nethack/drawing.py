"""A NetHack screen as its terminal shows it, in colours."""

from __future__ import annotations

from collections.abc import Iterator

from automem_graph.worlds.frames import Run, Terminal
from automem_graph.worlds.nethack.message import WIDTH
from automem_graph.worlds.nethack.screen import Screen

COLOUR, BOLD, INVERSE = 15, 8, 16
"""The bits of NLE's colours: 0 to 15, whose upper half is bold, and what is shown inverse."""

_GREY = 7
_BLANK = " "


def draw(screen: Screen) -> Terminal:
    row, column = screen.cursor
    return Terminal(
        rows=tuple(
            tuple(_runs(text, screen.colours[place * WIDTH : (place + 1) * WIDTH]))
            for place, text in enumerate(screen.rows)
        ),
        cursor=(column, row),
    )


def _runs(text: str, colours: bytes) -> Iterator[Run]:
    """The row in pieces of one style; a blank that is not inverse goes on in the one before."""
    begun, style = 0, _GREY
    for place, sign in enumerate(text):
        colour = colours[place]
        if colour == style or (sign == _BLANK and not (colour | style) & INVERSE):
            continue
        if place > begun:
            yield _run(text[begun:place], style)
        begun, style = place, colour
    if text:
        yield _run(text[begun:], style)


def _run(text: str, style: int) -> Run:
    return text, style & COLOUR, bool(style & BOLD), bool(style & INVERSE)
