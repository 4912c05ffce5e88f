"""The smoke episodes: thirty steps of hostile texts, played before anything is paid for.

One model takes every action, another one writes nothing at all. What comes of it shows whether the
memory actions do what they say, and whether the scaffold keeps a memory of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from automem_graph.agent.codecs import TAGS, Codec
from automem_graph.agent.desk import Position
from automem_graph.agent.observe import noted
from automem_graph.agent.step import StepRow
from automem_graph.memory.rows import Row, replay
from automem_graph.memory.text import normal_form
from automem_graph.memory.tools import tool_of
from automem_graph.models.drill import MARK, OfflineDrill
from automem_graph.protocols import Routine, TaskCard
from automem_graph.scaffold.errors import ScaffoldFault
from automem_graph.scaffold.manifest import Manifest
from automem_graph.structure.checks.contract import Unfit
from automem_graph.structure.checks.rehearsal import Rehearsal
from automem_graph.worlds.drill.world import DrillWorld

STEPS = 30
SEEDS = (42, 43, 44)
"""One will do in nearly all cases: what the model tries is partly left to chance."""

HOOK_CHARS = 200
"""Characters of new lines that the hooks may write per step, on average, where the model writes
nothing: room for a stub or a status that is kept in step, and not for a log of what was seen."""

QUOTED = 40
"""Characters of an observation that nobody writes by chance."""


@dataclass(frozen=True)
class Smoke:
    """What a smoke episode left behind: its steps, where each one began, and the journal."""

    rows: Sequence[StepRow]
    positions: Sequence[Position]
    journal: Sequence[Row]


def smoke(
    rehearsal: Rehearsal,
    card: TaskCard,
    texts: Sequence[str] = (),
    *,
    mute: bool = False,
    seed: int = SEEDS[0],
    codec: Codec = TAGS,
) -> Smoke:
    """Play a smoke episode; Unfit, with what was seen, where the scaffold's code fails in it.

    `texts` are observations of the task itself, to be shown among the others.
    """
    world = DrillWorld(card, seed, texts)
    actions = rehearsal.scaffold.manifest.actions
    model = OfflineDrill(actions=actions, world_actions=card.actions, mute=mute)
    tools = [tool_of(spec) for spec in actions] if codec.answers_calls else []
    speaker = model.bind_tools(tools) if tools else model
    at = Position(step=0, answer=world.reset())
    desk = rehearsal.desk(card, at, world, {"gameplay": speaker}, codec=codec)
    try:
        kept = rehearsal.play(desk, min(STEPS, card.max_steps))
    except ScaffoldFault as fault:
        at = desk.recorder.position
        seen = f"step {at.step} of the drill, where the agent sees {at.answer.text[:60]!a}"
        raise Unfit(f"{fault} (at {seen})") from fault
    desk.close()
    return Smoke(kept.rows, kept.positions, rehearsal.journal(desk))


def memory_works(manifest: Manifest, played: Smoke) -> None:
    """Unfit where an action that should write never does, or what was written cannot be recalled.

    So a scaffold that keeps its actions by name and empties them is found out.
    """
    stored: set[str] = set()
    for action in (one for one in manifest.actions if one.kind == "write"):
        mine = [row for row in played.journal if row.action == action.name]
        tried = [row for row in mine if row.problem is None]
        put = "".join(change.text for row in tried for change in row.edits)
        if tried and not any(row.edits for row in tried):
            raise Unfit(
                f"actions.py in {action.name.lower()}: {action.name} changed no file in "
                f"{len(tried)} calls, and an action of kind 'write' must write"
            )
        wanted = {mark for row in tried for mark in MARK.findall(row.args.get("text", ""))}
        if wanted and not wanted & set(MARK.findall(put)):
            raise Unfit(
                f"actions.py in {action.name.lower()}: {action.name} never stored the text that "
                "it was given: what is stored is for the model to choose"
            )
        stored |= set(MARK.findall(put))
    for routine in ("log", "plan"):
        _recalls(manifest, played, routine, stored)


def _recalls(manifest: Manifest, played: Smoke, routine: Routine, stored: set[str]) -> None:
    looks = [one.name for one in manifest.of(routine) if one.kind in ("search", "read")]
    answers = [
        one.result
        for row in played.rows
        for one in row.actions
        if one.routine == routine and one.name in looks
    ]
    if not any(stored.intersection(MARK.findall(answer)) for answer in answers):
        raise Unfit(
            f"actions.py: in {routine.upper()} neither of {', '.join(looks)} ever showed what the "
            "model had written: one of them must show a file's lines as they are"
        )


def hooks_keep_no_memory(played: Smoke) -> None:
    """Unfit where the hooks remember for a model that writes nothing.

    They may write few new lines, and no observation as it was; nor may a prompt show an older one.
    """
    seen: Mapping[int, str] = {
        at.step: normal_form(noted("", at.answer.text)).strip() for at in played.positions
    }
    files: dict[str, str] = {}
    chars = 0
    for row in played.journal:
        before = list(files.values())
        replay(row, files)
        if row.step < 0 or row.role != "scaffold":
            continue
        changed = [files[change.file] for change in row.edits if change.file in files]
        chars += new_chars(before, changed)
        if any(quotes(text, seen[old]) for text in changed for old in range(row.step + 1)):
            raise Unfit(
                "hooks.py in after_log: writes the observation to a file as it is (step "
                f"{row.step} of the drill): what is stored is for the model to choose"
            )
    if chars > HOOK_CHARS * len(played.rows):
        raise Unfit(
            f"hooks.py in after_log: writes {chars / len(played.rows):,.0f} new characters a step "
            f"to files where the model writes none, and {HOOK_CHARS} are allowed: what is stored "
            "is for the model to choose"
        )
    for step in played.rows:
        _shows_no_older(step, seen)


def new_chars(before: Iterable[str], after: Iterable[str]) -> int:
    """Characters of the lines that were not there before; one that only moves is not new."""
    return sum(len(line) * times for line, times in (_lines(after) - _lines(before)).items())


def quotes(text: str, observation: str) -> bool:
    """Whether a text holds an observation as it is, and one that nobody writes by chance."""
    return len(observation) >= QUOTED and observation in text


def _lines(texts: Iterable[str]) -> Counter[str]:
    """How often each line stands in these texts."""
    return Counter(line for text in texts for line in text.split("\n"))


def _shows_no_older(row: StepRow, seen: Mapping[int, str]) -> None:
    prompts = normal_form("\n".join(m["content"] for m in row.messages if m["role"] == "user"))
    now = seen[row.step] + "\n" + seen.get(row.step - 1, "")
    for old in range(row.step - 1):
        if quotes(prompts, seen[old]) and seen[old] not in now:
            raise Unfit(
                f"hooks.py: the prompts of step {row.step} of the drill show what was seen at step "
                f"{old}, and the model has written nothing: what is remembered is for it to choose"
            )


def agent_acts(played: Smoke) -> None:
    """Unfit where no step's action came from the model: each was sent back, or none was found."""
    if all(row.fallback for row in played.rows):
        raise Unfit(
            "prompts/plan.md: the model committed an action at every step of the drill and none "
            "was taken: see how PLAN ends"
        )
    if all(len(row.rejections) == 2 for row in played.rows):
        raise Unfit(
            "hooks.py in review: sent back two actions at every step of the drill: reject only "
            "what is impossible"
        )
