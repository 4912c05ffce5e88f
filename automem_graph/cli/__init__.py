"""The `automem` command: one file per subcommand."""

from __future__ import annotations


def main() -> None:
    """Entry point of the `automem` script."""
    from automem_graph.cli.app import app

    app()
