"""The decider's desk: what is on it, how much, and what never is."""

import json
from pathlib import Path

import pytest

from automem_graph.episodes.layout import RunFolder
from automem_graph.proficiency import desk_turns
from automem_graph.proficiency.deciders import open_decider
from automem_graph.proficiency.desk import lay_out
from automem_graph.proficiency.desk_facts import base_facts, read_facts
from automem_graph.proficiency.desk_ledger import past_of, read_past
from automem_graph.proficiency.desk_pages import PRIORS, contract_page
from automem_graph.proficiency.desk_turns import KINDS, walk_turns
from automem_graph.proficiency.layout import TrainingFolder
from automem_graph.proficiency.reading import read_turns
from automem_graph.proficiency.recipe import Recipe
from automem_graph.proficiency.recipe_file import CONSULTS_FIRST
from support.desks import controls, failed, played
from support.playing import table
from support.scripted import routine

TRIAL, HELD_OUT = range(30042, 30050), (40042, 40043)


def say(messages):
    if routine(messages) == "plan":
        return "<|SEARCH|>a.md|room<|END|> <|ACTION|>Right<|END|>"
    return "<|APPEND|>a.md|a room `here`<|END|>\n<|DONE|>"


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    path = tmp_path_factory.mktemp("collected") / "run"
    for seed in (1, 2):
        with table(say, seed=seed, run=str(path)) as at:
            assert at.play().status == "done"
    return RunFolder(path)


@pytest.fixture
def scaffold(tmp_path: Path) -> Path:
    folder = tmp_path / "scaffold"
    folder.mkdir()
    (folder / "scaffold.toml").write_text('name = "x"\n')
    return folder


def texts(desk: Path) -> str:
    return "\n".join(path.read_text() for path in sorted(desk.rglob("*")) if path.is_file())


def test_all_that_may_be_known_is_there(tmp_path: Path, collected: RunFolder, scaffold: Path):
    desk = tmp_path / "desk"
    lay_out(desk, scaffold=scaffold, collected=collected, rows=controls())
    assert {path.name for path in desk.iterdir()} == {
        *("README.md", "CONTRACT.md", "priors.md", "scaffold", "facts.json"),
        *("ledger.md", "ledger.jsonl", "turns.md", "turns.jsonl"),
    }
    turns = [turn.view for turn in read_turns(collected)]
    assert list(walk_turns(desk / "turns.jsonl")) == turns
    facts = read_facts(desk / "facts.json")
    assert (facts.turns, facts.shown, facts.episodes) == (len(turns), len(turns), 2)
    assert facts.log + facts.plan == facts.turns
    assert f"{facts.turns:,} turns of 2 episodes" in (desk / "README.md").read_text()
    page = (desk / "turns.md").read_text()
    assert all(f"# {kind}" in page for kind in KINDS)
    assert f"- LOG writes before it has looked: {facts.log}" in page


def test_it_names_no_seed_of_a_trial(tmp_path: Path, collected: RunFolder, scaffold: Path):
    broke = failed("t2", CONSULTS_FIRST, "trial", "1 of 8 episodes failed, gates 30043 with: no")
    late = failed(
        "t3",
        CONSULTS_FIRST,
        "trial",
        "seeds 40042-40043: /x/plays/t3/episodes/s40042-0123456789/trace.jsonl",
    )
    rows = [*controls(), played("t1", CONSULTS_FIRST), broke, late]
    lay_out(
        tmp_path / "desk",
        scaffold=scaffold,
        collected=collected,
        rows=rows,
        hidden={*TRIAL, *HELD_OUT},
    )
    said = texts(tmp_path / "desk")
    assert not [seed for seed in (*TRIAL, *HELD_OUT) if str(seed) in said]
    assert "1 of 8 episodes failed, gates (a world) with: no" in said


def test_a_world_has_the_same_name_in_all_rows_and_figures_are_kept():
    rows = [*controls(), played("t1", CONSULTS_FIRST, far=0.7)]
    base, _, first = past_of(rows)
    assert list(base.worlds) == [f"w{number:02}" for number in range(1, 9)]
    assert list(base.worlds) == list(first.worlds)
    gaps = {round(first.worlds[world] - base.worlds[world], 6) for world in base.worlds}
    assert gaps == {0.2}
    assert first.progression == pytest.approx(0.7 + 0.07 / 8)
    assert first.recipe == CONSULTS_FIRST


