"""Selectors are hostile code: each attack is stopped, and told in a sentence with its line."""

import re
from collections.abc import Sequence
from typing import Any

import pytest

from automem_graph.proficiency.reading import read_turns
from automem_graph.proficiency.recipe import Code, Filters
from automem_graph.proficiency.selector import BadSelector, contract, open_selector, passes
from automem_graph.proficiency.turns import TurnView


@pytest.fixture(scope="module")
def turns(played) -> tuple[TurnView, ...]:
    return tuple(turn.view for turn in read_turns(played) if turn.view.seed == 1)


def pick(source: str, turns: Sequence[TurnView]) -> list[Any]:
    with open_selector(Code(source=source)) as selector:
        return selector.pick(turns)


def test_code_picks_from_views_of_turns(turns):
    source = (
        "def select(turns):\n return [t['id'] for t in turns if t['routine'] == 'log'] + turns[:1]"
    )
    *ids, first = pick(source, turns)
    assert ids == [turn.id for turn in turns if turn.routine == "log"]
    assert first == turns[0].as_dict()


def test_the_example_of_the_contract_is_a_selector(turns):
    (source,) = re.findall(r"```python\n(.*?)```", contract(), re.DOTALL)
    assert "3/plan" in {name.partition("/")[2] for name in pick(source.replace("0.5", "0"), turns)}


def test_the_contract_names_every_field_and_limit():
    page = contract()
    for field in (*TurnView.model_fields, "kind", "args", "result", "ok", "found", "repeated"):
        assert f"`{field}`" in page, field


ATTACKS = {
    "open('/etc/passwd').read()": "a selector may read only its own folder",
    "open('selector.py', 'w')": "a selector may not write files",
    "__import__('os').listdir('/')": "a selector may list only its own folder",
    "__import__('socket').socket()": "a selector may not open connections",
    "__import__('os').system('true')": "a selector may not start processes",
    "__import__('subprocess').run(['true'])": "a selector may not start processes",
    "__import__('ctypes').CDLL(None)": "a selector may not call C libraries",
    "__import__('automem_graph')": "a selector may import only the standard library",
    "__import__('numpy')": "a selector may import only the standard library",
    "__import__('os').kill(__import__('os').getppid(), 9)": "a selector may not send signals",
    "__import__('os')._exit(0)": "the process that ran it ended",
    "turns[0]['nothing']": "KeyError: 'nothing'",
    "bytearray(4 << 30)": "out of memory",
    "'x' * (64 << 20)": "over the limit",
    "{1}": "not JSON serializable",
    "{}": "must return a list of ids or of turns, not dict",
}


@pytest.fixture(scope="module")
def attacks(turns) -> dict[str, str]:
    """What becomes of each attack, all by one selector: it does the one that its turns name."""
    cases = "".join(f"    if n == {n}: return {code}\n" for n, code in enumerate(ATTACKS))
    told = {}
    with open_selector(
        Code(source=f"def select(turns):\n    n = turns[0]['step']\n{cases}")
    ) as one:
        for number, attack in enumerate(ATTACKS):
            with pytest.raises(BadSelector) as caught:
                one.pick([turns[0].model_copy(update={"step": number})])
            told[attack] = str(caught.value)
    return told


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_stopped_and_told(attacks, attack):
    said = attacks[attack]
    assert ATTACKS[attack] in said
    assert "\n" not in said
    assert "/tmp" not in said
    assert "(with the turns from s1-" in said
    line = 3 + list(ATTACKS).index(attack)
    if not any(word in said for word in ("ended", "limit", "JSON", "list of")):
        assert f"selector.py:{line} in select" in said


def test_an_endless_loop_ends(turns):
    with pytest.raises(BadSelector, match=r"selector\.py:2 in select: no answer within 2 s"):
        pick("def select(turns):\n    while True: pass", turns)


def test_nothing_is_left_from_one_call_to_the_next(turns):
    source = "seen = []\ndef select(turns):\n    seen.append(1)\n    return [str(len(seen))]"
    with open_selector(Code(source=source)) as selector:
        assert [selector.pick(turns), selector.pick(turns)] == [["1"], ["1"]]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def select(turns:\n", "selector.py:1: SyntaxError"),
        ("x = 1", "there is no function select"),
        ("select = 1", "there is no function select"),
        ("\n1 / 0\ndef select(turns): return []", "selector.py:2 in <module>: ZeroDivisionError"),
        ("import numpy\ndef select(turns): return []", "selector.py:1 in <module>: ImportError"),
        ("def select(): return []", "TypeError: select() takes 0 positional arguments"),
        ("\0", "selector.py"),
        ("# \u00e9\ndef select(turns): return 1", "must return a list"),
    ],
)
def test_source_that_is_no_selector_is_refused(turns, source, sentence):
    with pytest.raises(BadSelector, match=re.escape(sentence)) as caught:
        pick(source, turns)
    assert "/tmp" not in str(caught.value)


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({}, ["0/plan", "1/log", "1/plan", "2/log", "2/plan", "3/log", "3/plan", "4/log"]),
        ({"routines": ["plan"], "consults": True}, ["0/plan", "3/plan"]),
        (
            {"searches_before_writes": True},
            ["0/plan", "1/plan", "2/log", "2/plan", "3/plan", "4/log"],
        ),
        ({"finds": True}, ["2/log", "3/plan", "4/log"]),
        ({"no_repeats": True}, ["0/plan", "1/log", "1/plan", "2/plan", "3/plan"]),
        ({"episodes_above": 0.1}, []),
    ],
)
def test_filters_keep_what_all_conditions_hold_of(turns, filters, left):
    names = [turn.id for turn in turns if passes(turn, Filters(**filters))]
    assert [
        name.partition("/")[2] for name in names if not name.endswith(("5/log", "4/plan", "5/plan"))
    ] == left


def test_a_filter_against_failures(turns):
    broken = turns[3].actions[0].model_copy(update={"ok": False})
    turn = turns[3].model_copy(update={"actions": (broken, *turns[3].actions[1:])})
    assert passes(turns[3], Filters(no_failures=True))
    assert not passes(turn, Filters(no_failures=True))
    assert not passes(turn, Filters(searches_before_writes=True)), (
        "a search that failed shows nothing"
    )
