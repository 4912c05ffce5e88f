"""What a scaffold hoards, or leaves to chance, does not come out again in a fresh process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import RunError, RunFolder
from automem_graph.episodes.play import play_episode
from automem_graph.structure.checks.audit import Hoarded, audit, sampled
from support.playing import scaffold_with

GOOD = Path(__file__).parents[1] / "scaffolds" / "good"
V0 = Path(__file__).parents[2] / "tools" / "v0"

Played = tuple[RunFolder, Path, list[str]]
Play = Callable[..., Played]


def play(folder: Path, task: str = "drill", seeds: tuple[int, ...] = (42,), **asked) -> Played:
    """A run of that scaffold, where it is, and its episodes."""
    asked = {"gameplay": "offline:drill", "steps_per_run": 50, **asked}
    episodes = []
    with EpisodeDesks() as desks:
        for seed in seeds:
            context = PlayContext(task=task, run="run", seed=seed, scaffold=str(folder), **asked)
            result = play_episode(desks, context)
            assert result.status == "done", result.error
            episodes.append(result.episode)
    return RunFolder(Path("run")), folder, episodes


@pytest.mark.parametrize("folder", [V0, GOOD], ids=["v0", "good"])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"codec": "tool_calls"},
        {"specialist": "offline:drill", "gameplay": "offline:drill-mute"},
    ],
    ids=["tags", "tool_calls", "two models"],
)
def test_an_honest_scaffold_comes_out_again(folder: Path, asked: dict[str, str]):
    audit(*play(folder, **asked), samples=12)


def test_an_honest_hook_with_state_comes_out_again_in_a_game():
    """Crafter, over the end of a process, with the position that the hook keeps."""
    played = play(GOOD, "crafter", seeds=(42, 43), steps=70, gameplay="offline:player")
    audit(*played, samples=6)


HOARDS = {
    "notes": """
import re
def observe(state, seen, files):
    re.kept = getattr(re, "kept", 0) + 1
    return f"Seen {re.kept} times.", state
""",
    "state": """
import sys
def observe(state, seen, files):
    kept = sys.modules.setdefault("kept", [])
    kept.append(seen["step"])
    return "", {"kept": kept}
""",
    "after_log": """
import builtins
def after_log(state, seen, files):
    builtins.kept = getattr(builtins, "kept", ()) + (seen["last_action"],)
    return [("replace", "log.md", ", ".join(builtins.kept))], state
""",
    "canonicalise": """
import re
def canonicalise(action, seen):
    re.kept = getattr(re, "kept", 0) + 1
    return "Wait" if re.kept == 1 else action
""",
    "review": """
import re
def review(action, state, seen, files):
    re.kept = getattr(re, "kept", 0) + 1
    return "no" if re.kept > 1 else None
""",
    "late": """
import re
def observe(state, seen, files):
    re.kept = getattr(re, "kept", 0) + 1
    return (f"Seen {re.kept} times." if re.kept > 10 else ""), state
""",
    "failing": """
import re
def observe(state, seen, files):
    if seen["step"] == 0:
        re.kept = 0
    re.kept += 1
    return "", state
""",
    "clock": """
import time
def observe(state, seen, files):
    return f"It is {time.time_ns()}.", state
""",
    "chance": """
import os
def observe(state, seen, files):
    return "", {"drawn": os.urandom(4).hex()}
""",
    "addresses": """
def observe(state, seen, files):
    return f"{object()} {id(files)}", state
""",
}
NAMED = {
    "notes": "`observe` or the opening prompt told otherwise",
    "state": "`observe` or `after_log` left another state",
    "after_log": "in a fresh process",
    "canonicalise": "`canonicalise` made another action",
    "review": "`review` judged otherwise",
    "late": "`observe` or the opening prompt",
    "failing": "hooks.py:6 in observe failed: AttributeError",
    "clock": "`observe` or the opening prompt",
    "chance": "left another state",
    "addresses": "`observe` or the opening prompt",
}


@pytest.mark.parametrize("name", HOARDS)
def test_what_is_kept_elsewhere_or_left_to_chance_is_found(tmp_path: Path, name: str):
    played = play(Path(scaffold_with(tmp_path / "mine", hooks_py=HOARDS[name])))
    with pytest.raises(Hoarded) as caught:
        audit(*played)
    assert NAMED[name] in str(caught.value)
    assert played[2][0] not in str(caught.value), "an episode's id tells its seed"


def test_a_memory_action_that_hoards_is_named(tmp_path: Path):
    code = """
import re
def read(files, file, from_line="1"):
    re.kept = getattr(re, "kept", 0) + 1
    return f"The {re.kept}th time you ask."
"""
    actions = (V0 / "actions.py").read_text() + code
    with pytest.raises(Hoarded, match="READ answered otherwise"):
        audit(*play(Path(scaffold_with(tmp_path / "mine", actions_py=actions))))


def test_seeded_chance_is_the_same_everywhere(tmp_path: Path):
    hooks = "import random\ndef observe(state, seen, files):\n    return str(random.random()), {}\n"
    audit(*play(Path(scaffold_with(tmp_path / "mine", hooks_py=hooks))))


def test_the_wiped_control_has_no_process_to_hoard_in():
    audit(*play(V0, agent="memory-wiped"))


def test_another_scaffold_than_the_one_that_played_is_refused():
    run, _, episodes = play(V0)
    with pytest.raises(RunError, match="audit it with that"):
        audit(run, GOOD, episodes)


def test_steps_are_drawn_by_their_names_and_never_the_first_of_a_process():
    drawn = sampled("s42-0123456789", 500, 8)
    assert drawn == sampled("s42-0123456789", 500, 8) == sorted(set(drawn))
    assert len(drawn) == 8
    assert drawn != sampled("s43-0123456789", 500, 8)
    assert [
        step for seed in range(50) for step in sampled(f"s{seed}", 300, 8) if step % 50 == 0
    ] == []
    assert sampled("short", 3, 8) == [1, 2]
    assert sampled("none", 0, 8) == []
