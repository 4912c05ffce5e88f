"""From a name or a folder to a `Scaffold`: a checked manifest, an id and the files it must have."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.scaffold.identify import scaffold_id
from automem_graph.scaffold.manifest import Manifest, read_manifest

NEEDED = (
    "scaffold.toml",
    "actions.py",
    "prompts/system.md",
    "prompts/log.md",
    "prompts/plan.md",
    "prompts/results.md",
    "prompts/repair.md",
    "prompts/handoff.md",
)
OPENINGS = {"prompts/log.md": "# LOG", "prompts/plan.md": "# PLAN"}
"""How the two routines' prompts begin: a reader, or a model, must see which routine it is in."""

EVOLVED = "evolved"
"""The folder of shipped scaffolds that loop 1 has kept, by task: `evolved/crafter` names one."""


@dataclass(frozen=True)
class Scaffold:
    """A folder that has all parts of a scaffold. Its code has not run: `ScaffoldHost` does that."""

    path: Path
    id: str
    manifest: Manifest

    def files_for(self, task: str) -> dict[str, str]:
        """The texts under `files/<task>/` by name: what memory holds before the first step."""
        folder = self.path / "files" / task
        return {
            path.relative_to(folder).as_posix(): _text(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }


def load_scaffold(where: str | Path) -> Scaffold:
    """The scaffold of that shipped name, or in that folder; ScaffoldError if it is broken.

    Shipped names are those of folders beside the parts: "v0", "evolved/crafter".
    """
    folder = _folder(where)
    for name in NEEDED:
        if not (folder / name).is_file():
            raise ScaffoldError(
                f"{folder / name}: is missing; a scaffold needs {', '.join(NEEDED)}"
            )
    identity = scaffold_id(folder)
    for name, opening in OPENINGS.items():
        if not _text(folder / name).startswith(opening):
            raise ScaffoldError(f"{folder / name}:1: must start with '{opening}'")
    return Scaffold(folder, identity, read_manifest(folder / "scaffold.toml"))


def shipped() -> Path:
    """The folder of what travels with the package: scaffolds, and parts to make them from."""
    return Path(str(resources.files("automem_graph.tools")))


def _folder(where: str | Path) -> Path:
    tools = shipped()
    found = (*tools.glob("*/scaffold.toml"), *tools.glob(f"{EVOLVED}/*/scaffold.toml"))
    names = sorted(path.parent.relative_to(tools).as_posix() for path in found)
    if where in names:
        return tools / where
    folder = Path(where).absolute()
    if not folder.is_dir():
        raise ScaffoldError(
            f"there is no scaffold '{where}': no such folder, and the shipped ones are "
            + ", ".join(names)
        )
    return folder


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScaffoldError(f"{path}: cannot be read as UTF-8 text: {error}") from error
