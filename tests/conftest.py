"""Shared by all tests: helpers under `support` can be imported here and in child processes."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])]
)
os.environ["LANGSMITH_TRACING"] = "false"
for name in [name for name in os.environ if name.startswith("AUTOMEM_")]:
    del os.environ[name]  # a user's own settings decide nothing here
settings.register_profile("untimed", deadline=None)  # no test fails on a busy machine
settings.load_profile("untimed")


LONGEST = (
    *("test_red_team.py", "test_loop_resume.py", "test_red_team_trial.py", "test_ray.py"),
    *("test_episodes_many_kills.py", "test_training_loop.py", "test_loop_population.py"),
    *("test_episodes_kill.py", "test_trainer.py", "test_examples.py", "test_local_episodes.py"),
    *("test_scaffold_attacks.py", "test_loop.py", "test_docs_own_agent.py", "test_pipeline.py"),
    *("test_scaffold_loop_server.py", "test_training_loop_server.py", "test_loop_agent.py"),
)
"""Files that take longest go first, so that no core waits for another one in the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONGEST)))


gc.disable()  # until all is imported and collected: what that leaves is here to stay


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave what is here to stay out of all that looks for garbage: a million objects."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test runs in an empty folder of its own, so that nothing lands in the checkout.

    A module that it imported from there is forgotten: another test may have one of that name.
    """
    monkeypatch.chdir(tmp_path)
    before = sys.modules.copy()
    yield
    for name, module in list(sys.modules.items()):
        if before.get(name) is module:
            continue
        if str(getattr(module, "__file__", "")).startswith(f"{tmp_path}{os.sep}"):
            del sys.modules[name]
