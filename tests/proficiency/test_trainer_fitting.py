"""What is trained on, and what cannot be trained: the training process's own code, in this one."""

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from safetensors.torch import load_file, save_file
from transformers import MambaConfig, MambaForCausalLM, Qwen2ForCausalLM

from automem_graph.models.local.chat import LocalChat
from automem_graph.proficiency.trainers.causes import cause
from automem_graph.proficiency.trainers.job import Refused
from automem_graph.proficiency.trainers.joined import MASKED, joined
from automem_graph.proficiency.trainers.tokenised import Words, tokenised
from support.lessons import HABIT, QUICK, job_for, lesson, rows_of, save_habit, save_lessons
from support.tiny import END, save_base

BRIEF = QUICK.model_copy(update={"epochs": 1})
TURN = [
    {"role": "system", "content": "You keep memory."},
    {"role": "user", "content": "You see <|RESULT|> é 漢 \x1b[31m."},
]
LATER = [
    *TURN,
    {"role": "assistant", "content": HABIT},
    {"role": "user", "content": "Nothing found."},
]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return save_base(tmp_path_factory.mktemp("models") / "base")


@pytest.fixture(scope="module")
def words(base):
    return Words(base)


def fit(job):
    from automem_graph.proficiency.trainers.fitting import quiet

    with quiet():
        from automem_graph.proficiency.trainers import fitting

    fitting.fit(job, 0.0)


def refused(job) -> Refused:
    with pytest.raises(Refused) as caught:
        fit(job)
    return caught.value


def test_prompts_are_what_inference_feeds(base, words):
    kinds = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    for talk in (TURN, LATER):
        said = [kinds[one["role"]](one["content"]) for one in talk]
        _, prompt = LocalChat(model=str(base)).prepared(said)
        assert tuple(words.prompt(talk)) == prompt.tokens


def test_a_target_ends_as_the_model_would_end_it(words, tmp_path):
    (end,) = words.encode(END)
    ids = [*words.encode("<|DO"), *words.encode("NE|>")]
    for given in ([], ids, [*ids, end]):
        path = save_lessons(tmp_path / "e.jsonl", [lesson(target="<|DONE|>", token_ids=given)])
        (row,) = tokenised(path, words, 400).rows
        trained = [label for label in row["labels"] if label != MASKED]
        assert trained == [*ids, end]
        assert row["input_ids"][-len(trained) :] == trained
        assert row["targets"] == len(trained)


def test_tokens_that_say_something_else_are_refused(words, tmp_path):
    path = save_lessons(tmp_path / "e.jsonl", [lesson(token_ids=words.encode("<|DONE|>"))])
    with pytest.raises(Refused, match="example s1-0/log/0 do not spell its target: build the data"):
        tokenised(path, words, 400)


def test_what_is_too_long_is_left_out_and_never_cut(words, tmp_path):
    lessons = [lesson(0), lesson(1, target=HABIT * 4), lesson(2, target=f"x{END}y")]
    path = save_lessons(tmp_path / "e.jsonl", lessons)
    data = tokenised(path, words, 120)
    assert data.left_out == {
        "longer than 120 tokens": 1,
        "its target would end in the middle": 1,
    }
    assert (data.examples, data.targets) == (1, len(HABIT) + 1)
    with pytest.raises(Refused, match=r"2 longer than 64 tokens.*raise the recipe's cutoff.*97"):
        tokenised(save_lessons(tmp_path / "f.jsonl", lessons[:2]), words, 64)


@pytest.mark.parametrize(
    "line",
    [
        [],
        {"id": "x"},
        lesson(target=""),
        lesson() | {"prompt": [{"role": "tool", "content": "x", "tool_call_id": "1"}]},
        lesson() | {"prompt": [{"role": "assistant", "content": "x", "tool_calls": []}]},
    ],
)
def test_what_is_no_example_is_refused(words, tmp_path, line):
    path = save_lessons(tmp_path / "e.jsonl", [lesson(), line])
    with pytest.raises(Refused, match="line 2 of"):
        tokenised(path, words, 400)


def test_replies_of_one_conversation_are_computed_together(base, words, tmp_path):
    lessons = [
        {"id": "b", "prompt": LATER, "target": "<|DONE|>"},
        {"id": "a", "prompt": TURN, "target": HABIT},
        {"id": "c", "prompt": TURN, "target": "<|SEARCH|>map"},
    ]
    path = save_lessons(tmp_path / "e.jsonl", lessons)
    rows = tokenised(path, words, 400).rows
    assert sorted(row["examples"] for row in rows) == [1, 2]
    model = Qwen2ForCausalLM.from_pretrained(base, dtype=torch.float32)

    def losses(row) -> list[float]:
        """Of each target token, in order."""
        ids, labels = torch.tensor([row["input_ids"]]), torch.tensor([row["labels"]])
        with torch.inference_mode():
            told = model(ids).logits[0, :-1].log_softmax(-1)
        return [
            -told[place, label].item()
            for place, label in enumerate(labels[0, 1:].tolist())
            if label != MASKED
        ]

    one = {
        len(prompt): losses(joined([(prompt, target)])[0])
        for prompt, target in (
            (words.prompt(said["prompt"]), [*words.encode(said["target"]), words.end])
            for said in lessons[:2]
        )
    }
    (both,) = (row for row in rows if row["examples"] == 2)
    expected = [loss for _, alone in sorted(one.items()) for loss in alone]
    assert losses(both) == pytest.approx(expected, abs=1e-4)


