import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.worlds.registry import UnknownTask, find_task, task_names


def test_every_listed_task_is_found_under_its_own_name() -> None:
    assert "crafter" in task_names()
    for name in task_names():
        assert find_task(name).card.name == name


def test_an_unknown_name_gets_the_known_ones_and_a_guess() -> None:
    with pytest.raises(UnknownTask, match=r"no task 'Craftr'.*Did you mean 'crafter'.*The tasks"):
        find_task("Craftr")
    with pytest.raises(ValueError, match=r"The tasks are: .*crafter") as far:
        find_task("chess")
    assert "Did you mean" not in str(far.value)


def test_a_task_of_ones_own_is_named_by_module_and_attribute() -> None:
    assert find_task("odd_worlds:RAISES").card.name == "odd"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("no_such_module:TASK", "No module named"),
        ("odd_worlds:MISSING", "MISSING"),
        ("odd_worlds:NO_TASK", "needs a `card`"),
        (":", "Empty module name"),
        ("..odd:X", "relative import"),
    ],
)
def test_a_wrong_module_or_attribute_is_an_unknown_task(name: str, problem: str) -> None:
    with pytest.raises(UnknownTask, match=problem):
        find_task(name)


@given(st.text(max_size=40).filter(lambda name: name not in task_names() and ":" not in name))
def test_no_other_text_is_a_task(name: str) -> None:
    with pytest.raises(UnknownTask):
        find_task(name)


def test_the_driver_reads_the_card_without_loading_the_game() -> None:
    code = (
        "import sys; from automem_graph.worlds import process, registry; "
        "assert registry.find_task('crafter').card.max_steps == 2000; "
        "print([name for name in ('crafter', 'numba', 'numpy', 'PIL') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
