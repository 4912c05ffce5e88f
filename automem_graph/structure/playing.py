"""Play a loop's episodes: what is there costs nothing, and no server is a candidate's fault.

Both loops play so: this one its matches, loop 2 its trials.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from typing import Any, Protocol

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import EpisodeFolder
from automem_graph.episodes.machine import ThisMachine
from automem_graph.episodes.many import run_episodes
from automem_graph.episodes.play import EpisodeResult, read_result
from automem_graph.models.budget import Budget
from automem_graph.protocols import Executor
from automem_graph.structure.events import Played, Playing
from automem_graph.structure.purse import Unfinished

SERVERS = ("ModelError:", "NoReply:")
TOO_LONG = "takes no prompt of this length"


class Host(Protocol):
    """What playing needs of a loop's bench."""

    @property
    def tell(self) -> Callable[[Any], None]:
        """Told `Playing`, `Played` and the events of jobs."""
        ...

    @property
    def executor(self) -> Executor:
        """Who plays, as many episodes at once as it sees fit."""
        ...

    @property
    def budget(self) -> Budget | None: ...

    def left(self, playing: tuple[EpisodeFolder, ...] = ()) -> Budget | None:
        """What of the budget is left for these episodes; Unfinished where that is nothing."""
        ...


def kept(executor: Executor | None, parallel: int) -> AbstractContextManager[Executor]:
    """What plays until the end of the block: what was given, which its giver closes, or this
    machine, which keeps its drivers from play to play.

    `parallel` is how many episodes this machine plays at once; 0 means as the model allows.
    """
    return ThisMachine(parallel or None) if executor is None else nullcontext(executor)


def play_jobs(
    host: Host, jobs: Sequence[PlayContext], what: str, *, seconds: float | None = None
) -> Generator[EpisodeResult, None, None]:
    """Play these episodes, and tell it; results come as they are there. `seconds` bounds each."""
    host.tell(Playing(what=what, jobs=tuple(jobs)))
    budget = _budget(host, jobs)
    run = run_episodes(jobs, host.executor, hear=host.tell, budget=budget, time_limit_s=seconds)
    with closing(run) as played:
        for result in played:
            host.tell(Played(result=result))
            yield result


def _budget(host: Host, jobs: Sequence[PlayContext]) -> Budget | None:
    """What these episodes may still cost; those that are all there need none."""
    if host.budget is None:
        return None
    with EpisodeDesks() as desks:
        folders = tuple(desks.folder(job) for job in jobs)
    return None if all(map(_is_done, folders)) else host.left(folders)


def _is_done(folder: EpisodeFolder) -> bool:
    result = read_result(folder)
    return result is not None and result.status == "done"


def refuse_stopped(results: Iterable[EpisodeResult]) -> None:
    """Unfinished where a budget has stopped one of them."""
    if any(one.status == "stopped" for one in results):
        # The episodes had what was left of it: their figure is not the user's.
        raise Unfinished("the budget is used up; the same command with a larger one goes on")


def refuse_unserved(results: Iterable[EpisodeResult]) -> None:
    """Unfinished where a model gave no reply: that says nothing about who plays."""
    for one in results:
        error = one.error or ""
        if error.startswith(SERVERS) and TOO_LONG not in error:
            raise Unfinished(f"{error}; the same command goes on")


def refuse_failed(results: Iterable[EpisodeResult], what: str) -> None:
    """Unfinished where one of them has failed: for those who are nobody's candidates."""
    found = list(results)
    failed = [one for one in found if one.progression is None]
    if failed:
        raise Unfinished(
            f"{len(failed)} of {len(found)} episodes of {what} have failed, the first with: "
            f"{failed[0].error}; the same command tries them again"
        )
