"""Check a file of examples against the traces that it claims to come from: for anybody, any time.

Nothing of how the file was made is trusted or used: prompts are rebuilt from the traces, targets
are what the fixed post-processing leaves of the replies there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from automem_graph.agent.step import StepRow
from automem_graph.episodes.layout import EPISODE_ID, EpisodeFolder, RunError, RunFolder
from automem_graph.episodes.trace import prompt_of, walk_trace
from automem_graph.proficiency.picks import Rejection
from automem_graph.proficiency.reading import declared_actions, keeper_of, spoken_in
from automem_graph.proficiency.tidy import tidy
from automem_graph.proficiency.tokens import Tokens, open_tokens
from automem_graph.proficiency.trainer import Example
from automem_graph.protocols import ActionSpec, Role, Routine

_ID = re.compile(rf"({EPISODE_ID.pattern})/([0-9]{{1,9}})/(log|plan)/([0-9]{{1,4}})")

_Claims = dict[int, list[tuple[Routine, int, int]]]
"""What is claimed of an episode's steps: routine, number of the reply, and byte in the file."""


def verify_file(
    examples: Path, runs: Sequence[RunFolder], *, base: str | None = None
) -> tuple[Rejection, ...]:
    """What is wrong with the examples of a file, one sentence each; nothing where all is verbatim.

    Every prompt must be the one of the trace, byte for byte, every target what the post-processing
    leaves of the reply, and its tokens the first ones of the reply's; with the base model's folder
    they must also spell the target. RunError for a file or traces that cannot be read.
    """
    tokens = open_tokens(base)
    wrong: list[Rejection] = []
    try:
        with examples.open("rb") as file:
            claimed = _claims(file, wrong)
            for episode, claims in claimed.items():
                folders = (EpisodeFolder(run.path / "episodes" / episode) for run in runs)
                folder = next((one for one in folders if one.trace.is_file()), None)
                wrong += _check_episode(folder, episode, claims, file, tokens)
    except OSError as error:
        raise RunError(f"{examples} cannot be read: {error}") from error
    return tuple(wrong)


def _claims(file: BinaryIO, wrong: list[Rejection]) -> dict[str, _Claims]:
    """Where the examples of each episode and step stand in the file."""
    claimed: dict[str, _Claims] = defaultdict(lambda: defaultdict(list))
    seen: set[str] = set()
    at = 0
    for number, line in enumerate(file, start=1):
        try:
            example = Example.model_validate_json(line)
        except ValidationError:
            wrong.append(Rejection(id=f"line {number}", why="it is no example"))
        else:
            found = _ID.fullmatch(example.id)
            if found is None:
                wrong.append(Rejection(id=f"line {number}", why="its id is no reply's"))
            elif example.id in seen:
                wrong.append(Rejection(id=example.id, why="it is there twice"))
            else:
                seen.add(example.id)
                routine: Routine = "log" if found[3] == "log" else "plan"
                claimed[found[1]][int(found[2])].append((routine, int(found[4]), at))
        at += len(line)
    return claimed


def _check_episode(
    folder: EpisodeFolder | None,
    episode: str,
    claims: _Claims,
    file: BinaryIO,
    tokens: Tokens | None,
) -> Iterator[Rejection]:
    steps = dict(claims)
    if folder is not None:
        header, rows = walk_trace(folder)
        specs = declared_actions(folder, header.asked.scaffold)
        keeper = keeper_of(header.asked)
        for row in rows:
            for routine, number, at in steps.pop(row.step, ()):
                file.seek(at)
                example = Example.model_validate_json(file.readline())
                why = _flaw(example, row, routine, number, keeper, specs, tokens)
                if why:
                    yield Rejection(id=example.id, why=why)
            if not steps:
                return
    for step, left in steps.items():
        for routine, number, _ in left:
            yield Rejection(id=f"{episode}/{step}/{routine}/{number}", why="no run has such a step")


def _flaw(
    example: Example,
    row: StepRow,
    routine: Routine,
    number: int,
    keeper: Role,
    specs: Sequence[ActionSpec],
    tokens: Tokens | None,
) -> str:
    spoken = spoken_in(row, routine, keeper)
    if number >= len(spoken):
        return "there is no such reply in the trace"
    call = row.calls[spoken[number]]
    ids = example.token_ids
    flaws = {
        "its prompt is not the one that the model was given": (
            example.prompt != prompt_of(row, spoken[number])
        ),
        "its target is not what the model said": (
            not example.target or example.target not in call.reply
        ),
        "its target is not what the post-processing leaves of the reply": (
            example.target != tidy(call.reply, routine, specs)
        ),
        "its tokens are not those that the model said": ids != call.token_ids[: len(ids)],
        "its tokens do not spell its target": bool(
            ids and tokens is not None and tokens.spell(ids) != example.target
        ),
    }
    return next((why for why, is_so in flaws.items() if is_so), "")
