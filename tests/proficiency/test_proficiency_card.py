"""The data card: complete, the same for the same data, and harmless whatever models wrote."""

import re
from pathlib import Path

import pytest

from automem_graph.proficiency.card import Card
from automem_graph.proficiency.examples import build_data
from automem_graph.proficiency.layout import TrialFolder
from automem_graph.proficiency.reading import NoData
from automem_graph.proficiency.recipe import Code, Filters, Recipe
from support.habits import play
from support.scripted import by_routine

OUT = TrialFolder(Path("t1"))
HOSTILE = "</pre><script>alert(1)</script>\u202e\x1b[2J{{ 7919 * 7 }}"


def built(*runs, recipe=None) -> tuple[Card, str]:
    build_data(runs, recipe or Recipe(selection=Filters()), OUT)
    return Card.model_validate_json(OUT.card.read_bytes()), (OUT.data / "card.html").read_text()


def test_a_card_says_what_the_examples_are_and_where_they_come_from(played):
    card, page = built(played)
    assert (card.turns, card.picked, card.finished, card.data.examples) == (33, 33, 3, 27)
    assert (card.seeds, card.models, card.most_per_episode) == ("1-3", ("gameplay",), 9)
    assert card.tasks == {"support.toy:CORRIDOR": 27}
    assert [name.partition("-")[0] for name in card.scaffolds] == ["v0"]
    assert set(card.lengths) == {"prompt_chars", "target_chars"}
    spread = card.lengths["target_chars"]
    assert 0 < spread.least <= spread.median <= spread.most <= spread.total
    assert [one.id.split("/")[2] for one in card.samples] == ["log"] * 3 + ["plan"] * 3
    for words in ("27 examples", "support.toy:CORRIDOR", "no memory action in the reply", "1-3"):
        assert words in page
    assert str(played.path) not in page


def test_what_models_and_selectors_wrote_stands_on_the_page_as_text(tmp_path):
    log = f"<|APPEND|>a.md|{HOSTILE}<|END|><|DONE|>"
    run = play(tmp_path / "run", (1,), by_routine(log, "<|ACTION|>Right<|END|>"))
    source = f"def select(turns):\n    # {HOSTILE!r}\n    return turns + ['<img src=x>']"
    card, page = built(run, recipe=Recipe(selection=Code(source=source)))
    assert HOSTILE in card.samples[0].target
    assert "alert(1)" in page
    for tag in ("<script", "<img", "\u202e", "\x1b", "55433"):
        assert tag not in re.sub("<style>.*</style>", "", page, flags=re.DOTALL)
    assert "default-src 'none'" in page


def test_a_card_of_nothing_is_a_page_too(played):
    with pytest.raises(NoData):
        built(played, recipe=Recipe(selection=Filters(episodes_above=1)))
    assert Card.model_validate_json(OUT.card.read_bytes()).data.examples == 0
    assert "There are none." in (OUT.data / "card.html").read_text()
