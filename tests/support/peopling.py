"""A population on the toy corridor: the walls' colour is odd or even, and a hint is about one.

Without a hint the model walks to the middle and waits. With one hint it walks to the end where it
applies, and does not move elsewhere: no better on average, but the best in half of the worlds. With
both it walks to the end everywhere, so that only a child of such a parent truly wins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.evolving import command, settings
from support.openai_answers import Reply, Request
from support.openai_server import OpenAIServer
from support.served import routine_of

ODD, EVEN = "Walk where walls are odd.", "Walk where walls are even."
MIDDLE = 3
_PLACE = re.compile(r"in room (\d+) of a corridor whose walls have colour (\d+)")


def walk(request: Request) -> Reply:
    """LOG: a line. PLAN: as the hints in the system prompt say."""
    if routine_of(request) == "log":
        return Reply("<|APPEND|>notes.md|I have moved.<|END|><|DONE|>")
    system = str(request.body["messages"][0]["content"])
    room, colour = map(int, _PLACE.findall(str(request.body["messages"][1:]))[-1])
    hints = [hint for hint in (ODD, EVEN) if hint in system]
    goes = (ODD if colour % 2 else EVEN) in hints if hints else room < MIDDLE
    return Reply(f"<|ACTION|>{'Right' if goes else 'Wait'}<|END|>")


PROPOSING = f"""
number = len(list(Path("history").glob("v1.*"))) + 1
with Path(__file__).with_name("proposals.log").open("a") as lines:
    lines.write(f"v1.{{number}}\\n")
if number == 4:
    raise SystemExit("I am tired")
prompt = (scaffold / "prompts/system.md").read_text()
missing = [hint for hint in ({ODD!r}, {EVEN!r}) if hint not in prompt]
hint = missing[number - 1] if number < 3 else missing[0]
add("prompts/system.md", f"\\n{{hint}}\\n")
says(f"Child {{number}}: {{hint}}")
"""
"""Of v0's children each is the best in half of the worlds. Their child takes the hint that its
parent lacks; a fourth one is not proposed."""


def peopled(server: OpenAIServer, folder: Path, **other: Any) -> Mapping[str, Any]:
    """A population on four worlds: two generations of two, of which the second one wins."""
    asked = settings(server, command(folder, PROPOSING))
    several = {
        "search": "population",
        "children": 2,
        "attempts": 4,
        "gate_seeds": "1-4",
        "steps": 6,
    }
    return {**asked, **several, "held_out_seeds": "11", "run": str(folder / "run"), **other}
