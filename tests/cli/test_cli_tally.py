"""What the live view of many episodes counts."""

import pytest

from automem_graph.agent.context import PlayContext
from automem_graph.cli.board import duration
from automem_graph.cli.tally import Tally
from automem_graph.episodes.identity import Asked
from automem_graph.episodes.many import JobEvent
from automem_graph.episodes.play import EpisodeResult


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def event(seed: int, kind: str, step: int, calls: int = 0) -> JobEvent:
    return JobEvent(
        kind=kind, job=seed, episode=f"s{seed}", task="crafter", seed=seed, step=step, steps=100,
        calls=calls, input_tokens=10 * calls, output_tokens=calls,
    )  # fmt: skip


def result(seed: int, steps: int, status: str = "done") -> EpisodeResult:
    asked = Asked(
        task="crafter", steps=100, agent="memory", scaffold="v0", gameplay="a", specialist="a",
        engine="e",
    )  # fmt: skip
    return EpisodeResult(
        episode=f"s{seed}", seed=seed, asked=asked, status=status, steps=steps,
        progression=0.5 if status == "done" else None, seconds=1, finished="now",
    )  # fmt: skip


def tally_of(seeds: int) -> tuple[Tally, Clock]:
    clock = Clock()
    return Tally([PlayContext(seed=seed) for seed in range(seeds)], clock), clock


def test_only_the_steps_of_this_sitting_count():
    tally, clock = tally_of(3)
    tally.hear(event(0, "started", 40))
    tally.hear(event(0, "stepped", 50, calls=20))
    clock.now += 2
    assert (tally.steps, tally.calls, tally.input_tokens, tally.speed) == (10, 20, 200, 5.0)
    tally.hear(event(0, "retried", 50, calls=20))
    tally.hear(event(0, "started", 50, calls=20))
    tally.hear(event(0, "ended", 60, calls=40))
    assert (tally.steps, tally.calls, list(tally.running)) == (20, 40, [])


def test_what_is_left_is_guessed_from_the_limit_then_from_what_has_ended():
    tally, clock = tally_of(3)
    assert tally.seconds_left() is None
    tally.hear(event(0, "started", 0))
    tally.hear(event(0, "stepped", 20))
    clock.now += 2
    assert tally.seconds_left() == pytest.approx((80 + 2 * 100) / 10)
    tally.hear(event(0, "ended", 40))
    tally.add(result(0, 40))
    tally.hear(event(1, "started", 0))
    clock.now += 2
    assert tally.seconds_left() == pytest.approx((40 + 40) / 10)


def test_an_episode_that_outlasts_the_others_makes_all_last_longer():
    tally, clock = tally_of(2)
    clock.now += 1
    for seed, steps in ((0, 30), (1, 90)):
        tally.hear(event(seed, "started", 0))
        tally.hear(event(seed, "stepped", steps))
    tally.add(result(0, 30))
    clock.now += 12
    assert tally.speed == 10.0
    assert tally.seconds_left() == pytest.approx((100 - 90) / 10)
    longer, clock = tally_of(3)
    longer.hear(event(0, "started", 0))
    longer.hear(event(1, "started", 0))
    longer.hear(event(1, "stepped", 20))
    longer.add(result(0, 20))
    clock.now += 2
    assert longer.seconds_left() == pytest.approx((40 + 40) / 10)


def test_kept_and_failed_results_are_told_apart():
    tally, _ = tally_of(3)
    assert not tally.add(result(2, 30))
    tally.hear(event(0, "started", 0))
    tally.hear(event(0, "ended", 5))
    assert tally.add(result(0, 5, "failed"))
    assert (tally.ended, tally.failed) == (2, 1)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (89, "89 s"), (600, "10 min"), (7200, "2.0 h")]
)
def test_durations_as_people_say_them(seconds: float, said: str):
    assert duration(seconds) == said
