"""How an episode stands: what its result says, and whether somebody plays it now."""

from __future__ import annotations

import fcntl
import os

from pydantic import ValidationError

from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.report.replay.rows import Ending


def ending_of(folder: EpisodeFolder) -> tuple[Ending | None, str]:
    """How the episode ended, None where it has not; and why that cannot be read."""
    try:
        return Ending.model_validate_json(folder.result.read_bytes()), ""
    except FileNotFoundError:
        return None, ""
    except OSError as error:
        return None, f"{folder.result} cannot be read: {error}"
    except ValidationError as error:
        return None, f"{folder.result} is damaged: {told(error)}"


def is_held(folder: EpisodeFolder) -> bool:
    """Whether a process plays the episode: it holds the folder's lock (`episodes.hold`).

    The lock is asked for and given back at once; whoever wants to play waits longer than that.
    """
    try:
        looked = os.open(folder.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(looked, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(looked)
    return False


def told(error: ValidationError) -> str:
    """The first of what is wrong, in a few words."""
    first = error.errors(include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"]
