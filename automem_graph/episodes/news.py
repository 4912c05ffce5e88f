"""What a driver's threads have to tell, until its main thread reports it."""

from __future__ import annotations

from threading import Condition

from automem_graph.agent.events import Event, Stepped
from automem_graph.protocols import JobNews, JobOutcome


class News:
    """News and outcomes since the last report. However many steps were played between two reports,
    a job has one `stepped` in it: the last."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._news: list[JobNews] = []
        self._outcomes: list[JobOutcome] = []

    def tell(self, news: JobNews) -> None:
        """Keep some news; a step takes the place of the one that the job told before."""
        with self._changed:
            if news.kind == "stepped":
                self._news = [one for one in self._news if not _same(one, news)]
            self._news.append(news)

    def end(self, outcome: JobOutcome) -> None:
        """Keep a job's outcome, which is worth a report at once."""
        with self._changed:
            self._outcomes.append(outcome)
            self._changed.notify()

    def take(self, wait_s: float) -> tuple[list[JobNews], list[JobOutcome]]:
        """All there is, as soon as there is an outcome or `wait_s` seconds have passed."""
        with self._changed:
            self._changed.wait_for(lambda: self._outcomes, wait_s)
            taken = self._news, self._outcomes
            self._news, self._outcomes = [], []
            return taken


class Dropped(Exception):
    """Nobody wants the episode any more; what is complete of it is kept."""


class Teller:
    """Follows one job's episode, and tells where it stands and what it has cost."""

    def __init__(self, news: News, job: int) -> None:
        self._news = news
        self._at = JobNews(kind="started", job=job)
        self._dropped = False
        news.tell(self._at)

    def drop(self) -> None:
        """Have the episode end at the next thing that it tells; any thread may say so."""
        self._dropped = True

    def hear(self, event: Event) -> None:
        """The episode's listener; Dropped once it is not to go on."""
        if self._dropped:
            raise Dropped
        if isinstance(event, Stepped):
            self._tell(
                kind="stepped",
                step=event.step + 1,
                progression=event.observation.progression,
                note="",
                **self._at.plus(event),
            )

    def retried(self, why: str) -> None:
        """The episode goes on after its last complete step."""
        self._tell(kind="retried", note=why)

    def _tell(self, **changes: object) -> None:
        self._at = self._at.model_copy(update=changes)
        self._news.tell(self._at)


def _same(one: JobNews, other: JobNews) -> bool:
    return (one.job, one.kind) == (other.job, other.kind)
