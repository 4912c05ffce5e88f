"""Names made of content."""

from automem_graph.episodes.identity import Asked, engine, episode_id, run_name

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
    for field in ("task", "agent", "scaffold", "gameplay", "specialist", "engine"):
        ids.add(episode_id(ASKED.model_copy(update={field: "other"}), 42))
    ids.add(episode_id(ASKED.model_copy(update={"steps": 5}), 42))
    assert len(ids) == 9


def test_the_engine_is_a_hash_of_the_sources():
    assert len(engine()) == 12
    assert engine() == engine()
