"""A game's screen, as its players know it."""

from io import StringIO

from rich.console import Console

from automem_graph.agent.events import MemoryActed, Stepped
from automem_graph.cli.live import LiveView
from automem_graph.cli.screen import screen, shortened
from automem_graph.protocols import Observation

MAP = ["" for _ in range(21)]
MAP[8:11] = ["   -----", "   |.@.|", "   ---[b]"]
STATUS = ["Agent the Digger  St:18", "Dlvl:1 $:0 HP:14(14) T:1"]
TEXT = "\n".join(
    [
        *("Message: Hello \x1b[31mAgent.", "", "You see:", "- newt, adjacent, north", ""),
        *("Cursor: row 9, column 5, on yourself", "", "Map:", *MAP, "", "Status:", *STATUS, ""),
        *("Inventory:", "a - a long sword (weapon in hand)"),
    ]
)


def test_the_terminal_is_read_out_of_the_text():
    assert screen(TEXT) == ["Hello \x1b[31mAgent.", *MAP, *STATUS]
    quiet = screen(TEXT.replace("Hello \x1b[31mAgent.", "(none)"))
    assert quiet is not None
    assert quiet[0] == ""


def test_a_text_without_a_map_has_no_screen():
    assert screen("You see:\n- tree, 2 steps to your west") is None
    assert screen("") is None


def test_empty_rows_make_room_and_others_never():
    rows = ["", "a", "", "b", ""]
    assert shortened(rows, 9) == rows
    assert shortened(rows, 4) == ["a", "", "b", ""]
    assert shortened(rows, 1) == ["a", "b"]


def drawn(height: int) -> list[str]:
    console = Console(file=StringIO(), width=80, height=height)
    view = LiveView(console, "nethack, seed 42", 100)
    for step in range(6):
        view.hear(
            MemoryActed(step=step, routine="log", role="gameplay", call=f"NOTE {step}", result="")
        )
    seen = Observation(text=TEXT, progression=0.01, facts={"unlocked": ["Dlvl:1"]})
    event = Stepped(
        step=3, action="far east", observation=seen, calls=2, input_tokens=9, output_tokens=3,
        fallback=False, invalid=False,
    )  # fmt: skip
    view.hear(event)
    with console.capture() as captured:
        console.print(view)
    return captured.get().splitlines()


def test_the_live_view_shows_the_screen_and_fits_the_terminal():
    for height in (24, 50):
        lines = drawn(height)
        assert len(lines) <= height
        whole = "\n".join(lines)
        for text in ("|.@.|", "---[b]", *STATUS, "Hello \N{REPLACEMENT CHARACTER}[31m", "NOTE 5"):
            assert text in whole
        assert "\x1b" not in whole


def test_a_terminal_that_is_too_short_for_both_keeps_the_map():
    lines = "\n".join(drawn(14))
    assert "|.@.|" in lines
    assert STATUS[1] in lines
    assert "NOTE 0" not in lines
