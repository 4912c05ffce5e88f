"""Folders of runs of loop 2, with rows and results in them, without anybody having played."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automem_graph.episodes.identity import Asked, RunAsked, episode_id
from automem_graph.episodes.keep import extend_run
from automem_graph.episodes.layout import RunFolder, write_json
from automem_graph.episodes.metrics import MEANINGS, Metrics
from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.proficiency.ledger import Data, Fitted, Row, add_row
from automem_graph.proficiency.promote import promote
from automem_graph.proficiency.recipe import Filters, Recipe
from automem_graph.proficiency.result import read_training
from automem_graph.proficiency.standing import standing
from automem_graph.proficiency.terms import Terms, keep_terms
from support.runs import result
from support.standings import BETTER, HABITS

TASK, BASE = "corridor", "local:base"
TRIAL, HELD_OUT = (11, 12, 13), (21, 22, 23)
WHO = {"agent": "memory", "scaffold": "v0-abc", "gameplay": BASE, "engine": "e"}
RECIPE = Recipe(selection=Filters(consults=True))


def terms(**other: Any) -> Terms:
    given = {
        **WHO, "specialist": BASE, "suite": TASK, "tasks": {TASK: 10}, "collect": (1, 2),
        "trial": TRIAL, "held_out": HELD_OUT, "decider": "offline:engineer", "margin": 0.05,
        **other,
    }  # fmt: skip
    return Terms(**given)


def play(run: RunFolder, specialist: str, earned: Mapping[int, float], **habits: float) -> None:
    """A player's episodes, by seed."""
    who = {**WHO, "specialist": specialist}
    extend_run(run, RunAsked(tasks={TASK: 10}, seeds=tuple(sorted(earned)), **who))
    asked = Asked(task=TASK, steps=10, **who)
    metrics = Metrics(**{**dict.fromkeys(MEANINGS, 0.0), **HABITS, **habits})
    for seed, progression in earned.items():
        kept = result(asked, seed, progression).model_copy(update={"metrics": metrics})
        write_json(run.episode(episode_id(asked, seed)).result, kept.model_dump(mode="json"))


FAILED = Row(
    name="t1", recipe=RECIPE, stage="train", why="out of memory: take a smaller batch",
    rationale="Takes all.", data=Data(examples=90, log=60, plan=30, episodes=2),
)  # fmt: skip


def trained(name: str = "run", *, ended: bool = True, **habits: float) -> TrainingFolder:
    """A run in which t1 failed, and t2 keeps memory better, or as `habits` say."""
    folder = TrainingFolder(Path(name))
    keep_terms(folder, terms())
    add_row(folder.ledger, FAILED)
    for who, own in (("base", {}), ("random", {}), ("t2", {**BETTER, **habits})):
        adapter = f"trials/{who}/specialist-{who}-0123456789"
        specialist = BASE if who == "base" else f"{BASE}@{folder.path / adapter}"
        for seeds in (TRIAL, HELD_OUT) if ended else (TRIAL,):
            play(folder.play(who), specialist, dict.fromkeys(seeds, 0.25), **own)
        keys = terms().keys(TRIAL)
        stands = standing(who, folder.play(who), keys)
        assert stands is not None
        row = Row(
            name=who, recipe=None if who == "base" else RECIPE, stage="done",
            why=f"{who} has played", rationale="Takes what looks first." if who == "t2" else "",
            fitted=None if who == "base" else Fitted(adapter=adapter, loss=0.5),
            progression=stands.by_seed, behaviour=stands.behaviour,
        )  # fmt: skip
        add_row(folder.ledger, row)
    if ended:
        found = read_training(folder)
        promotion = promote(*found.trial[:2], found.trial[2:], 0.05)
        whole = read_training(folder, promotion, "2 recipes were tried")
        write_json(folder.result, whole.model_dump(mode="json"))
    return folder
