"""Many episodes at once: results, kept ones, events, and what is refused before anything starts."""

import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from automem_graph.agent.context import PlayContext
from automem_graph.episodes import hold
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import RunError
from automem_graph.episodes.machine import ThisMachine
from automem_graph.episodes.many import JobEvent, run_episodes
from automem_graph.episodes.news import News
from automem_graph.episodes.play import play_episode, read_result
from automem_graph.models.resolve import UnknownModel
from automem_graph.protocols import EpisodeJob, JobNews, JobOutcome
from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.worlds.registry import UnknownTask
from support import toy
from support.processes import processes_under
from support.timeless import timeless

JOB = PlayContext(task=toy.NAME, run="run", steps_per_run=50)


def jobs(*seeds: int, **changes: str) -> list[PlayContext]:
    return [replace(JOB, seed=seed, **changes) for seed in seeds]


def folder_of(context: PlayContext):
    with EpisodeDesks() as desks:
        return desks.folder(context)


def test_each_episode_is_the_one_that_is_played_alone_and_is_played_once():
    others = processes_under(os.getpid())
    heard: list[JobEvent] = []
    asked = jobs(1, 2, 3, 4, 5)
    played = list(run_episodes(asked, ThisMachine(parallel=4), hear=heard.append))
    assert sorted(result.seed for result in played) == [1, 2, 3, 4, 5]
    assert {result.status for result in played} == {"done"}
    with EpisodeDesks() as desks:
        for context in asked:
            alone = replace(context, run="alone")
            play_episode(desks, alone)
            assert timeless(desks.folder(context)) == timeless(desks.folder(alone))
    again = list(run_episodes([*jobs(6), *asked, *jobs(6)], hear=heard.append))
    assert again[:5] == sorted(played, key=lambda result: result.seed)
    assert [result.seed for result in again[5:]] == [6, 6]
    starts = [event.seed for event in heard if event.kind == "started"]
    assert sorted(starts) == [1, 2, 3, 4, 5, 6]
    assert processes_under(os.getpid()) == others


def test_events_say_where_each_episode_stands_and_what_it_cost():
    heard: list[JobEvent] = []
    (result,) = run_episodes(jobs(8), hear=heard.append)
    assert [event.kind for event in heard if event.kind != "stepped"] == ["started", "ended"]
    end = heard[-1]
    assert (end.job, end.episode, end.task, end.seed) == (0, result.episode, toy.NAME, 8)
    assert (end.step, end.steps, end.progression) == (6, 40, 1.0)
    assert result.metrics is not None
    assert end.calls == round(result.metrics.calls * 6)
    assert end.input_tokens == round(result.metrics.input_tokens * 6)
    assert [event.step for event in heard] == sorted(event.step for event in heard)


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"gameplay": "offline:nobody"}, UnknownModel, "offline:player"),
        ({"specialist": "nowhere:model"}, UnknownModel, "provider:model"),
        ({"task": "craftar"}, UnknownTask, "Did you mean 'crafter'"),
        ({"scaffold": "v9"}, ScaffoldError, "no scaffold 'v9'"),
    ],
)
def test_what_stands_in_the_way_of_all_is_said_before_anything_starts(changes, error, said):
    others = processes_under(os.getpid())
    with pytest.raises(error, match=said):
        run_episodes(jobs(1, 2, **changes))
    assert not Path("run").exists()
    assert processes_under(os.getpid()) == others


def test_a_folder_of_another_run_is_refused_before_anything_starts():
    list(run_episodes(jobs(1)))
    with pytest.raises(RunError, match="another steps"):
        run_episodes([replace(JOB, steps=3)])


class Nobody:
    """An executor with no machine to play on, or one that is late to say that it has played."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self._meanwhile = meanwhile

    def run(
        self, jobs: Sequence[EpisodeJob], hear: Callable[[JobNews], None]
    ) -> Generator[JobOutcome, None, None]:
        for number, _ in enumerate(jobs):
            hear(JobNews(kind="started", job=number))
            self._meanwhile()
            yield JobOutcome(job=number, lost="there is no machine")


def test_a_lost_episode_is_a_failed_row_that_the_same_call_tries_again():
    (lost,) = run_episodes(jobs(3), Nobody())
    assert (lost.status, lost.error, lost.steps) == ("failed", "there is no machine", 0)
    assert read_result(folder_of(jobs(3)[0])) == lost
    (done,) = run_episodes(jobs(3))
    assert (done.status, done.progression) == ("done", 1.0)


def test_an_episode_that_ended_in_the_moment_of_its_loss_is_not_lost():
    def finish() -> None:
        with EpisodeDesks() as desks:
            play_episode(desks, jobs(3)[0])

    (kept,) = run_episodes(jobs(3), Nobody(finish))
    assert kept.status == "done"


def test_an_episode_is_played_by_one_at_a_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hold, "WAIT_S", 0.1)
    with EpisodeDesks() as one, EpisodeDesks() as other:
        desk = one(JOB, {}, None)
        with pytest.raises(RunError, match="played by another process"):
            other(JOB, {}, None)
        one.leave(desk)
        other(JOB, {}, None)


def test_news_are_gathered_so_that_they_do_not_grow():
    news = News()
    news.tell(JobNews(kind="started", job=1))
    for step in range(1, 1001):
        news.tell(JobNews(kind="stepped", job=1, step=step))
        news.tell(JobNews(kind="stepped", job=2, step=2 * step))
    told, outcomes = news.take(0.01)
    assert [(one.kind, one.job, one.step) for one in told] == [
        ("started", 1, 0),
        ("stepped", 1, 1000),
        ("stepped", 2, 2000),
    ]
    assert outcomes == []
    assert news.take(0.01) == ([], [])
