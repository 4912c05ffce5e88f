"""Thirty conversations of one person: facts that change, questions about them, and chatter."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

SESSIONS = 30

CHANGING = {
    "dentist": ("Dr. Weber", "Dr. Wu", "Dr. Moreau", "Dr. Okafor"),
    "gym": ("in Elm Street", "at the harbour", "in the old mill", "in Station Road"),
    "train to work": ("at 7:12", "at 7:42", "at 6:58", "at 8:05"),
    "favourite tea": ("Assam", "Sencha", "rooibos", "mint"),
    "landlady": ("Mrs. Novak", "Mrs. Haller", "Ms. Ito", "Mrs. Duarte"),
    "book club": ("on Mondays", "on Thursdays", "on Sundays", "on Fridays"),
    "wifi password": ("maple-41", "otter-77", "quartz-08"),
    "desk": ("by the window", "on the third floor", "next to Ravi"),
}
"""What is told anew every eighth session, each time with the next value."""

LASTING = {
    "bike lock's code": "4821",
    "sister's birthday": "on 3 May",
    "spare key": "under the blue pot",
    "blood group": "B negative",
    "first teacher": "Miss Pereira",
    "locker": "number 17",
}
"""What is told once, in the first sessions, and asked for in the last ones."""

CHATTER = (
    "Good morning! It has been raining since six.",
    "The tram was full again, so I walked.",
    "I had soup for lunch and it was far too salty.",
    "Thanks, you are a great help.",
    "Let me think about that for a while.",
)

SAME, CHANGED, EARLY = "said in this session", "said before, and changed", "said at the beginning"
"""The kinds of questions."""


class Turn(NamedTuple):
    """What the person says; where it is of a thing, its value, and where it asks, of which kind."""

    said: str
    thing: str = ""
    value: str = ""
    kind: str = ""


def sessions() -> list[list[Turn]]:
    """The sessions in order."""
    return [_session(number) for number in range(SESSIONS)]


def _session(number: int) -> list[Turn]:
    things, lasting = list(CHANGING), list(LASTING)
    turns = [
        Turn(CHATTER[number % len(CHATTER)]),
        _fact(thing := things[number % len(things)], number),
    ]
    if number < len(lasting):
        turns.append(_fact(lasting[number], number))
    turns.append(Turn(CHATTER[(number + 2) % len(CHATTER)]))
    if number % 5 == 0:
        turns.append(_question(thing, number, SAME))
    if number >= 2 * len(things):
        turns.append(_question(things[(number + 3) % len(things)], number, CHANGED))
    if (at := number - SESSIONS + len(lasting)) >= 0:
        turns.append(_question(lasting[at], number, EARLY))
    return turns


def _fact(thing: str, number: int) -> Turn:
    value = _told(thing, number)
    return Turn(f"My {thing} is {'now ' if number >= len(CHANGING) else ''}{value}.", thing, value)


def _question(thing: str, number: int, kind: str) -> Turn:
    return Turn(f"What is my {thing}?", thing, _told(thing, number), kind)


def _told(thing: str, number: int) -> str:
    """The value that was told last, up to a session."""
    if thing in LASTING:
        return LASTING[thing]
    first = list(CHANGING).index(thing)
    return CHANGING[thing][(number - first) // len(CHANGING)]


def right_answers(
    talk: Callable[[int, Turn], str], before: Callable[[], object] = lambda: None
) -> Counter[str]:
    """How many questions of each kind are answered right; `before` runs before each session.

    `talk` gets the session's number and what is said there, and gives the answer.
    """
    right: Counter[str] = Counter()
    for number, session in enumerate(sessions()):
        before()
        for turn in session:
            answer = talk(number, turn)
            if turn.kind:
                right[turn.kind] += turn.value in answer
    return right


def questions() -> Counter[str]:
    """How many questions of each kind there are."""
    return Counter(turn.kind for session in sessions() for turn in session if turn.kind)
