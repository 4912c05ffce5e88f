"""The terse scaffold: sound like any other, and short."""

from pathlib import Path

from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.load import load_scaffold
from automem_graph.structure.checks.check import check_scaffold
from automem_graph.worlds.registry import find_task
from support.texts import Texts


def test_it_is_sound(tmp_path: Path):
    cards = [find_task(name).card for name in ("gates", "drill")]
    check_scaffold(load_scaffold("terse").path, cards, tmp_path)


def test_a_search_shows_the_last_lines_and_counts_all():
    scaffold = load_scaffold("terse")
    (search,) = (action for action in scaffold.manifest.actions if action.kind == "search")
    many = Texts({"map.md": "".join(f"c{n} Drum\n" for n in range(9)), "empty.md": ""})
    with ScaffoldHost.start(scaffold) as host, host.open_session(many) as step:
        found = step.run(search, {"file": "map.md", "keyword": "drum"})
        assert (found.text, found.found) == ("\n".join(f"c{n} Drum" for n in range(3, 9)), 9)
        for file in ("empty.md", "none.md"):
            answer = step.run(search, {"file": file, "keyword": "drum"})
            assert (answer.text, answer.found) == (f"No drum in {file}.", 0)