def test_infinite_figures_can_be_read_back(tmp_path: Path, collected: RunFolder, scaffold: Path):
    rows = [played("base", writes_per_search=float("inf"))]
    lay_out(tmp_path / "desk", scaffold=scaffold, collected=collected, rows=rows)
    assert read_past(tmp_path / "desk" / "ledger.jsonl") == past_of(rows)
    assert "infinite" in (tmp_path / "desk" / "ledger.md").read_text()


def test_what_was_written_stays_with_a_problem_only(
    tmp_path: Path, collected: RunFolder, scaffold: Path
):
    desk = tmp_path / "desk"
    given = {"scaffold": scaffold, "collected": collected, "rows": controls()}
    lay_out(desk, **given)
    (desk / "recipe.json").write_text("{}")
    (desk / "README.md").unlink()
    (desk / "README.md").symlink_to(scaffold / "scaffold.toml")
    lay_out(desk, **given, problem="It selects nothing.")
    assert (desk / "recipe.json").read_text() == "{}"
    assert "It selects nothing." in (desk / "problem.md").read_text()
    assert (scaffold / "scaffold.toml").read_text() == 'name = "x"\n'
    lay_out(desk, **given)
    assert not (desk / "recipe.json").exists()
    assert not (desk / "problem.md").exists()


@pytest.mark.parametrize(("limit", "value"), [("MOST_TURNS", 7), ("MOST_BYTES", 6000)])
def test_turns_are_bounded_and_of_both_routines(
    tmp_path: Path,
    collected: RunFolder,
    scaffold: Path,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    value: int,
):
    monkeypatch.setattr(desk_turns, limit, value)
    lay_out(tmp_path / "desk", scaffold=scaffold, collected=collected, rows=())
    file = tmp_path / "desk" / "turns.jsonl"
    shown = list(walk_turns(file))
    facts = read_facts(tmp_path / "desk" / "facts.json")
    assert facts.shown == len(shown) < facts.turns
    assert len(shown) <= 7 or file.stat().st_size <= 6000
    assert {turn.routine for turn in shown} == {"log", "plan"}
    assert not list((tmp_path / "desk").glob(".*"))
    assert f"holds {len(shown)} of them" in (tmp_path / "desk" / "turns.md").read_text()


def test_the_engineer_reads_a_desk_from_real_play(
    tmp_path: Path, collected: RunFolder, scaffold: Path
):
    turns = sum(1 for _ in read_turns(collected))
    lay_out(tmp_path / "desk", scaffold=scaffold, collected=collected, rows=())
    with pytest.raises(Exception, match=f"of {turns} turns only"):
        open_decider("offline:engineer").decide(tmp_path / "desk", print)


def test_the_contract_has_every_field_with_its_range():
    page = contract_page()
    schema = Recipe.model_json_schema()
    for part, prefix in (
        ("Filters", "selection"),
        ("Composition", "composition"),
        ("Lora", "lora"),
    ):
        for field in set(schema["$defs"][part]["properties"]) - {"kind"}:
            assert f"| `{prefix}.{field}`" in page
    assert "| `lora.rank` | integer at least 1, at most 512 | `16` |" in page
    assert "at most 20,000 characters" in page
    assert "def select(turns):" in page


def test_priors_are_recipes_as_they_stand(tmp_path: Path, collected: RunFolder, scaffold: Path):
    lay_out(tmp_path / "desk", scaffold=scaffold, collected=collected, rows=())
    blocks = (tmp_path / "desk" / "priors.md").read_text().split("```json")[1:]
    found = [Recipe.model_validate_json(text.split("```")[0], strict=True) for text in blocks]
    assert found == list(PRIORS.values())
    told = [(one.lora.rank, one.lora.alpha, one.lora.epochs, one.least) for one in found]
    assert told == [(256, 512, 4, 600), (128, 256, 3, 300), (256, 512, 1, 800)]


def test_a_base_models_folder_tells_its_size(tmp_path: Path):
    import numpy
    from safetensors.numpy import save_file

    told = {"max_position_embeddings": 512, "num_hidden_layers": 3, "hidden_size": 128}
    (tmp_path / "config.json").write_text(json.dumps(told))
    save_file({"a": numpy.zeros((3, 4)), "b": numpy.zeros(5)}, tmp_path / "model.safetensors")
    facts = base_facts(tmp_path)
    assert (facts.parameters, facts.context, facts.layers, facts.width) == (17, 512, 3, 128)
    (tmp_path / "config.json").write_text("[")
    assert base_facts(tmp_path).parameters == 0
    assert base_facts(None).name == ""


def test_a_run_of_loop_2_keeps_its_desk_where_it_belongs(tmp_path: Path):
    assert TrainingFolder(tmp_path).workspace == tmp_path / "workspace"
