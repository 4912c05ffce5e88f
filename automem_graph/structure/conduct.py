"""What a scaffold must keep, seen in a match: it may behave in the check and not in the game.

The check tries it on a toy. Code that tells the toy from the game is found out by the traces and
journals of the episodes that it won: there, too, what is done and what is remembered must have been
the model's choice.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping

from automem_graph.agent.observe import noted
from automem_graph.agent.step import StepRow
from automem_graph.episodes.layout import RunFolder
from automem_graph.episodes.trace import walk_trace
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import Row, replay
from automem_graph.memory.text import normal_form
from automem_graph.scaffold.manifest import Manifest
from automem_graph.structure.contract import Unfit
from automem_graph.structure.smoke import QUOTED
from automem_graph.worlds.registry import find_task

PAST = 10
"""Observations that are looked for: of a game's, the hooks' state holds few more."""
CALLS = 5
"""Calls that may change nothing: an action that never changes anything does not write."""


def behaves(run: RunFolder, manifest: Manifest, episodes: Iterable[str]) -> None:
    """Unfit where the traces of these episodes show what the contract forbids."""
    tried, wrote = Counter[str](), Counter[str]()
    for episode in episodes:
        folder = run.episode(episode)
        header, rows = walk_trace(folder)
        actions = find_task(header.asked.task).card.actions
        seen = deque([_plain("", header.answer.text)], maxlen=PAST)
        files: dict[str, str] = {}
        journal = read_rows(folder.journal)
        deed = next(journal, None)
        for row in rows:
            _takes_what_was_said(row, actions)
            known = list(files.values())
            while deed is not None and deed.step <= row.step:
                if deed.role != "scaffold" and deed.problem is None and deed.refused is None:
                    tried[deed.action] += 1
                    wrote[deed.action] += bool(deed.edits)
                before = list(files.values())
                replay(deed, files)
                if deed.role == "scaffold" and deed.step >= 0:
                    _copies_nothing(deed, seen, before, files)
                deed = next(journal, None)
            _shows_nothing_else(row, list(seen), [*known, *files.values()])
            seen.append(_plain(row.note, row.answer.text))
    _writes_work(manifest, tried, wrote)


def _takes_what_was_said(row: StepRow, actions: Collection[str]) -> None:
    said = row.said.strip()
    if said in actions and row.action != said:
        raise Unfit(
            f"hooks.py in canonicalise: made '{row.action}' of '{said}' at step {row.step}, and "
            "both are actions of the world: which one is taken is for the model to choose"
        )


def _copies_nothing(
    deed: Row, seen: Iterable[str], before: Collection[str], files: Mapping[str, str]
) -> None:
    """A hook's edits may move what is in the files; what was seen is for the model to put there."""
    changed = [files[change.file] for change in deed.edits if change.file in files]
    for text in seen:
        if _long(text) and _within(text, changed) and not _within(text, before):
            raise Unfit(
                f"hooks.py in {deed.action}: wrote an observation to a file as it was (step "
                f"{deed.step} of an episode): what is stored is for the model to choose"
            )


def _shows_nothing_else(row: StepRow, seen: list[str], files: Collection[str]) -> None:
    """An observation of before the last action is in no prompt, unless it is in the files."""
    prompts = normal_form("\n".join(m["content"] for m in row.messages if m["role"] == "user"))
    now = "\n".join(seen[-2:])
    for text in seen[:-2]:
        if _long(text) and text not in now and text in prompts and not _within(text, files):
            raise Unfit(
                f"hooks.py: the prompts of step {row.step} of an episode show what was seen before "
                "the last action, and no file holds it: what is remembered is for the model to "
                "choose"
            )


def _writes_work(manifest: Manifest, tried: Counter[str], wrote: Counter[str]) -> None:
    """An action that takes more than the name of a file has something to store."""
    for action in manifest.actions:
        name, calls = action.name, tried[action.name]
        if action.kind == "write" and len(action.args) > 1 and calls >= CALLS and not wrote[name]:
            raise Unfit(
                f"actions.py in {name.lower()}: {name} changed no file in {calls} calls of the "
                "match, and an action of kind 'write' must write"
            )


def _plain(note: str, text: str) -> str:
    return normal_form(noted(note, text)).strip()


def _long(text: str) -> bool:
    return len(text) >= QUOTED


def _within(text: str, places: Iterable[str]) -> bool:
    return any(text in place for place in places)