def test_steps_have_as_many_examples_whatever_they_are_computed_in(base, tmp_path):
    lessons = []
    for number in range(12):
        first = lesson(number)
        said = {"role": "assistant", "content": HABIT}
        then = [*first["prompt"], said, {"role": "user", "content": "Found."}]
        lessons += [first, {"id": "x", "prompt": then, "target": "<|DONE|>"}]
    job = job_for(tmp_path, base, save_lessons(tmp_path / "e.jsonl", lessons), BRIEF)
    fit(job)
    ended = rows_of(job)[-1]
    assert (ended["examples"], ended["sequences"], ended["steps"]) == (24, 12, 3)
    assert ended["rows"] * ended["passes"] == 4


def test_the_loss_is_on_all_of_the_targets_or_nothing_is_trained(base, words, tmp_path):
    from automem_graph.proficiency.trainers import adapted, fitting

    job = job_for(tmp_path, base, save_habit(tmp_path / "e.jsonl"), BRIEF)
    data = tokenised(Path(job.examples), words, 400)
    masked = [dict(row, labels=[MASKED] * len(row["labels"])) for row in data.rows]
    with fitting.quiet():
        model = adapted.with_lora(
            adapted.load_base(base, adapted.load_config(base)), job.lora, base
        )
        trainer = fitting.open_trainer(job, model, words, replace(data, rows=masked), 0.0)
        with pytest.raises(Refused, match="the loss would be on 0 tokens, and the targets have"):
            trainer.train()


def test_other_epochs_have_another_order_and_the_same_seed_the_same(base):
    from automem_graph.proficiency.trainers.sizes import Shuffled

    lengths = [number % 7 for number in range(40)]
    orders = []
    for seed, epoch in ((0, 0), (0, 0), (0, 1), (1, 0)):
        sampler = Shuffled(lengths, 8, seed)
        sampler.set_epoch(epoch)
        orders.append(list(sampler))
        assert sorted(orders[-1]) == list(range(40))
        for start in range(0, 40, 8):
            step = [lengths[place] for place in orders[-1][start : start + 8]]
            assert step == sorted(step, reverse=True)
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]
    assert orders[0] != orders[3]


def test_a_pass_takes_what_memory_allows(base):
    from automem_graph.proficiency.trainers.sizes import TOKENS, spread

    model = Qwen2ForCausalLM.from_pretrained(base)
    assert spread(model, 100, 16, 0) == (16, 1)
    assert spread(model, TOKENS // 5, 16, 0) == (4, 4)
    assert spread(model, 100, 16, 2) == (2, 8)
    assert spread(model, 100, 13, 4) == (4, 3)
    assert spread(model, 10 * TOKENS, 7, 0) == (1, 7)


def test_damaged_weights_are_told_from_a_rate_that_is_too_high(base, tmp_path):
    damaged = tmp_path / "damaged"
    shutil.copytree(base, damaged)
    weights = load_file(damaged / "model.safetensors")
    weights["model.norm.weight"][0] = math.nan
    save_file(weights, damaged / "model.safetensors", {"format": "pt"})
    examples = save_habit(tmp_path / "e.jsonl")
    why = refused(job_for(tmp_path / "a", damaged, examples, BRIEF))
    assert (why.kind, "base model's weights are damaged" in why.why) == ("loss", True)
    wild = BRIEF.model_copy(update={"learning_rate": 0.1, "alpha": 4096, "rank": 1, "epochs": 30})
    steep = tmp_path / "steep"
    shutil.copytree(base, steep)
    weights = load_file(steep / "model.safetensors")
    for name in weights:
        if "norm" in name:
            weights[name] *= 1e18  # far, but not yet too far, for 32 bits
    save_file(weights, steep / "model.safetensors", {"format": "pt"})
    why = refused(job_for(tmp_path / "b", steep, examples, wild))
    assert (why.kind, "lower the recipe's learning_rate" in why.why) == ("loss", True)


def test_a_base_that_cannot_be_loaded_is_refused(base, tmp_path):
    examples = save_habit(tmp_path / "e.jsonl")
    for name, spoil, said in (
        ("unknown", {"model_type": "nonesuch"}, "nonesuch"),
        ("larger", {"num_hidden_layers": 3}, "its weights lack model.layers.2"),
    ):
        folder = tmp_path / name
        shutil.copytree(base, folder)
        config = json.loads((folder / "config.json").read_text()) | spoil
        (folder / "config.json").write_text(json.dumps(config | {"layer_types": None}))
        why = refused(job_for(tmp_path / f"{name}-job", folder, examples, BRIEF))
        assert (why.kind, said in why.why) == ("base", True), why.why


def test_targets_that_match_nothing_are_refused(base, tmp_path):
    from automem_graph.proficiency.trainers import adapted, fitting

    model = Qwen2ForCausalLM.from_pretrained(base)
    assert adapted.attention_of(model) == ["k_proj", "o_proj", "q_proj", "v_proj"]
    mamba = MambaForCausalLM(MambaConfig(vocab_size=9, hidden_size=8, num_hidden_layers=1))
    lora = BRIEF.model_dump()
    for targets, said in (
        ("attention", "is called attention .mamba.: set the recipe's targets to all-linear"),
        (
            "all-linear",
            "PEFT can put no adapter on all-linear of the model in .*take other targets",
        ),
    ):
        with fitting.quiet(), pytest.raises(Refused, match=said) as caught:
            adapted.with_lora(mamba, lora | {"targets": targets}, tmp_path)
        assert caught.value.kind == "targets"


def test_memory_that_is_spent_is_told_as_such():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 50)
    assert cause(caught.value).kind == "memory"
    assert "lower the recipe's cutoff or rank" in cause(MemoryError()).why
    assert cause(ValueError("x")).why == "training broke off with ValueError (x)"
