"""The decider `command`: a program that writes a recipe on the desk."""

from collections.abc import Callable
from pathlib import Path

import pytest

from automem_graph.episodes.layout import RunError
from automem_graph.proficiency.decider import Decision, NoDecision
from automem_graph.proficiency.deciders import open_decider
from automem_graph.proficiency.deciders.command import CommandDecider
from automem_graph.proficiency.recipe import Code, Filters
from support.desks import controls, lay

Run = Callable[..., Decision]
GOOD = """echo '{"selection": {"kind": "filters", "finds": true}}' > recipe.json"""
BAD = """echo '{"selection": {"kind": "filters"}, "lora": {"rank": 0}}' > recipe.json"""
WHY = "printf 'Finds more.\\n\\n# Expected\\n\\nLess.\\n' > rationale.md"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return lay(tmp_path / "a desk", controls())


@pytest.fixture
def run(tmp_path: Path, desk: Path) -> Run:
    """Decides with a shell script."""

    def run(script: str, words: str = "", told: list[str] | None = None, **limits: float):
        path = tmp_path / "decide.sh"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        decider = CommandDecider(f"'{path}' {words}", **limits)
        return decider.decide(desk, (told if told is not None else []).append)

    return run


def test_a_program_writes_a_recipe_and_says_why(run: Run):
    told: list[str] = []
    decision = run(f"{GOOD}; {WHY}; echo All done.", told=told)
    assert decision.recipe.selection == Filters(finds=True)
    assert (decision.rationale, decision.expected) == ("Finds more.", "Less.")
    assert decision.spent.seconds > 0
    assert decision.spent.calls == 0
    assert told == ["All done."]


def test_a_program_writes_a_selector(run: Run):
    source = "def select(turns):\\n    return turns\\n"
    decision = run(f"echo '{{}}' > recipe.json; printf '{source}' > select.py")
    assert decision.recipe.selection == Code(source="def select(turns):\n    return turns\n")


def test_it_is_told_its_task(run: Run, desk: Path):
    run(f"cat > asked.md; {GOOD}")
    asked = (desk / "asked.md").read_text()
    assert asked.startswith("You are a training engineer.")
    assert "README.md first, then CONTRACT.md" in asked
    run(f'printf "%s\\n" "$@" > words; {GOOD}', words="--dir={workspace} {prompt}")
    words = (desk / "words").read_text()
    assert words.startswith(f"--dir={desk}\nYou are a training engineer.")


def test_what_is_refused_goes_back_with_the_reason(run: Run, desk: Path):
    told: list[str] = []
    script = f"if [ -f problem.md ]; then cat problem.md > seen.md; {GOOD}; else {BAD}; fi"
    assert run(script, told=told).recipe.selection == Filters(finds=True)
    assert "lora.rank: Input should be greater than or equal to 1" in (desk / "seen.md").read_text()
    assert told[-1].startswith("refused: recipe.json is refused: lora.rank")


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (BAD, "no recipe in 3 tries: recipe.json is refused: lora.rank"),
        (f"{BAD}; echo >> n; wc -l < n >> recipe.json", "no recipe in 3 tries: recipe.json is no"),
        ("echo thinking", "no recipe in 3 tries: there is no recipe.json.*: thinking"),
        ("echo 'no key' >&2; exit 3", "ended with exit code 3: no key"),
        ("kill -9 $$", "was ended by signal 9"),
        ("ln -sf /etc/passwd recipe.json", "there is no recipe.json"),
        ("rm -f recipe.json; mkfifo recipe.json", "there is no recipe.json"),
        ("mkdir -p recipe.json", "there is no recipe.json"),
        (f"{GOOD}; rm -f ledger.jsonl; ln -s / ledger.jsonl", "ledger.jsonl cannot be read"),
        ("truncate -s 1T recipe.json", "longer than 131,072 bytes"),
    ],
)
def test_a_program_that_leaves_no_recipe_has_decided_nothing(run: Run, script: str, why: str):
    with pytest.raises(NoDecision, match=why) as caught:
        run(script)
    assert "\n" not in str(caught.value)
    assert caught.value.spent.seconds > 0


def test_a_program_that_takes_too_long_is_stopped(run: Run):
    with pytest.raises(NoDecision, match="stopped after 0 s"):
        run("exec sleep 1000", timeout_s=0.3)


def test_a_refused_recipe_that_is_left_as_it_is_counts_for_nothing(run: Run, desk: Path):
    run(GOOD)
    (desk / "problem.md").write_text("It selects nothing.\n")
    with pytest.raises(NoDecision, match="is as it was"):
        run("echo It is fine.")


def test_a_program_that_the_system_refuses_is_no_decision_of_its(desk: Path, tmp_path: Path):
    path = tmp_path / "binary"
    path.write_bytes(b"\x7fELF")
    path.chmod(0o755)
    with pytest.raises(RunError, match="cannot be started"):
        open_decider(f"command:'{path}'").decide(desk, print)
