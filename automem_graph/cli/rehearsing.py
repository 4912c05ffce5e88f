"""The rehearsal of loop 2 on the command line: what it brings along, and its base being built."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from rich.status import Status

from automem_graph.cli.console import USAGE, out, shown, stop
from automem_graph.episodes.many import JobEvent
from automem_graph.proficiency.events import Event, Said

_BRINGS = {"task": "gates", "scaffold": "terse", "base": ""}
_SIZED = {
    "collect_seeds": "20042-20089",
    "trial_seeds": "30042-30073",
    "held_out_seeds": "40042-40073",
    "recipes": 1,
}
"""Where nothing else is asked: fewer than a model of use deserves, so that it takes minutes."""


def rehearsed(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a rehearsal is asked, with the options that were given."""
    sized = {name: value for name, value in _SIZED.items() if not given.get(name)}
    return {**given, **sized, **_BRINGS}


def refuse_mixture(task: str, rehearse: bool, base: str, scaffold: str) -> None:
    """What cannot be meant together, and what is missing without a rehearsal."""
    if rehearse and (task or base or scaffold):
        stop("--rehearse brings task, base and scaffold along: leave yours out.", USAGE)
    if not rehearse and not task:
        stop("name a task, such as crafter, or try it with --rehearse.", USAGE)
    if not rehearse and not base:
        stop("name the base model with --base local:FOLDER, or try it with --rehearse.", USAGE)


@contextmanager
def telling(quiet: bool) -> Iterator[Callable[[Event | JobEvent], None]]:
    """Tells how the rehearsal's base model is built: in place on a terminal, else now and then."""
    with ExitStack() as stack:
        status: Status | None = None
        told = ""

        def tell(event: Event | JobEvent) -> None:
            nonlocal status, told
            if quiet or not isinstance(event, Said):
                return
            if out.is_terminal:
                status = status or stack.enter_context(out.status(""))
                status.update(shown(event.text))
            elif event.text.partition(":")[0] != told:
                told = event.text.partition(":")[0]
                out.print(shown(event.text), soft_wrap=True)

        yield tell
