"""The same command in two processes leaves the same episode."""

import os
import subprocess
import sys
from pathlib import Path

from automem_graph.episodes.layout import find_episode
from support.timeless import timeless

CODE = "from automem_graph.cli import main; main()"


def played(folder: Path, hash_seed: str) -> tuple:
    """Crafter's seed 42, played by the offline player in a process of its own, without times."""
    command = [sys.executable, "-c", CODE, "play", "crafter", "--seed", "42", "--steps", "180"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run(
        [*command, "--out", str(folder)], env=environment, check=True, capture_output=True
    )
    return timeless(find_episode(folder))


def test_two_processes_with_other_hash_seeds_play_the_same_episode(tmp_path: Path):
    first, second = played(tmp_path / "a", "1"), played(tmp_path / "b", "2")
    assert len(first[1]) == 180
    assert first == second
