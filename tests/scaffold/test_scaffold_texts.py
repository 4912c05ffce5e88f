"""What travels of a memory file: the same text arrives, and of a file that grew only the rest."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.protocols import ActionSpec
from automem_graph.scaffold.client import ScaffoldHost, Session
from automem_graph.scaffold.load import load_scaffold
from automem_graph.scaffold.texts import Heard, Told
from support.texts import Texts

NAMES = st.sampled_from(["a.md", "b.md"])
PIECES = st.text(st.sampled_from("ab\n\N{SNOWMAN}"), max_size=6)


@given(st.lists(st.tuples(NAMES, st.none() | PIECES, st.booleans()), max_size=30))
def test_the_other_side_has_every_text_that_was_told(
    changes: list[tuple[str, str | None, bool]],
) -> None:
    told, heard, files = Told(), Heard(), dict[str, str]()
    for name, text, grows in changes:
        if text is None:
            files.pop(name, None)
        else:
            files[name] = files.get(name, "") + text if grows else text
        assert heard.take(name, told.news(name, files.get(name))) == files.get(name)


def test_of_a_file_that_grew_only_the_rest_is_told() -> None:
    told = Told()
    assert told.news("log.md", "one\n") == (0, "one\n")
    assert told.news("log.md", "one\ntwo\n") == (4, "two\n")
    assert told.news("log.md", "one\ntwo\n") == (8, "")
    assert told.news("log.md", "three\n") == (0, "three\n")
    assert told.news("log.md", None) is None
    assert told.news("log.md", "four\n") == (0, "four\n")


FILES: dict[str, str] = {}


@pytest.fixture
def opened() -> Iterator[Session]:
    """A session over `FILES`, which a test changes while it is open."""
    FILES.clear()
    with ScaffoldHost.start(load_scaffold("v0")) as host, host.open_session(Texts(FILES)) as one:
        yield one


def test_a_session_sees_files_as_they_are_from_step_to_step(
    opened: Session, actions: dict[str, ActionSpec]
) -> None:
    FILES["log.md"] = "tree\n"

    def search(keyword: str) -> str:
        opened.next_step()
        return opened.run(actions["SEARCH"], {"file": "log.md", "keyword": keyword}).text

    assert search("tree") == "tree"
    FILES["log.md"] += "old tree\n"
    assert search("tree") == "tree\nold tree"
    FILES["log.md"] = "young tree\n"
    assert search("tree") == "young tree"
    tail = opened.run(actions["TAIL"], {"file": "log.md", "n": "1"}).text
    assert tail.startswith("young tree")
    del FILES["log.md"]
    assert search("tree") == "There is no file log.md."
    FILES["log.md"] = "stump\n"
    assert search("tree") == "No line of log.md contains 'tree'."
