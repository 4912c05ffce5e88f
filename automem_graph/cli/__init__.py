"""The `automem` command: one file per subcommand."""

from __future__ import annotations

import gc
import os


def main() -> None:
    """Entry point of the `automem` script."""
    # What is to be sent to LangSmith is waited for where it is sent, and no longer: else a server
    # that does not answer keeps a command that has done its work from ending for minutes.
    os.environ.setdefault("LANGSMITH_USE_DAEMON", "true")
    gc.disable()  # what imports make is there to stay
    from automem_graph.cli.app import app

    gc.freeze()
    gc.enable()
    app()
