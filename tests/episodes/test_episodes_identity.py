"""Names made of content."""

from automem_graph.episodes.identity import Asked, engine, episode_id, run_name, suite_run_name
from automem_graph.models.sampling import Sampling

ASKED = Asked(
    task="crafter",
    steps=2000,
    agent="memory",
    scaffold="v0-abc",
    gameplay="a",
    specialist="a",
    engine="e",
)


def test_the_same_request_has_the_same_names():
    assert episode_id(ASKED, 42) == episode_id(ASKED.model_copy(), 42)
    assert run_name(ASKED) == run_name(ASKED.model_copy())
    assert run_name(ASKED).startswith("crafter-")


def test_everything_that_bears_on_play_changes_the_id():
    ids = {episode_id(ASKED, 42), episode_id(ASKED, 43)}
    fields = ["task", "agent", "scaffold", "gameplay", "specialist", "codec", "engine"]
    for field in (*fields, "weights", "specialist_weights"):
        ids.add(episode_id(ASKED.model_copy(update={field: "other"}), 42))
    ids.add(episode_id(ASKED.model_copy(update={"steps": 5}), 42))
    for field in ("sampling", "specialist_sampling"):
        for other in (Sampling(temperature=0), Sampling(max_tokens=100)):
            ids.add(episode_id(ASKED.model_copy(update={field: other}), 42))
    assert len(ids) == 16


def test_a_specialist_is_another_model_or_another_sampling():
    cold = Sampling(temperature=0)
    assert set(ASKED.models) == {"gameplay"}
    for other in ({"specialist": "b"}, {"specialist_sampling": cold}):
        assert set(ASKED.model_copy(update=other).models) == {"gameplay", "specialist"}
    assert not ASKED.model_copy(update={"gameplay": "", "specialist": ""}).models


def test_the_engine_is_a_hash_of_the_sources():
    assert len(engine()) == 12
    assert engine() == engine()


def test_a_suite_is_named_by_its_tasks_and_who_plays_them():
    other = ASKED.model_copy(update={"task": "nethack"})
    name = suite_run_name("games", [ASKED, other])
    assert name.startswith("games-")
    assert suite_run_name("games", [other, ASKED]) == name
    longer = other.model_copy(update={"steps": 3000})
    assert suite_run_name("games", [ASKED, longer]) != name
    assert suite_run_name("games", [ASKED]) == run_name(ASKED)
