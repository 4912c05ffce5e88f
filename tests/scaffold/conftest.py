"""Scaffolds that a test writes, and hosts and sessions that end with the test."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from pathlib import Path

import pytest

from automem_graph.protocols import ActionSpec
from automem_graph.scaffold.client import ScaffoldHost, Session
from automem_graph.scaffold.load import load_scaffold
from support.texts import Texts

Build = Callable[[Mapping[str, str]], Path]
Open = Callable[..., Session]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Write a copy of v0 with some files replaced or added; "+name" adds to what v0 has."""

    def write(files: Mapping[str, str]) -> Path:
        folder = tmp_path / "scaffold"
        source = str(resources.files("automem_graph.tools") / "v0")
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
        for name, text in files.items():
            path = folder / name.removeprefix("+")
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.read_text() if name.startswith("+") else ""
            path.write_text(before + text)
        return folder

    return write


@pytest.fixture
def hosted(build: Build) -> Iterator[Callable[[Mapping[str, str]], ScaffoldHost]]:
    """Start a host on such a copy; it is closed after the test."""
    hosts: list[ScaffoldHost] = []

    def start(files: Mapping[str, str]) -> ScaffoldHost:
        hosts.append(ScaffoldHost.start(load_scaffold(build(files))))
        return hosts[-1]

    yield start
    for host in hosts:
        host.close()


@pytest.fixture
def session(hosted: Callable[[Mapping[str, str]], ScaffoldHost]) -> Iterator[Open]:
    """Open one step of such a copy over given texts."""
    sessions: list[Session] = []

    def begin(files: Mapping[str, str], **texts: str) -> Session:
        view = Texts({f"{name}.md": text for name, text in texts.items()})
        sessions.append(hosted(files).open_session(view))
        return sessions[-1]

    yield begin
    for opened in sessions:
        opened.close()


@pytest.fixture(scope="session")
def actions() -> dict[str, ActionSpec]:
    """v0's actions by name."""
    return {action.name: action for action in load_scaffold("v0").manifest.actions}
