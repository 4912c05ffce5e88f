"""What a run keeps of how it was asked for: run.json and the scaffold that played."""

from __future__ import annotations

import shutil

from automem_graph.episodes.identity import Asked, versions
from automem_graph.episodes.layout import FORMAT, RunError, RunFolder, write_json
from automem_graph.scaffold.load import Scaffold


def keep_run(run: RunFolder, asked: Asked) -> None:
    """Write what was asked into the run's folder, or check that it is what was asked before."""
    if run.asked.exists():
        check_run(run, asked)
    else:
        write_json(
            run.asked, {"format": FORMAT, "asked": asked.model_dump(), "versions": versions()}
        )


def keep_scaffold(run: RunFolder, scaffold: Scaffold) -> None:
    """Copy the scaffold into the run's folder, under its id."""
    if run.path.resolve().is_relative_to(scaffold.path.resolve()):
        raise RunError(f"{run.path} lies inside the scaffold {scaffold.path}: choose another --out")
    kept = run.scaffold(scaffold.id)
    if not kept.exists():
        half = kept.with_name(f".{kept.name}")
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(scaffold.path, half, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        half.rename(kept)


def check_run(run: RunFolder, asked: Asked) -> None:
    """Refuse a folder that holds another run, or one of another version."""
    kept = run.read_asked()
    if kept.get("format") != FORMAT:
        raise RunError(
            f"{run.path} was written by another version of automem-graph (format "
            f"{kept.get('format')}, this one writes {FORMAT}): choose another folder with --out"
        )
    if kept.get("asked") != asked.model_dump():
        was = kept.get("asked") or {}
        other = [name for name, value in asked.model_dump().items() if was.get(name) != value]
        raise RunError(
            f"{run.path} holds a run with another {', '.join(other)}: "
            "choose another folder with --out"
        )
