"""From picks to a file of examples: verbatim, disjoint, the same each time, checked by anyone."""

import json
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage

from automem_graph.episodes.layout import RunError, write_whole
from automem_graph.proficiency.card import Card
from automem_graph.proficiency.examples import build_data, random_turns, verify_picks
from automem_graph.proficiency.layout import TrialFolder
from automem_graph.proficiency.picks import Picks, select_turns
from automem_graph.proficiency.reading import NoData, read_turns
from automem_graph.proficiency.recipe import Code, Composition, Filters, Lora, Recipe
from automem_graph.proficiency.tokens import Tokens
from automem_graph.proficiency.trainer import Example
from automem_graph.proficiency.verify import verify_file
from support.bytewise import tokenizer
from support.habits import CONSULT, LOOK, WRITE, keeper, play

ALL = Recipe(selection=Filters())
CAREFUL = Recipe(selection=Filters(searches_before_writes=True, consults=True))
OUT = TrialFolder(Path("t1"))


def examples(out: TrialFolder = OUT) -> list[Example]:
    return [Example.model_validate_json(line) for line in out.examples.read_bytes().splitlines()]


def test_examples_are_the_picked_turns_with_tidy_ends(played):
    data = build_data([played], CAREFUL, OUT)
    made = [one for one in examples() if one.id.startswith("s1-")]
    assert [(one.id.partition("/")[2], one.target) for one in made] == [
        ("0/plan/0", CONSULT),
        ("2/log/0", LOOK),
        ("2/log/1", WRITE),
        ("3/plan/0", CONSULT),
        ("4/log/0", LOOK),
        ("4/log/1", WRITE),
    ]
    prompts = {
        f"{turn.view.id}/{number}": reply.prompt
        for turn in read_turns(played)
        for number, reply in enumerate(turn.replies)
    }
    assert all(one.prompt == prompts[one.id] for one in examples())
    assert (data.examples, data.log, data.plan, data.episodes, data.rejected) == (18, 12, 6, 3, {})


def test_a_reply_without_a_memory_action_is_left_out_and_counted(played):
    assert build_data([played], ALL, OUT).rejected == {"no memory action in the reply": 12}


def test_two_builds_are_the_same_byte_for_byte(played):
    recipe = CAREFUL.model_copy(update={"composition": Composition(most=9, log_share=0.5)})
    other = TrialFolder(Path("elsewhere/t7"))
    build_data([played], recipe, OUT)
    build_data([played], recipe, other)
    for path in sorted(OUT.data.iterdir()):
        assert path.read_bytes() == (other.data / path.name).read_bytes()
    assert {path.name for path in OUT.data.iterdir()} == {
        *("picks.json", "examples.jsonl", "card.json", "card.html"),
    }


def test_what_is_there_twice_is_kept_once(tmp_path):
    def blind(messages):
        return "<|ACTION|>Wait<|END|>" if "# PLAN" in messages[-1].text else "<|DONE|>"

    run = play(tmp_path / "run", (1,), blind, steps=4)
    again = play(tmp_path / "again", (1,), blind, steps=4, temperature=0.5)
    both = build_data([run, again], ALL, OUT)
    assert (both.log, both.episodes) == (3, 1)
    assert both.rejected["the same prompt and target again"] == 3


def test_a_seed_that_may_not_be_trained_on_is_named(played):
    with pytest.raises(NoData, match=r"^the seed 2 is for judging adapters"):
        build_data([played], ALL, OUT, forbidden_seeds=range(2, 3))
    with pytest.raises(NoData, match=r"^the seeds 2-3 are for judging"):
        build_data([played], ALL, OUT, forbidden_seeds=[9, 3, 2])
    assert not OUT.data.exists()
    select_turns([played], ALL, OUT)
    with pytest.raises(NoData, match="the seed 1 is"):
        verify_picks([played], ALL, OUT, forbidden_seeds={1})


def test_fewer_examples_than_wanted_are_a_failure_with_a_card(played):
    wants = CAREFUL.model_copy(update={"least": 19})
    with pytest.raises(NoData, match="18 examples came of 12 picked turns of 33") as caught:
        build_data([played], wants, OUT)
    assert caught.value.data.examples == 18
    assert Card.model_validate_json(OUT.card.read_bytes()).data == caught.value.data
    none = Recipe(selection=Code(source="def select(turns): return []"))
    with pytest.raises(NoData, match=r"0 examples .*: the selection is too narrow"):
        build_data([played], none, OUT)
    assert OUT.examples.read_bytes() == b""


def test_picks_of_another_recipe_are_refused(played):
    select_turns([played], ALL, OUT)
    with pytest.raises(NoData, match="by another recipe"):
        verify_picks([played], CAREFUL, OUT)


def test_an_id_that_somebody_wrote_into_the_picks_gives_nothing(played):
    picks = select_turns([played], ALL, OUT)
    forged = Picks(recipe=ALL.id, turns=9, ids=("s1-0123456789/1/log", picks.ids[0], "nonsense"))
    write_whole(OUT.data / "picks.json", forged.model_dump_json())
    data = verify_picks([played], ALL, OUT)
    assert (data.examples, data.rejected) == (1, {"no such turn": 2})


