"""The same command in two processes leaves the same episode."""

import os
import subprocess
import sys
from pathlib import Path

from automem_graph.episodes.layout import find_episode
from automem_graph.episodes.trace import read_trace

CODE = "from automem_graph.cli import main; main()"


def played(folder: Path, hash_seed: str) -> tuple:
    """Crafter's seed 42, played by the offline player in a process of its own, without times."""
    command = [sys.executable, "-c", CODE, "play", "crafter", "--seed", "42", "--steps", "180"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run(
        [*command, "--out", str(folder)], env=environment, check=True, capture_output=True
    )
    episode = find_episode(folder)
    header, rows = read_trace(episode)
    timeless = [
        row.model_copy(
            update={
                "world_ms": 0.0,
                "calls": tuple(call.model_copy(update={"ms": 0.0}) for call in row.calls),
            }
        )
        for row in rows
    ]
    files = {path.name: path.read_bytes() for path in episode.memory.iterdir()}
    return header, timeless, episode.journal.read_bytes(), files


def test_two_processes_with_other_hash_seeds_play_the_same_episode(tmp_path: Path):
    first, second = played(tmp_path / "a", "1"), played(tmp_path / "b", "2")
    assert len(first[1]) == 180
    assert first == second
