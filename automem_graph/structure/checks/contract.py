"""What a scaffold must keep whatever is rewritten in it, as far as that shows without playing.

The inner model keeps deciding what is stored and what is recalled; its prompts render in every
situation; the world's actions stay what they are. What shows only in play is in `smoke`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, get_args

from automem_graph.agent.codecs import TAGS, TOOL_CALLS, Codec
from automem_graph.agent.desk import Position
from automem_graph.agent.keeping import Page
from automem_graph.agent.memory_desk import MemoryDesk
from automem_graph.agent.observe import begin, seen_at
from automem_graph.agent.prompts import ask_again, hand_off, open_log, open_plan, show_results
from automem_graph.agent.state import Step
from automem_graph.agent.take import admit
from automem_graph.models.drill import ODD
from automem_graph.protocols import Observation, Routine, TaskCard
from automem_graph.scaffold.errors import ScaffoldFault
from automem_graph.scaffold.manifest import Manifest
from automem_graph.structure.checks.rehearsal import Rehearsal
from automem_graph.worlds.drill.texts import HOSTILE
from automem_graph.worlds.drill.world import DrillWorld

LONG = 300
"""Steps in a row for which the hooks' state must stay within its bounds."""

_FIRST = Position(step=0, answer=Observation(text="You see a wall."))
_LATER = Position(
    step=7,
    answer=Observation(text="You see <|DONE|> and {{ nothing }}."),
    note="'fly' is no action here.",
    previous="You see a wall.",
    action="fly",
)
_MANY = {f"notes/{number}.md": f"line {number}\n" * number for number in range(1, 61)}
_LONG_FILE = "a line\n" * 2_000
_ANSWER = "drill answer 5127"


class Unfit(Exception):
    """A scaffold that may not play: one sentence on what is wrong, where, and what to do."""


def model_decides(manifest: Manifest) -> None:
    """Raise Unfit where the model could not choose what to store, or what to recall."""
    needed: tuple[tuple[Routine, tuple[str, ...], str], ...] = (
        ("log", ("write",), "writes, and the model must choose what is stored"),
        ("log", ("search", "read"), "searches or reads, and the model must see what is there"),
        (
            "plan",
            ("search", "read"),
            "searches or reads, and the model must choose what it recalls",
        ),
    )
    for routine, kinds, why in needed:
        if not any(action.kind in kinds for action in manifest.of(routine)):
            raise Unfit(f"scaffold.toml: {routine.upper()} has no action that {why}: declare one")


def prompts_render(rehearsal: Rehearsal, card: TaskCard) -> None:
    """Render every prompt in every situation, in both wire forms; Unfit where one says too little.

    Templates are strict, but a branch that is not taken hides what is wrong in it.
    """
    manifest = rehearsal.scaffold.manifest
    full = {**_MANY, **dict.fromkeys((*manifest.inject.log, *manifest.inject.plan), _LONG_FILE)}
    said: list[str] = []
    situations = [_FIRST, *(replace(_LATER, unchanged=times) for times in (0, 1, 3))]
    for at, files in product(situations, ({}, full)):
        for codec in (TAGS, TOOL_CALLS):
            desk = _at(rehearsal, card, at, files, codec)
            said += [desk.system, *_openings(desk), *_others(desk)]
            desk.close()
    for action in manifest.actions:
        if not any(TAGS.form(action) in text for text in said):
            raise Unfit(
                f"prompts/system.md: no prompt shows how to write {action.name}: render the form "
                "of every declared action, or declare it no more"
            )


def begins(rehearsal: Rehearsal, card: TaskCard) -> None:
    """Lay out the initial files of the task; RunError where the memory refuses them."""
    rehearsal.desk(card, _FIRST, DrillWorld(card, 0), {}).close()


def actions_stay(rehearsal: Rehearsal, card: TaskCard, positions: Sequence[Position]) -> None:
    """Unfit where a hook changes an action of the world, or sends all of them back.

    A canonicaliser is for other words: what the world knows must pass it unchanged. It must bear
    anything.
    """
    for at in positions:
        desk, seen = _at(rehearsal, card, at, {}), seen_at(at)
        _, state = desk.session.observe(dict(at.hook_state), seen)
        for action in card.actions:
            canonical = desk.session.canonicalise(action, seen)
            if admit(card, canonical) != (action, ""):
                raise Unfit(
                    f"hooks.py: canonicalise makes {canonical[:60]!r} of '{action}', which is an "
                    "action of the world: return what the world knows as it is"
                )
        for words in (*ODD, *HOSTILE):
            desk.session.canonicalise(words, seen)
        if all(desk.session.review(action, state, seen) for action in card.actions):
            raise Unfit(
                f"hooks.py: review sends back every action of the world at step {at.step} of the "
                "drill: reject only what is impossible"
            )
        desk.close()


def state_stays_small(rehearsal: Rehearsal, card: TaskCard, positions: Sequence[Position]) -> None:
    """Go through many steps with the hooks alone; Unfit where their state outgrows its bounds."""
    desk = _at(rehearsal, card, _FIRST, {})
    state: dict[str, Any] = {}
    for step in range(min(LONG, card.max_steps)):
        seen = seen_at(replace(positions[step % len(positions)], step=step))
        try:
            _, state = desk.session.observe(state, seen)
            if step:
                _, state = desk.session.after_log(state, {**seen, "writes": step % 2})
        except ScaffoldFault as fault:
            raise Unfit(f"{fault} (at step {step} of a long episode)") from fault
        desk.session.next_step()
    desk.close()


def _at(
    rehearsal: Rehearsal,
    card: TaskCard,
    at: Position,
    files: Mapping[str, str],
    codec: Codec = TAGS,
) -> MemoryDesk:
    return rehearsal.desk(card, at, DrillWorld(card, 0), {}, files=files, codec=codec)


def _openings(desk: MemoryDesk) -> list[str]:
    """How the routines begin: with notes and without, after LOG and where it did not run."""
    pages: list[Page] = []
    for notes in ("", "Position: 3, 4.\n" * 200):
        state: Step = {**begin(desk), "notes": notes}
        pages += [open_log(desk, state), open_plan(desk, state, log_ran=True)]
        pages.append(open_plan(desk, state, log_ran=False))
    return desk.render(*pages)


def _others(desk: MemoryDesk) -> list[str]:
    """The rest: results with replies left and with none, the repair and the hand-off."""
    pages: list[Page] = []
    results = [{"call": "a call", "text": _ANSWER}] * 2
    for routine, left, rows in product(get_args(Routine), (0, 1, 3), (results, [])):
        state: Step = {"rounds": desk.scaffold.manifest.limits.rounds - left}
        pages.append(show_results(desk, state, routine, rows, goes_on=left > 0))
    must_speak = [ask_again("log"), ask_again("plan"), hand_off()]
    said = desk.render(*pages, *must_speak)
    for (name, variables), text in zip([*pages, *must_speak], said, strict=True):
        if variables.get("results") and _ANSWER not in text:
            what = "does not show what the actions answered: render the text of each result"
            raise Unfit(f"prompts/{name}.md: {what}")
        if name != "results" and not text:
            raise Unfit(f"prompts/{name}.md: is empty: say what is to be done")
    return said
