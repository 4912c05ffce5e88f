"""Desks of loop 2 that were not laid out from play: made-up turns and ledgers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from automem_graph.proficiency.desk_facts import BaseFacts, Facts
from automem_graph.proficiency.desk_ledger import past_lines, past_of
from automem_graph.proficiency.ledger import Behaviour, Data, Fitted, Row
from automem_graph.proficiency.recipe import Recipe
from automem_graph.proficiency.turns import ActionView, TurnView

TINY = BaseFacts(name="tiny", parameters=700_000, context=512, layers=3, width=128)

LOOK = ActionView(name="SEARCH", kind="search", args={"file": "a.md"}, result="x", ok=True, found=1)
MISS = LOOK.model_copy(update={"found": 0})
WRITE = ActionView(name="APPEND", kind="write", args={"file": "a.md"}, result="ok", ok=True)
AGAIN = WRITE.model_copy(update={"repeated": True})
FAIL = WRITE.model_copy(update={"ok": False})


def turn(episode: int, step: int, routine: Any, *actions: ActionView) -> TurnView:
    """A turn of an episode; the higher its number, the better it went."""
    name = f"s{episode}-0123456789"
    return TurnView(
        id=f"{name}/{step}/{routine}",
        episode=name,
        task="toy",
        seed=episode,
        step=step,
        routine=routine,
        progression=episode / 10,
        better_than=min(1.0, episode / 10),
        steps=20,
        observation="A room.",
        replies=("I look.",),
        actions=actions,
        files={"a.md": step},
        prompt_chars=100,
    )


def mixed(episodes: int = 10, steps: int = 20) -> list[TurnView]:
    """Good and bad habits by turns, in every episode: half look first, a quarter writes again."""
    logs = [(LOOK, WRITE), (WRITE,), (MISS, AGAIN), (AGAIN,)]
    plans = [(LOOK,), (), (MISS,), ()]
    return [
        turn(episode, step, routine, *kinds[step % 4])
        for episode in range(1, episodes + 1)
        for step in range(steps)
        for routine, kinds in (("log", logs), ("plan", plans))
    ]


def lay(
    desk: Path,
    rows: Sequence[Row] = (),
    turns: Sequence[TurnView] | None = None,
    base: BaseFacts = TINY,
) -> Path:
    """The files of a desk that deciders read."""
    turns = mixed() if turns is None else turns
    desk.mkdir(exist_ok=True)
    lines = "".join(json.dumps(one.as_dict()) + "\n" for one in turns)
    facts = Facts(
        turns=len(turns),
        shown=len(turns),
        log=sum(one.routine == "log" for one in turns),
        plan=sum(one.routine == "plan" for one in turns),
        episodes=len({one.episode for one in turns}),
        base=base,
    )
    texts = {
        "README.md": "Decide on a recipe: it writes too much.\n",
        "CONTRACT.md": "A recipe is JSON.\n",
        "turns.jsonl": lines,
        "facts.json": facts.model_dump_json(),
        "ledger.jsonl": past_lines(past_of(rows)),
    }
    for name, text in texts.items():
        (desk / name).write_text(text)
    return desk


def played(
    name: str,
    recipe: Recipe | None = None,
    *,
    loss: tuple[float, float] = (2.0, 0.5),
    far: float = 0.5,
    log: int = 100,
    **habits: float,
) -> Row:
    """A row of one that has played; by default it keeps memory as the base does."""
    kept = {"writes": 0.8, "writes_per_search": 2.4, "repeated_writes": 0.25}
    kept |= {"duplicate_lines": 0.26, "consulted": 0.6, "failed_calls": 0.005, **habits}
    return Row(
        name=name,
        recipe=recipe,
        stage="done",
        why="",
        data=Data(examples=200, log=log, plan=200 - log) if recipe else Data(),
        fitted=Fitted(first_loss=loss[0], loss=loss[1]) if recipe else None,
        progression={seed: far + seed % 3 / 100 for seed in range(30042, 30050)},
        behaviour=Behaviour(**kept),
    )


def failed(name: str, recipe: Recipe, stage: Any, why: str = "too few") -> Row:
    return Row(name=name, recipe=recipe, stage=stage, why=why)


def controls() -> list[Row]:
    return [played("base"), played("random")]
