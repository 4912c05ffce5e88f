"""One step of an episode, as a code block with a field for each thing that happened."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from automem_graph.agent.observe import noted
from automem_graph.agent.step import ModelCall, StepRow
from automem_graph.memory.grammar import parse
from automem_graph.memory.rows import Row
from automem_graph.protocols import ActionSpec
from automem_graph.structure.desk import plain

MOST = {"sees": 2000, "prompt": 400, "call": 400, "gives": 400, "words": 240, "state": 300}
"""Characters of a field."""
SAME = 160
"""Characters from which a paragraph that the world says again is not written again."""


@dataclass(frozen=True)
class Seen:
    """What a reader knows from the step before."""

    observation: str
    progression: float
    before: str = ""
    """The observation a step ago."""
    same_page: bool = False
    """Whether that step stands on the same page."""
    last_action: str = ""
    prompt: frozenset[str] = frozenset()
    """The lines of the step's prompts, without the action before."""
    state: Mapping[str, JsonValue] = field(default_factory=dict)
    results: frozenset[tuple[str, str]] = frozenset()
    """Calls with what they answered, where they stand on the same page."""

    def after(self, row: StepRow, *, same_page: bool) -> Seen:
        """The same after a step; on another page nothing is taken as read."""
        return Seen(
            observation=noted(row.note, row.answer.text),
            progression=row.answer.progression,
            before=self.observation,
            same_page=same_page,
            last_action=row.action,
            prompt=frozenset(_frames(row, self.last_action).values()),
            state=row.hook_state if same_page else {},
            results=frozenset((each.call, each.result) for each in row.actions if same_page),
        )


def step_text(
    row: StepRow, deeds: Sequence[Row], specs: Sequence[ActionSpec], seen: Seen, *, stuck: bool
) -> str:
    """A heading with flags, then the fields in the order of what happened."""
    flags = {
        "stuck": stuck,
        "fallback": row.fallback,
        "unknown action": bool(row.note),
        "sent back": bool(row.rejections),
        "failed call": any(not action.ok for action in row.actions),
        f"rises to {row.answer.progression:.1%}": row.answer.progression > seen.progression,
    }
    said = "".join(f" [{flag}]" for flag, is_so in flags.items() if is_so)
    fields = "\n".join(_fields(row, deeds, specs, seen))
    return f"## Step {row.step} ({seen.progression:.1%}){said}\n\n{fields}\n"


def _fields(
    row: StepRow, deeds: Sequence[Row], specs: Sequence[ActionSpec], seen: Seen
) -> Iterator[str]:
    yield from (_edits(deed) for deed in deeds if deed.step < row.step and deed.edits)
    yield plain.field("sees", _observation(seen), MOST["sees"])
    if fresh := _new_in_prompt(row, seen):
        yield plain.field("prompt+", fresh, MOST["prompt"])
    edits = [deed for deed in deeds if deed.step == row.step and deed.role == "scaffold"]
    routine = "log"
    for turn, call in enumerate(row.calls):
        if call.routine != routine:
            yield from map(_edits, edits)
            edits, routine = [], call.routine
        yield from _turn(row, turn, call, specs, seen)
    yield from map(_edits, edits)
    for reason in row.rejections:
        yield plain.field("refused", reason, MOST["words"])
    said = "" if row.said == row.action else f" (said: {row.said})"
    yield plain.field("acts", row.action + said, MOST["words"])
    if row.hook_state and row.hook_state != seen.state:
        yield plain.field("state", json.dumps(row.hook_state, ensure_ascii=False), MOST["state"])


def _turn(
    row: StepRow, turn: int, call: ModelCall, specs: Sequence[ActionSpec], seen: Seen
) -> Iterator[str]:
    """One model call: its words, then its memory actions with what they answered."""
    name = call.routine.upper()
    if call.error:
        yield plain.field(name, "no reply came from the model's server", MOST["words"])
    elif not call.reply.strip() and not call.tools:
        yield plain.field(name, "an empty reply", MOST["words"])
    if call.thoughts.strip():
        yield plain.field("thinks", " ".join(call.thoughts.split()), MOST["words"])
    if words := _words(call, specs):
        yield plain.field("says", words, MOST["words"])
    if call.role == "gameplay" and not any(action.turn == turn for action in row.actions):
        own = [tool for tool in call.tools if tool.name not in {spec.name for spec in specs}]
        for tool in own:  # those of an agent of one's own
            yield plain.field("uses", f"{tool.name} {_shown(tool.args)}", MOST["call"])
    for action in row.actions:
        if action.turn == turn:
            yield plain.field(name, action.call, MOST["call"])
            again = (action.call, action.result) in seen.results and len(action.result) >= SAME
            result = "(the same as a step ago)" if again else action.result
            yield plain.field("gives" if action.ok else "FAILS", result, MOST["gives"])


def _shown(args: Mapping[str, str] | str) -> str:
    return args if isinstance(args, str) else json.dumps(dict(args), ensure_ascii=False)


def _words(call: ModelCall, specs: Sequence[ActionSpec]) -> str:
    """What a reply says beside its actions."""
    words = call.reply
    for made in parse(call.reply, specs, call.routine):
        words = words.replace(made.text, " ", 1)
    return " ".join(words.split())


def _edits(deed: Row) -> str:
    """What the scaffold's own code did to the files."""
    done = "\n".join(f"{edit.op} {edit.file}: {edit.text}".rstrip() for edit in deed.edits)
    return plain.field("hook", f"{deed.action}: {done or deed.refused or ''}", MOST["call"])


def _observation(seen: Seen) -> str:
    """What the world shows, without the long paragraphs that it showed a step ago."""
    said = []
    read = seen.before.split("\n\n") if seen.same_page else ()
    for paragraph in seen.observation.split("\n\n"):
        if len(paragraph) >= SAME and paragraph in read:
            said.append(f"{paragraph.partition(chr(10))[0]} (and the rest as before)")
        elif paragraph.strip():
            said.append(paragraph.strip("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(said))


def _new_in_prompt(row: StepRow, seen: Seen) -> str:
    """Lines that the prompts say for the first time: notes of hooks, the index, injected files.

    What the step shows elsewhere is left out: observations, calls and results.
    """
    known = {*seen.prompt, *seen.observation.split("\n"), *seen.before.split("\n")}
    for action in row.actions:
        known.update(action.call.split("\n"), action.result.split("\n"))
    return "\n".join(
        line
        for line, frame in _frames(row, seen.last_action).items()
        if frame not in known and line not in known
    )


def _frames(row: StepRow, last_action: str) -> dict[str, str]:
    """The lines of a step's prompts, each with what it is without the action before it."""
    return {
        line: line.removesuffix(last_action) if last_action else line
        for message in row.messages
        if message["role"] == "user"
        for line in message["content"].split("\n")
        if line.strip() and not line.startswith(("# LOG", "# PLAN"))
    }
