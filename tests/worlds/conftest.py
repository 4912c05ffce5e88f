"""Shared by the worlds' tests: Boxoban levels for this process and its children."""

from collections.abc import Iterator

import pytest

from support.levels import some_levels


@pytest.fixture(scope="session")
def _levels(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(some_levels(tmp_path_factory.mktemp("boxoban")))


@pytest.fixture(autouse=True, scope="module")
def _boxoban_levels(_levels: str) -> Iterator[None]:
    """For a module and not the session: other rooms' tests must not meet these levels."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOMEM_BOXOBAN", _levels)
        yield
