"""Build the rehearsal's base model, once: a folder that `local:FOLDER` opens.

On two cores it takes some two minutes. It is kept in the user's cache, under a name that follows
from all it is made by: the schooling, the code that plays and that trains, and the versions of the
packages.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from automem_graph.episodes.identity import engine, installed
from automem_graph.episodes.layout import RunError, write_json
from automem_graph.models.resolve import UnknownModel
from automem_graph.proficiency.rehearsal.schooling import DEFAULT, Schooling
from automem_graph.scaffold.load import load_scaffold

Progress = Callable[[str], None]

TOLD = "schooling.json"
"""The file that says what the model was made by; written last."""

_PACKAGES = ("torch", "transformers", "tokenizers")


def build_base(
    folder: Path | None = None,
    *,
    seed: int = 0,
    schooling: Schooling = DEFAULT,
    progress: Progress = lambda _: None,
) -> Path:
    """The folder of the base model of this schooling and seed, which is built unless it is there.

    `folder` is where it shall lie, by default a place in the user's cache; what lies there and was
    made by other code is built anew. A build that was interrupted counts for nothing. Raises
    UnknownModel where torch or transformers are not installed, and RunError where the folder holds
    something else or the teacher could not play.
    """
    wanted = schooling.model_copy(update={"seed": seed})
    made_by = _made_by(wanted)
    place = folder or cache() / f"gates-{_digest(made_by)}"
    if _told(place) == made_by:
        return place
    if place.exists() and _told(place) is None:
        raise RunError(f"{place} is there and no base model of the rehearsal: name another folder")
    place.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as scratch:
        built = Path(scratch) / "base"
        build(wanted, Path(scratch) / "lessons", built, progress)
        write_json(built / TOLD, made_by)
        _put(built, place, Path(scratch) / "old")
    return place


def cache() -> Path:
    """Where base models are kept."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "automem" / "rehearsal"


def build(schooling: Schooling, lessons: Path, folder: Path, progress: Progress) -> None:
    """Have the teacher play in the folder `lessons`, and train a model into `folder`."""
    missing = [name for name in _PACKAGES if installed(name) is None]
    if missing:
        raise UnknownModel(
            f"The rehearsal needs {' and '.join(missing)}: pip install 'automem-graph[train]'."
        )
    from automem_graph.proficiency.rehearsal.pretrain import pretrain

    pretrain(schooling, lessons, folder, progress)


def _put(built: Path, place: Path, old: Path) -> None:
    """Move what was built to its place; one that another process put there meanwhile is as good."""
    if place.exists():
        place.rename(old)
    try:
        built.rename(place)
    except OSError:
        if _told(place) is None:
            raise
    shutil.rmtree(old, ignore_errors=True)


def _made_by(schooling: Schooling) -> dict[str, object]:
    """All that the model follows from, as data."""
    sources = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        sources.update(source.read_bytes())
    return {
        "schooling": schooling.model_dump(mode="json"),
        "engine": engine(),
        "scaffold": load_scaffold("terse").id,
        "code": sources.hexdigest()[:12],
        "versions": {name: installed(name) for name in _PACKAGES},
    }


def _told(place: Path) -> object:
    """What the model in a folder was made by; None where there is none."""
    try:
        return json.loads((place / TOLD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _digest(made_by: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(made_by, sort_keys=True).encode()).hexdigest()[:12]
