"""The check of a scaffold before one world step is paid for: may it play at all?

From the cheapest to the dearest: the folder, its manifest and its sources; the contract; two smoke
episodes of hostile texts, some of their steps again in fresh processes. What fails is one sentence
that says where and what to do: it goes back to whoever wrote the scaffold.
"""

from __future__ import annotations

import ast
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from automem_graph.agent.codecs import TAGS
from automem_graph.episodes.layout import RunError
from automem_graph.memory.rows import files_at
from automem_graph.protocols import TaskCard
from automem_graph.scaffold.errors import ScaffoldError, ScaffoldFault
from automem_graph.scaffold.identify import scaffold_id
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.checks import contract, smoke
from automem_graph.structure.checks.audit import Hoarded, Moment, comes_out_again, sampled
from automem_graph.structure.checks.contract import Unfit
from automem_graph.structure.checks.rehearsal import Rehearsal

__all__ = ["Unfit", "check_scaffold"]

AGAIN = 5
"""Steps of each smoke episode that are played again."""

SITUATIONS = (0, 7, 16)
"""Steps of the smoke episode at which every action of the world is tried on the hooks."""

_IMPORTABLE = sys.stdlib_module_names | {"jinja2", "markupsafe"}


def check_scaffold(
    folder: Path, cards: Sequence[TaskCard], scratch: Path, texts: Sequence[str] = ()
) -> None:
    """Raise Unfit, with the reason, where the folder is no scaffold that may play these tasks.

    `texts` are recorded observations of the tasks, where there are any: hooks that read the words
    of a game do nothing where they never see them. What is checked is what would be played: a copy,
    in `scratch`, without caches and hidden files.
    """
    with tempfile.TemporaryDirectory(prefix="check-", dir=scratch) as made:
        copy = Path(made) / "scaffold"
        try:
            _copy(folder.absolute(), copy)
            _check(copy, cards, Path(made), texts)
        except (ScaffoldError, ScaffoldFault, RunError, Hoarded) as error:
            raise Unfit(_relative(str(error), folder, copy)) from error


def _copy(folder: Path, copy: Path) -> None:
    try:
        scaffold_id(folder)  # first: plain files only, and not too many of them
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    except (OSError, UnicodeError, RecursionError) as error:
        raise ScaffoldError(f"cannot be read: {str(error)[:300]!a}") from error


def _check(folder: Path, cards: Sequence[TaskCard], scratch: Path, texts: Sequence[str]) -> None:
    scaffold = load_scaffold(folder)
    contract.model_decides(scaffold.manifest)
    with Rehearsal(scaffold, scratch) as rehearsal:  # it parses, and has a function for each action
        for problem in _foreign_imports(folder):
            raise Unfit(problem)
        for card in cards:
            contract.prompts_render(rehearsal, card)
            contract.begins(rehearsal, card)
        for card in {card.actions: card for card in cards}.values():  # hooks know no more of a task
            _drill(rehearsal, card, texts)


def _foreign_imports(folder: Path) -> Iterator[str]:
    """Imports that would fail, also where they stand in a function that is seldom called.

    Runs on sources that a process of their own has parsed before.
    """
    own = {path.stem for path in folder.glob("*.py")}
    for path in sorted(folder.glob("*.py")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's, on style: they are not for our user
            tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = ["." * node.level + (node.module or "")]
            else:
                continue
            for name in names:
                if name.startswith("."):
                    yield (
                        f"{path.name}:{node.lineno}: a scaffold is no package: write "
                        f"'import {name.strip('.') or 'name'}' for a file beside this one"
                    )
                elif name.partition(".")[0] not in _IMPORTABLE | own:
                    yield (
                        f"{path.name}:{node.lineno}: imports '{name}': only the standard library "
                        "and the scaffold's own files can be imported"
                    )


def _drill(rehearsal: Rehearsal, card: TaskCard, texts: Sequence[str]) -> None:
    """The smoke episodes of one task, and what is judged by them."""
    played = _with_working_memory(rehearsal, card, texts)
    smoke.agent_acts(played)
    here = [played.positions[step] for step in SITUATIONS if step < len(played.positions)]
    contract.actions_stay(rehearsal, card, here)
    contract.state_stays_small(rehearsal, card, played.positions)
    silent = smoke.smoke(rehearsal, card, texts, mute=True)
    smoke.hooks_keep_no_memory(silent)
    for one in (played, silent):
        for step in sampled(card.name, len(one.rows), AGAIN):
            before, after = (files_at(one.journal, number) for number in (step, step + 1))
            moment = Moment(one.positions[step], before, one.rows[step], after)
            comes_out_again(rehearsal, card, moment, TAGS)


def _with_working_memory(rehearsal: Rehearsal, card: TaskCard, texts: Sequence[str]) -> smoke.Smoke:
    """A smoke episode in which every memory action worked; chance may need a few of them."""
    for seed in smoke.SEEDS:
        played = smoke.smoke(rehearsal, card, texts, seed=seed)
        try:
            smoke.memory_works(rehearsal.scaffold.manifest, played)
            break
        except Unfit:
            if seed == smoke.SEEDS[-1]:
                raise
    return played


def _relative(sentence: str, *folders: Path) -> str:
    """The sentence with places as they are called inside the scaffold."""
    for folder in folders:
        sentence = sentence.replace(f"{folder.absolute()}{os.sep}", "")
        sentence = sentence.replace(str(folder.absolute()), "the scaffold")
    return " ".join(sentence.split())