def test_the_control_is_as_many_random_examples_of_all_turns(played):
    data = random_turns([played], 10, OUT, seed=1)
    assert data.examples == 10
    first = OUT.examples.read_bytes()
    random_turns([played], 10, OUT, seed=1)
    assert OUT.examples.read_bytes() == first
    random_turns([played], 10, OUT, seed=2)
    assert OUT.examples.read_bytes() != first
    with pytest.raises(NoData, match="the seed 1 is"):
        random_turns([played], 10, OUT, forbidden_seeds=[1])


FORGERY = {
    "its prompt is not the one that the model was given": lambda one: one["prompt"].pop(),
    "its target is not what the model said": lambda one: one.update(target=WRITE + " "),
    "its target is not what the post-processing leaves of the reply": (
        lambda one: one.update(target=one["target"][:-1])
    ),
    "its tokens are not those that the model said": lambda one: one.update(token_ids=[1]),
    "there is no such reply in the trace": lambda one: one.update(id=one["id"][:-1] + "7"),
    "no run has such a step": lambda one: one.update(id="s1-0123456789/1/log/0"),
    "its id is no reply's": lambda one: one.update(id="../../etc/passwd"),
    "it is no example": lambda one: one.pop("target"),
    "it is there twice": lambda one: one.update(id=examples()[0].id),
}


@pytest.mark.parametrize("why", [*FORGERY, ""])
def test_anybody_can_check_a_file_against_the_traces(played, why):
    build_data([played], CAREFUL, OUT)
    lines = OUT.examples.read_text().splitlines()
    forged = json.loads(lines[1])
    FORGERY.get(why, dict)(forged)
    lines[1] = json.dumps(forged)
    Path("copy.jsonl").write_text("".join(f"{line}\n" for line in reversed(lines)))
    wrong = verify_file(Path("copy.jsonl"), [played])
    assert [one.why for one in wrong][:1] == ([why] if why else [])


def test_examples_moved_between_turns_are_found(played):
    build_data([played], CAREFUL, OUT)
    first, second, *rest = examples()
    swapped = [first.model_copy(update={"target": second.target}), second, *rest]
    Path("copy.jsonl").write_text("".join(f"{one.model_dump_json()}\n" for one in swapped))
    (wrong,) = verify_file(Path("copy.jsonl"), [played])
    assert (wrong.id, wrong.why) == (first.id, "its target is not what the model said")
    with pytest.raises(RunError, match="cannot be read"):
        verify_file(Path("nothing.jsonl"), [played])


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A run whose model tells its tokens, and the model's folder."""
    folder = tmp_path_factory.mktemp("told")
    words = tokenizer()
    words.save_pretrained(folder / "base")

    def say(messages):
        text = keeper(messages).replace("That", "\u00c9t\U0001f600")
        ids = words.encode(text, add_special_tokens=False)
        return AIMessage(text, response_metadata={"token_ids": [*ids, words.eos_token_id]})

    return play(folder / "run", (1,), say), folder / "base", words


def test_targets_keep_the_tokens_that_a_local_model_said(told):
    run, base, words = told
    build_data([run], CAREFUL, OUT, base=str(base))
    made = examples()
    assert made
    assert all(words.decode(one.token_ids) == one.target for one in made)
    card = Card.model_validate_json(OUT.card.read_bytes())
    assert card.with_token_ids == len(made)
    assert card.lengths["target_tokens"].total == sum(len(one.token_ids) for one in made)
    assert verify_file(OUT.examples, [run], base=str(base)) == ()


def test_without_the_base_no_tokens_are_kept(told):
    run, _, _ = told
    build_data([run], CAREFUL, OUT)
    assert not any(one.token_ids for one in examples())


def test_an_example_beyond_the_cut_off_is_left_out(told):
    run, base, _ = told
    short = CAREFUL.model_copy(update={"lora": Lora(cutoff=2600)})
    data = build_data([run], short, OUT, base=str(base))
    assert data.examples
    assert data.rejected["longer than the cut-off"]
    card = Card.model_validate_json(OUT.card.read_bytes())
    assert card.lengths["prompt_tokens"].most < 2600


def test_tokens_that_end_inside_of_another_are_dropped_and_the_text_is_kept():
    tokenizer().save_pretrained("base")
    tokens = Tokens(Path("base"))
    ids = tokenizer().encode("a\U0001f600b<|im_end|>")
    assert tokens.spell(tokens.beginning(ids, "a\U0001f600")) == "a\U0001f600"
    assert tokens.beginning(ids, "a\U0001f600b") == tuple(ids[:-1])
    assert tokens.beginning(ids, "b") == ()
    assert tokens.beginning([], "b") == ()


def test_a_base_that_is_none_is_told(played):
    Path("base").mkdir()
    Path("base/tokenizer.json").write_text("{")
    with pytest.raises(RunError, match="the tokenizer in base cannot be loaded"):
        build_data([played], ALL, OUT, base="base")
    with pytest.raises(RunError, match="There is no folder"):
        build_data([played], ALL, OUT, base="local:/nowhere")
    assert build_data([played], ALL, OUT, base="some/hub-name").examples
