"""From what a user types to a trainer."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

from automem_graph.episodes.layout import RunError
from automem_graph.proficiency.trainers.process import SubprocessTrainer


def open_trainer(python: str = "", accelerate: str = "") -> SubprocessTrainer:
    """The trainer with this Python, a path or a name on PATH, and these arguments of accelerate.

    Files that the arguments name are those of the working folder. RunError where there is no such
    Python.
    """
    return SubprocessTrainer(_found(python), accelerate=_words(accelerate))


def _found(python: str) -> str:
    """An absolute path, its links as they are: that of an environment is one."""
    if not python.strip():
        return sys.executable
    named = Path(python.strip()).expanduser()
    found = shutil.which(named.absolute() if os.sep in python else named)
    if found is None:
        raise RunError(
            f"{python} is no program, and no Python to train with: name that of the environment "
            "with the packages for training, as in --trainer-python ENVIRONMENT/bin/python"
        )
    return found


def _words(accelerate: str) -> tuple[str, ...]:
    try:
        words = shlex.split(accelerate)
    except ValueError as error:
        raise RunError(f"--accelerate {accelerate!r} cannot be read: {error}") from error
    return tuple(str(Path(word).absolute()) if Path(word).is_file() else word for word in words)
