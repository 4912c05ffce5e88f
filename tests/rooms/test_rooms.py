"""The house holds: each room imports only from the rooms below it, and `tools` from nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "automem_graph"
ROOMS = [
    "cli",
    "report",
    "proficiency",
    "structure",
    "evaluation",
    "episodes",
    "assistant",
    "agent",
    "scaffold",
    "models",
    "worlds",
    "memory",
    "protocols",
    "wire",
]
SMALL = 300
"""Lines that few files reach and none exceeds."""


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_from_rooms_below(path: Path):
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    above = ROOMS[: ROOMS.index(room)] if room in ROOMS else []
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "automem_graph" and len(parts) > 1:
            assert parts[1] not in above, f"{path} imports {name}"
            assert parts[1] != "tools", f"{path} imports {name}: scaffolds are loaded by path"


def test_every_room_is_known():
    rooms = {path.name.removesuffix(".py") for path in PACKAGE.iterdir()} - {"__init__", "py.typed"}
    assert {room for room in rooms if not room.startswith("__")} == set(ROOMS)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_small(path: Path):
    assert len(path.read_text().splitlines()) <= SMALL


def test_scaffolds_import_nothing_of_the_package():
    for path in (PACKAGE.parent / "tools").rglob("*.py"):
        assert not [name for name in imported(path) if name.startswith("automem_graph")]
