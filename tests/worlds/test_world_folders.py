"""What games put into temporary folders goes with them, whoever is killed."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from automem_graph.worlds.process import WorldCrashed, WorldProcess


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_a_games_folder_goes_with_its_world_and_the_rest_with_the_process(temp: Path) -> None:
    with WorldProcess.start() as process:
        world = process.open("nethack", 1)
        world.reset()
        (folder,) = temp.iterdir()
        assert len(list(folder.iterdir())) == 1
        world.reset()
        assert len(list(folder.iterdir())) == 1
        world.close()
        assert list(folder.iterdir()) == []
        process.open("minihack-mazewalk-9x9", 1).reset()
    assert list(temp.iterdir()) == []


def test_a_killed_process_leaves_no_folder(temp: Path) -> None:
    process = WorldProcess.start()
    world = process.open("nethack", 1)
    world.reset()
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(WorldCrashed, match="Killed"):
        world.step("north")
    assert list(temp.iterdir()) == []


def test_a_killed_driver_leaves_no_folder(temp: Path) -> None:
    code = (
        "import os, signal\n"
        "from automem_graph.worlds.process import WorldProcess\n"
        "WorldProcess.start().open('nethack', 1).reset()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    deadline = time.monotonic() + 10
    while list(temp.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(temp.iterdir()) == []
