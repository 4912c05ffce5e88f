"""Episodes that are played once, for all tests of a file; nobody writes into them."""

import pytest

from automem_graph.episodes.layout import RunFolder
from support.habits import play


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Three episodes of six steps by one model."""
    return play(tmp_path_factory.mktemp("played") / "run", (1, 2, 3))
