"""A view that is redrawn in place on a terminal, and draws nothing anywhere else."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live


class Redrawn:
    """Redrawn while it is entered, `per_second` times; a transient one is gone in the end."""

    def __init__(self, console: Console, *, per_second: float, transient: bool = False) -> None:
        self._console = console
        self._live = Live(self, console=console, refresh_per_second=per_second, transient=transient)

    def __rich__(self) -> RenderableType:
        """How it looks now."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()
