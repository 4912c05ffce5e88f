"""Shared by the worlds' tests: Boxoban levels for this process and its children."""

from collections.abc import Iterator

import pytest

from support.levels import some_levels


@pytest.fixture(autouse=True, scope="session")
def _boxoban_levels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOMEM_BOXOBAN", str(some_levels(tmp_path_factory.mktemp("boxoban"))))
        yield
