"""The live view of many episodes, as a terminal would show it."""

from io import StringIO

import pytest
from rich.console import Console

from automem_graph.agent.context import PlayContext
from automem_graph.cli.board import Board
from automem_graph.episodes.identity import Asked, episode_id
from automem_graph.episodes.many import JobEvent
from support.runs import WHO, result

ASKED = Asked(task="nethack", steps=100, **WHO)


def console_of(height: int, *, terminal: bool) -> Console:
    return Console(file=StringIO(), width=100, height=height, force_terminal=terminal)


def board_of(console: Console, running: int) -> Board:
    board = Board(console, [PlayContext(task="nethack", seed=seed) for seed in range(40)])
    for job in range(running):
        of = {"episode": episode_id(ASKED, job), "task": "nethack", "seed": job}
        told = {"job": job, "steps": 100, **of}
        board.hear(JobEvent(kind="started", **told))
        board.hear(
            JobEvent(
                kind="stepped", step=50, progression=0.02, calls=7, note="\x1b[31m[bold]", **told
            )
        )
    return board


def test_a_line_for_each_running_episode_and_one_for_all():
    console = console_of(20, terminal=True)
    with console.capture() as captured:
        console.print(board_of(console, 3))
    lines = captured.get().splitlines()
    assert len(lines) == 4
    assert "nethack 2" in lines[2]
    assert "50/100" in lines[2]
    assert "2.0%" in lines[2]
    assert "\x1b[31m" not in captured.get()
    assert "0 of 40 episodes; 150 steps" in lines[3]
    assert "21 calls" in lines[3]


@pytest.mark.parametrize("height", [5, 12, 24])
def test_more_running_episodes_than_rows_fit_the_terminal(height: int):
    console = console_of(height, terminal=False)
    with console.capture() as captured:
        console.print(board_of(console, 40))
    lines = captured.get().splitlines()
    assert len(lines) <= height
    shown = sum("nethack" in line for line in lines)
    assert f"and {40 - shown} more" in captured.get()


def test_without_a_terminal_each_end_is_a_line():
    console = console_of(20, terminal=False)
    with console.capture() as captured, board_of(console, 2) as board:
        board.add(result(ASKED, 0, 0.0291))
        board.add(result(ASKED, 1, None))
        board.add(result(ASKED, 39, 0.5))
    lines = captured.get().splitlines()
    assert lines[0].startswith("1 of 40: nethack, seed 0: progression 2.91% in 10 steps; about")
    assert "2 of 40: nethack, seed 1: failed at step 3: it broke" in lines[1]
    assert len(lines) == 2, "a result that was there already is no news"
