"""Shared by the tests of loop 1."""

from collections.abc import Iterator

import pytest

from support.evolving import walk
from support.openai_server import OpenAIServer


@pytest.fixture
def walker() -> Iterator[OpenAIServer]:
    """The corridor's model."""
    with OpenAIServer(walk) as server:
        yield server
