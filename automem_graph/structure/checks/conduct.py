"""What a scaffold must keep, seen in a match: it may behave in the check and not in the game.

The check tries it on a toy. Code that tells the toy from the game is found out by the traces and
journals of the episodes that it won: there, too, what is done and what is remembered must have been
the model's choice.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable, Sequence

from automem_graph.agent.observe import noted
from automem_graph.agent.state import Message
from automem_graph.agent.step import StepRow
from automem_graph.agent.take import admit
from automem_graph.assistant.own.factory import is_agent
from automem_graph.assistant.own.record import of_memory
from automem_graph.episodes.layout import EpisodeFolder, RunFolder
from automem_graph.episodes.trace import walk_trace
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import Row, replay
from automem_graph.memory.text import normal_form
from automem_graph.protocols import TaskCard
from automem_graph.scaffold.manifest import Manifest
from automem_graph.structure.checks.contract import Unfit
from automem_graph.structure.checks.smoke import HOOK_CHARS, new_chars, quotes
from automem_graph.worlds.registry import find_task

PAST = 10
"""Observations that are looked for: of a game's, the hooks' state holds few more."""
CALLS = 5
"""Calls that may change nothing: an action that never changes anything does not write."""


def behaves(run: RunFolder, manifest: Manifest, episodes: Iterable[str]) -> None:
    """Unfit where the traces of these episodes show what the contract forbids."""
    done = _Done()
    for episode in episodes:
        done.go_through(run.episode(episode))
    done.judge(manifest)


class _Done:
    """What was done in some episodes, by the model's actions and by the hooks."""

    def __init__(self) -> None:
        self._tried = Counter[str]()
        self._wrote = Counter[str]()
        self._chars = 0
        self._steps = 0

    def go_through(self, folder: EpisodeFolder) -> None:
        """Count an episode; Unfit at the first step that should not be."""
        header, rows = walk_trace(folder)
        card = find_task(header.asked.task).card
        seen = deque([_plain(header.answer.text)], maxlen=PAST)
        files: dict[str, str] = {}
        journal = read_rows(folder.journal)
        deed = next(journal, None)
        for row in rows:
            _takes_what_was_said(row, card)
            known = list(files.values())
            while deed is not None and deed.step <= row.step:
                self._count(deed, files, seen)
                deed = next(journal, None)
            said = of_memory(row) if is_agent(header.asked.gameplay) else row.messages
            _shows_nothing_else(row.step, said, list(seen), [*known, *files.values()])
            seen.append(_plain(row.answer.text))
            self._steps += 1

    def _count(self, deed: Row, files: dict[str, str], seen: Iterable[str]) -> None:
        """Do it to the files. A hook may move what is there, and adds little of its own."""
        before = list(files.values())
        replay(deed, files)
        if deed.role != "scaffold":
            if deed.problem is None and deed.refused is None:
                self._tried[deed.action] += 1
                self._wrote[deed.action] += bool(deed.edits)
        elif deed.step >= 0:
            changed = [files[change.file] for change in deed.edits if change.file in files]
            self._chars += new_chars(before, changed)
            if any(_within(text, changed) and not _within(text, before) for text in seen):
                raise Unfit(
                    "hooks.py in after_log: wrote an observation to a file as it is (step "
                    f"{deed.step} of an episode): what is stored is for the model to choose"
                )

    def judge(self, manifest: Manifest) -> None:
        """Unfit where the episodes taken together show it."""
        if self._chars > HOOK_CHARS * self._steps:
            raise Unfit(
                f"hooks.py in after_log: wrote {self._chars / self._steps:,.0f} new characters a "
                f"step to files in the match, and {HOOK_CHARS} are allowed: what is stored is for "
                "the model to choose"
            )
        for action in manifest.actions:
            name, calls = action.name, self._tried[action.name]
            stores = action.kind == "write" and len(action.args) > 1  # more than a file's name
            if stores and calls >= CALLS and not self._wrote[name]:
                raise Unfit(
                    f"actions.py in {name.lower()}: {name} changed no file in {calls} calls of the "
                    "match, and an action of kind 'write' must write"
                )


def _takes_what_was_said(row: StepRow, card: TaskCard) -> None:
    said = row.said.strip()
    if card.answers and row.action != admit(card, said)[0]:
        raise Unfit(
            f"hooks.py in canonicalise: made '{row.action[:60]}' of '{said[:60]}' at step "
            f"{row.step}, and any text is an answer: what is answered is for the model to choose"
        )
    if said in card.actions and row.action != said:
        raise Unfit(
            f"hooks.py in canonicalise: made '{row.action}' of '{said}' at step {row.step}, and "
            "both are actions of the world: which one is taken is for the model to choose"
        )


def _shows_nothing_else(
    step: int, said: Iterable[Message], seen: Sequence[str], files: Collection[str]
) -> None:
    """An observation of before the last action is in no prompt, unless it is in the files."""
    prompts = normal_form("\n".join(m["content"] for m in said if m["role"] == "user"))
    now = "\n".join(seen[-2:])
    for text in seen[:-2]:
        if quotes(prompts, text) and text not in now and not _within(text, files):
            raise Unfit(
                f"hooks.py: the prompts of step {step} of an episode show what was seen before "
                "the last action, and no file holds it: what is remembered is for the model to "
                "choose"
            )


def _plain(text: str) -> str:
    return normal_form(noted("", text)).strip()


def _within(text: str, places: Iterable[str]) -> bool:
    return any(quotes(place, text) for place in places)
