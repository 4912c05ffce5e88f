"""Signs of trouble in one episode: each rule finds the steps or the lines that it is about.

A rule gives the share of the episode that is concerned, in [0, 1], and sentences with the steps
where a person can look. It knows no game: it reads the lists of things and of the inventory that
the text views have, and what was written and looked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from automem_graph.structure.desk.plain import one_line
from automem_graph.structure.reviewer.evidence import Episode, text_of
from automem_graph.structure.reviewer.plodding import plodding
from automem_graph.structure.reviewer.retraced import Sign, retraced
from automem_graph.structure.reviewer.unused import unused

LONG = 40
"""Steps in a row that make a stretch worth naming."""

_WAY = re.compile(r"\b(?:north|south|east|west)(?:-(?:east|west))?\b")
_CELL = re.compile(r"-?\d{1,3}, ?-?\d{1,3}\b")
_NUMBER = re.compile(r"\d+")
_UNKNOWING = re.compile(
    r"(?:\bnot|n['’]t) (?:know|remember|recall|sure)\b|\bno idea\b|\bunknown\b",
    re.IGNORECASE,
)
_SAYS = re.compile(r"^\W{0,3}(?P<thing>\w[\w' ]{2,60}?)(?: is| are|:)(?: now)? (?P<what>.+)$")
_UNHEEDED = re.compile(r"\? ?(?:\[|$)|whatever you choose", re.IGNORECASE)
_FEW = 2  # times that an action may change nothing
_SHOWN = 80  # characters of a line that is quoted
_KINDS = 100  # kinds of things that are followed


class Rule(NamedTuple):
    """How a sign is called in a sentence, and how it is found."""

    short: str
    find: Callable[[Episode], Sign]


def lost(episode: Episode) -> Sign:
    """Things are out of view for long, and the notes on them tell a direction but no place."""
    last_seen: dict[str, int] = {}
    noted: dict[str, str] = {}
    away: list[tuple[int, int, str, str]] = []
    end = len(episode.steps)
    for at, step in enumerate(episode.steps):
        for line in _lines_written(episode, at):
            if _WAY.search(line) and not _CELL.search(line):
                noted.update((thing, line) for thing in last_seen if thing in line)
        for thing in sorted(step.things)[:_KINDS]:
            if at - last_seen.get(thing, at) > LONG:
                away.append((last_seen[thing], at, thing, noted.get(thing, "")))
            if thing in last_seen or len(last_seen) < _KINDS:
                last_seen[thing] = at
    away += [(at, end, thing, noted.get(thing, "")) for thing, at in last_seen.items()]
    away = [one for one in away if one[1] - one[0] > LONG and one[3]]
    away.sort(key=lambda one: (one[0] - one[1], one))
    where = tuple(
        f"{_span(episode, first + 1, last - 1)}: {thing} was out of view, and the note on it, "
        f"`{_quoted(note)}`, names no place"
        for first, last, thing, note in away
    )
    steps = {at for first, last, _, _ in away for at in range(first + 1, last)}
    return Sign(len(steps) / max(1, end), where)


def repeated(episode: Episode) -> Sign:
    """The same note is made again, but for its numbers. Notes on directions are not counted."""
    first: dict[str, int] = {}
    lines, where = 0, []
    for at, step in enumerate(episode.steps):
        for line in _lines_written(episode, at, "APPEND"):
            words = _NUMBER.sub("#", line.strip())
            if not words or _WAY.search(words):
                continue
            lines += 1
            if words in first:
                told = f"step {step.number}: `{_quoted(line)}` was noted at step {first[words]}"
                where.append(told)
            first.setdefault(words, step.number)
    return Sign(len(where) / max(1, lines), tuple(where))


def stuck(episode: Episode) -> Sign:
    """Actions that lead to nothing, or back and forth."""
    hits = [at for at, step in enumerate(episode.steps) if step.stuck]
    where = tuple(
        f"{_span(episode, first, last)}: nothing came of "
        + _quoted(", ".join(sorted({step.action for step in episode.steps[first : last + 1]})))
        for first, last in _longest(hits)
        if last > first
    )
    return Sign(len(hits) / max(1, len(episode.steps)), where)


def buried(episode: Episode) -> Sign:
    """Lines of the final files that no look-up of the last steps can have shown."""
    hidden, total = [], 0
    for name, text in sorted(episode.files.items()):
        lines = text.rstrip("\n").split("\n") if text else []
        total += len(lines)
        reach = max((_reach(episode, at, name, len(lines)) for at in _last(episode)), default=0)
        if name not in episode.injected and reach < len(lines):
            hidden.append((name, len(lines), reach))
    where = tuple(
        f"the end: {_quoted(name)} has {lines} lines; the last {LONG} steps read {reach} of them"
        for name, lines, reach in hidden
    )
    return Sign(sum(lines - reach for _, lines, reach in hidden) / max(1, total), where)


def unnoted(episode: Episode) -> Sign:
    """What is carried changes, and LOG writes nothing."""
    where = [
        f"step {now.number}: what was carried changed, and LOG wrote nothing"
        for before, now in zip(episode.steps, episode.steps[1:], strict=False)
        if before.carried and now.carried and before.carried != now.carried
        if not any(episode.writes(now))
    ]
    return Sign(len(where) / max(1, len(episode.steps)), tuple(where))


def hurt(episode: Episode) -> Sign:
    """Hit points are lost, and LOG writes nothing."""
    where = [
        f"step {now.number}: {before.hit_points} hit points became {now.hit_points}, and LOG wrote "
        "nothing"
        for before, now in zip(episode.steps, episode.steps[1:], strict=False)
        if now.hit_points is not None and (before.hit_points or 0) > now.hit_points
        if not any(episode.writes(now))
    ]
    return Sign(len(where) / max(1, len(episode.steps)), tuple(where))


def not_understood(episode: Episode) -> Sign:
    """Replies commit no action, or one that the world does not have."""
    where = [
        f"step {step.number}: {_quoted(step.action)} was taken in its place"
        for step in episode.steps
        if step.not_understood
    ]
    return Sign(len(where) / max(1, len(episode.steps)), tuple(where))


def silent(episode: Episode) -> Sign:
    """Long stretches in which LOG writes nothing."""
    quiet = [at for at, step in enumerate(episode.steps) if not any(episode.writes(step))]
    runs = [(first, last) for first, last in _longest(quiet) if last - first >= LONG]
    where = tuple(f"{_span(episode, first, last)}: LOG wrote nothing" for first, last in runs)
    steps = sum(last - first + 1 for first, last in runs)
    return Sign(steps / max(1, len(episode.steps)), where)


def empty(episode: Episode) -> Sign:
    """Searches that find nothing."""
    searched = [step for step in episode.steps if any(c.name == "SEARCH" for c in step.calls)]
    where = [f"step {step.number}: a search found nothing" for step in searched if step.in_vain]
    return Sign(len(where) / max(1, len(searched)), tuple(where))


def crowded(episode: Episode) -> Sign:
    """Searches match more lines than they show, so that the older ones are out of reach."""
    searched = [step for step in episode.steps if any(c.name == "SEARCH" for c in step.calls)]
    where = [f"step {step.number}: a search was cut short" for step in searched if step.cut_short]
    return Sign(len(where) / max(1, len(searched)), tuple(where))


def unanswered(episode: Episode) -> Sign:
    """Questions are answered with not knowing."""
    asked = [step for step in episode.steps if "?" in step.saw]
    where = [
        f"step {step.number}: `{_quoted(step.action)}`, asked `{_quoted(step.saw)}`"
        for step in asked
        if _UNKNOWING.search(step.action)
    ]
    return Sign(len(where) / max(1, len(asked)), tuple(where))


def contradicted(episode: Episode) -> Sign:
    """Lines of a file that is searched say different things of the same: old ones stay on."""
    calls = [call for step in episode.steps for call in step.calls if call.name == "SEARCH"]
    texts = [
        episode.files.get(name, "") for name in sorted({c.args.get("file", "") for c in calls})
    ]
    lines = [line for text in texts for line in text.split("\n") if line.strip()]
    says: dict[str, str] = {}
    where = []
    for line in lines:
        if found := _SAYS.match(line):
            thing = found["thing"].casefold()
            if says.setdefault(thing, line) != line:
                where.append(f"the end: `{_quoted(says[thing])}` stands beside `{_quoted(line)}`")
            says[thing] = line
    return Sign(len(where) / max(1, len(lines)), tuple(where))


def fruitless(episode: Episode) -> Sign:
    """An action other than a move has changed nothing twice before, and is tried again."""
    times: dict[str, int] = {}
    where = []
    for now, after in zip(episode.steps, episode.steps[1:], strict=False):
        if now.saw != after.saw or _WAY.search(now.action.lower()):
            continue
        times[now.action] = times.get(now.action, 0) + 1
        if times[now.action] > _FEW:
            where.append(f"step {now.number}: {_quoted(now.action)} changed nothing once more")
    return Sign(len(where) / max(1, len(episode.steps)), tuple(where))


def unheeded(episode: Episode) -> Sign:
    """The world asks something before it goes on, or goes on whatever is chosen."""
    where = [
        f"step {step.number}: `{_quoted(step.saw)}`"
        for step in episode.steps
        if step.carried and _UNHEEDED.search(step.saw.partition("\n\n")[0])
    ]
    return Sign(len(where) / max(1, len(episode.steps)), tuple(where))


def unwritten(episode: Episode) -> Sign:
    """What is asked for is answered with not knowing, and a search for it has found nothing."""
    asked = [step for step in episode.steps if "?" in step.saw]
    where = [
        f"step {step.number}: nothing was written about `{_quoted(step.saw)}`"
        for step in asked
        if step.in_vain and _UNKNOWING.search(step.action)
    ]
    return Sign(len(where) / max(1, len(asked)), tuple(where))


SIGNS = {
    "lost": Rule("things lost from view", lost),
    "retraced": Rule("ways gone again", retraced),
    "plodding": Rule("walks step by step", plodding),
    "repeated": Rule("repeated notes", repeated),
    "stuck": Rule("stuck steps", stuck),
    "buried": Rule("buried notes", buried),
    "unnoted": Rule("changes not noted", unnoted),
    "silent": Rule("long silence", silent),
    "hurt": Rule("hit points lost", hurt),
    "unused": Rule("things picked up and not used", unused),
    "not understood": Rule("actions not understood", not_understood),
    "empty": Rule("searches in vain", empty),
    "crowded": Rule("searches cut short", crowded),
    "unanswered": Rule("questions not answered", unanswered),
    "contradicted": Rule("notes that contradict each other", contradicted),
    "fruitless": Rule("attempts that change nothing", fruitless),
    "unheeded": Rule("prompts longer than the moment asks for", unheeded),
    "unwritten": Rule("questions about what was never written", unwritten),
}


def _lines_written(episode: Episode, at: int, name: str = "") -> list[str]:
    """The lines that a step writes, by any action or by the named one."""
    calls = [call for call in episode.writes(episode.steps[at]) if name in ("", call.name)]
    return [line for call in calls for line in text_of(call).split("\n")]


def _reach(episode: Episode, at: int, name: str, lines: int) -> int:
    """How many lines of a file a step looks at, at most."""
    reach = 0
    for call in episode.steps[at].calls:
        if call.args.get("file") == name and episode.kind(call) in ("read", "search"):
            asked = call.args.get("n", "")
            few = int(asked) if call.name == "TAIL" and asked.isdecimal() else lines
            reach = max(reach, min(few, lines))
    return reach


def _last(episode: Episode) -> range:
    return range(max(0, len(episode.steps) - LONG), len(episode.steps))


def _span(episode: Episode, first: int, last: int) -> str:
    return f"steps {episode.steps[first].number} to {episode.steps[last].number}"


def _quoted(text: str) -> str:
    return one_line(text, _SHOWN)


def _longest(hits: Sequence[int]) -> list[tuple[int, int]]:
    """Runs of consecutive numbers as (first, last), the longest first."""
    runs: list[tuple[int, int]] = []
    for hit in hits:
        if runs and hit == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], hit)
        else:
            runs.append((hit, hit))
    return sorted(runs, key=lambda run: (run[0] - run[1], run))
