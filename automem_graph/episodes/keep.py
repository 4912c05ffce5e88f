"""What a run keeps of how it was asked for: run.json and the scaffold that played."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from pydantic import ValidationError

from automem_graph.episodes.identity import Asked, RunAsked, versions
from automem_graph.episodes.layout import FORMAT, RunError, RunFolder, write_json
from automem_graph.scaffold.load import Scaffold


def keep_run(run: RunFolder, asked: Asked) -> None:
    """Write what an episode was asked into the run's folder, or check that the run covers it."""
    wanted = RunAsked(tasks={asked.task: asked.steps}, **asked.cast())
    if not run.asked.exists():
        _write(run, wanted)
        return
    kept = read_run(run)
    _refuse_another(run, kept, wanted)
    if asked.task not in kept.tasks:
        raise RunError(
            f"{run.path} holds a run of {', '.join(kept.tasks)}, not of {asked.task}: "
            "choose another folder with --out"
        )


def extend_run(run: RunFolder, wanted: RunAsked) -> None:
    """Write what a suite's run was asked, or add these tasks and seeds to what it was asked before.

    run.json only ever grows: whatever was asked for and is not there yet is known to be missing.
    """
    if not run.asked.exists():
        _write(run, wanted)
        return
    kept = read_run(run)
    _refuse_another(run, kept, wanted)
    tasks = {**kept.tasks, **wanted.tasks}
    left_out = {*kept.left_out, *wanted.left_out}.difference(tasks)
    grown = wanted.model_copy(
        update={
            "tasks": dict(sorted(tasks.items())),
            "seeds": tuple(sorted({*(kept.seeds or ()), *(wanted.seeds or ())})),
            "left_out": tuple(sorted(left_out)),
        }
    )
    if grown != kept:
        _write(run, grown)


def read_run(run: RunFolder) -> RunAsked:
    """What a run was asked; RunError where that cannot be read or is of another version."""
    kept = run.read_asked()
    if kept.get("format") != FORMAT:
        raise RunError(
            f"{run.path} was written by another version of automem-graph (format "
            f"{kept.get('format')}, this one writes {FORMAT}): choose another folder with --out"
        )
    try:
        return RunAsked.model_validate(kept.get("asked"))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "asked"
        raise RunError(f"{run.asked}: {where} is damaged: {first['msg']}") from error


def keep_scaffold(run: RunFolder, scaffold: Scaffold) -> None:
    """Copy the scaffold into the run's folder, under its id."""
    if run.path.resolve().is_relative_to(scaffold.path.resolve()):
        raise RunError(f"{run.path} lies inside the scaffold {scaffold.path}: choose another --out")
    kept = run.scaffold(scaffold.id)
    if kept.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=".", dir=kept.parent))
    try:
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        shutil.copytree(scaffold.path, half / kept.name, ignore=ignored)
        (half / kept.name).rename(kept)
    except OSError:
        if not kept.exists():  # else another driver of the run was faster: the same id, same tree
            raise
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _refuse_another(run: RunFolder, kept: RunAsked, wanted: RunAsked) -> None:
    """Refuse a folder whose run differs in anything but which tasks and seeds it has."""
    was = kept.cast()
    other = [name for name, value in wanted.cast().items() if was[name] != value]
    if any(kept.tasks.get(task, steps) != steps for task, steps in wanted.tasks.items()):
        other = ["steps", *other]
    if other:
        raise RunError(
            f"{run.path} holds a run with another {', '.join(other)}: "
            "choose another folder with --out"
        )


def _write(run: RunFolder, asked: RunAsked) -> None:
    write_json(
        run.asked,
        {"format": FORMAT, "asked": asked.model_dump(mode="json"), "versions": versions()},
    )
