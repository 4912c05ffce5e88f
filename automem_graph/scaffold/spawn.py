"""Starts the scaffold host's process, with nothing of this one's environment in it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from automem_graph import wire
from automem_graph.scaffold import channel
from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.scaffold.load import Scaffold

START_SECONDS = 30.0
BOOT = (
    "import sys; sys.path.extend(sys.argv[3:]); from automem_graph.scaffold.host import main; "
    "main(int(sys.argv[1]), sys.argv[2])"
)


def spawn(scaffold: Scaffold) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start the host's process and wait until it is confined; ScaffoldError if it cannot be."""
    ours, theirs = socket.socketpair()
    with theirs:
        arguments = [str(theirs.fileno()), str(scaffold.path), *_package_folders()]
        process = subprocess.Popen(
            # No site-packages and no user settings: only the folders that the host needs.
            [sys.executable, "-s", "-S", "-P", "-B", "-c", BOOT, *arguments],
            pass_fds=[theirs.fileno()],
            env=_environment(),
            cwd=scaffold.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    try:
        report = wire.receive(ours, channel.REPLY_BYTES, time.monotonic() + START_SECONDS)
    except (TimeoutError, wire.WireError) as error:
        report = {"error": ["the scaffold host did not start", _last_words(process) or str(error)]}
    finally:
        assert process.stderr is not None
        process.stderr.close()
    if "error" in report:
        ours.close()
        process.kill()
        process.wait()
        where, detail = report["error"]
        raise ScaffoldError(f"{scaffold.path / where}: {detail}")
    return process, ours


def _package_folders() -> list[str]:
    """Where this package, jinja2 and markupsafe are installed, in whatever way they are."""
    folders = []
    for name in ("automem_graph", "jinja2", "markupsafe"):
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise ScaffoldError(f"the package {name} is not installed; install automem-graph again")
        folders.append(str(Path(spec.origin).parent.parent))
    return list(dict.fromkeys(folders))


def _environment() -> dict[str, str]:
    """What the host inherits: no secret, and nothing that could make two runs differ."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {**kept, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "LANG": "C.UTF-8", "TZ": "UTC"}


def _last_words(process: subprocess.Popen[bytes]) -> str:
    """The last line that a host which is ending wrote to its standard error."""
    process.kill()
    assert process.stderr is not None
    lines = process.stderr.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""
