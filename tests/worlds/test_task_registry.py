import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_worlds import RAISES

from automem_graph.worlds.registry import (
    UnknownTask,
    find_task,
    missing,
    missing_packages,
    suite,
    suite_names,
    task_names,
)


def test_every_listed_task_is_found_under_its_own_name() -> None:
    assert {"crafter", "nethack", "minihack-quest-easy"} < set(task_names())
    for name in task_names():
        card = find_task(name).card
        assert card.name == name
        assert card.default_action in card.actions
        assert len(set(card.actions)) == len(card.actions)


def test_the_suites_are_the_papers_and_one_more_and_hold_all_tasks() -> None:
    assert suite_names() == ("crafter", "minihack", "nethack", "errands")
    assert suite("crafter") == ("crafter",)
    assert len(suite("minihack")) == 8
    assert sorted(name for one in suite_names() for name in suite(one)) == list(task_names())
    assert suite("minihack-quest-easy") == ("minihack-quest-easy",)
    assert suite("nethack+steps") == ("nethack+steps",)
    assert suite("odd_worlds:RAISES") == ("odd_worlds:RAISES",)
    with pytest.raises(UnknownTask, match="Did you mean 'nethack'"):
        suite("nethak")


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("nethack+autopickup", "nethack+autopickup"),
        ("nethack+steps+autopickup", "nethack+autopickup+steps"),
        ("minihack-corridor-r3+steps+steps", "minihack-corridor-r3+steps"),
    ],
)
def test_options_are_part_of_the_name_in_one_order(asked: str, name: str) -> None:
    assert find_task(asked).card.name == name
    assert find_task(name).card == find_task(asked).card


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("crafter+steps", "'crafter' has no option 'steps'; its options are: none"),
        ("nethack+fast", "'nethack' has no option 'fast'; its options are: autopickup, steps"),
        ("nethack+", "has no option ''"),
        ("+steps", "there is no task"),
    ],
)
def test_an_unknown_option_gets_the_known_ones(name: str, problem: str) -> None:
    with pytest.raises(UnknownTask, match=problem):
        find_task(name)


# --- what is missing ------------------------------------------------------------------------------


def test_nothing_is_missing_for_what_can_be_played() -> None:
    assert missing("crafter") is missing("nethack") is missing("odd_worlds:RAISES") is None
    with pytest.raises(UnknownTask):
        missing("chess")


def test_games_that_are_not_installed_are_named_with_what_to_do() -> None:
    assert missing_packages("nle", "minihack") is None
    assert missing_packages("nle", "no_such_game") == (
        'no_such_game is not installed: pip install "automem-graph[nethack]"'
    )


def test_without_its_package_a_task_is_unavailable() -> None:
    code = (
        "import sys; sys.modules['nle'] = None\n"
        "from automem_graph.worlds.process import WorldProcess\n"
        "from automem_graph.worlds.registry import TaskUnavailable, find_task, missing\n"
        "assert 'nle is not installed' in missing('minihack-quest-easy')\n"
        "for play in (find_task('nethack').open, WorldProcess.start().open):\n"
        "    try:\n"
        "        play(*(('nethack', 1) if 'World' in repr(play) else (1,)))\n"
        "    except TaskUnavailable as error:\n"
        "        print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.count('nle is not installed: pip install "automem-graph[nethack]"') == 2


# --- names ----------------------------------------------------------------------------------------


def test_an_unknown_name_gets_the_known_ones_and_a_guess() -> None:
    with pytest.raises(UnknownTask, match=r"no task 'Craftr'.*Did you mean 'crafter'.*The tasks"):
        find_task("Craftr")
    with pytest.raises(ValueError, match=r"The tasks are: .*crafter") as far:
        find_task("chess")
    assert "Did you mean" not in str(far.value)


def test_a_task_of_ones_own_is_named_by_module_and_attribute() -> None:
    card = find_task("odd_worlds:RAISES").card
    assert (card.name, card.title) == ("odd_worlds:RAISES", RAISES.card.title)
    assert find_task("odd_worlds:RAISES") is find_task("odd_worlds:RAISES")


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
        "assert len([registry.find_task(name).card for name in registry.task_names()]) == 11; "
        "heavy = ('crafter', 'numba', 'numpy', 'PIL', 'nle', 'minihack', 'gymnasium'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
