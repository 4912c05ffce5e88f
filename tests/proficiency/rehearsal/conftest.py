"""A base model of a few seconds' schooling."""

from pathlib import Path

import pytest

from automem_graph.proficiency.rehearsal.base import build_base
from support.rehearsing import BRIEF


@pytest.fixture(scope="session")
def brief_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_base(tmp_path_factory.mktemp("rehearsal") / "base", schooling=BRIEF)
