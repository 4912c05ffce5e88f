"""One copy of the weights for both roles, and the sentences for folders that hold none."""

import json
import shutil
import warnings

import pytest
import torch
from langchain_core.messages import HumanMessage
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from automem_graph.models.local.calls import BASE
from automem_graph.models.local.weights import Weights
from automem_graph.models.resolve import UnknownModel, resolve_model
from automem_graph.models.sampling import Sampling
from support.tiny import save_adapter, save_base, tokenizer

PROMPT = torch.tensor([tokenizer().encode("One prompt for all of them")])
GREEDY = Sampling(temperature=0, max_tokens=40)


def logits(weights, adapters):
    with torch.inference_mode():
        rows = PROMPT.repeat(len(adapters), 1)
        return weights.forward(adapters, input_ids=rows).logits[:, -1]


def reference(folders, adapter=None):
    """The same model as PEFT and transformers have it by themselves, with their `generate`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = AutoModelForCausalLM.from_pretrained(folders.base)
        if adapter:
            model = PeftModel.from_pretrained(model, adapter)
    return model.eval()


@pytest.mark.parametrize("adapter", ["", "red", "blue"])
def test_it_says_what_transformers_and_peft_say(folders, adapter):
    answer = resolve_model(f"local:{folders.name(adapter)}", GREEDY).invoke("Where is the stairs?")
    prompt = torch.tensor([answer.response_metadata["prompt_token_ids"]])
    model = reference(folders, getattr(folders, adapter, None))
    whole = model.generate(
        input_ids=prompt,
        attention_mask=torch.ones_like(prompt),
        max_new_tokens=40,
        do_sample=False,
        pad_token_id=0,
    )
    assert answer.response_metadata["token_ids"] == whole[0, prompt.shape[1] :].tolist()


def test_adapters_differ_and_without_one_it_is_exactly_the_base(folders):
    weights = Weights(folders.base)
    before = logits(weights, [BASE])
    red, blue = weights.mount(folders.red), weights.mount(folders.blue)
    assert torch.equal(logits(weights, [BASE]), before)
    assert torch.equal(before[0], reference(folders)(PROMPT, logits_to_keep=1).logits[0, -1])
    for one, other in ((BASE, red), (red, blue), (blue, BASE)):
        assert not torch.allclose(logits(weights, [one]), logits(weights, [other]), atol=0.1)
    mixed = logits(weights, [blue, BASE, red])
    apart = [logits(weights, [one])[0] for one in (blue, BASE, red)]
    assert torch.allclose(mixed, torch.stack(apart), atol=1e-4, rtol=0)


def test_both_roles_use_one_copy_of_the_weights(folders):
    gameplay = resolve_model(f"local:{folders.base}", GREEDY)
    specialist = resolve_model(f"local:{folders.base}@{folders.red}", GREEDY)
    again = resolve_model(f"local:{folders.base}/../base@{folders.red}")
    assert gameplay.invoke("Well?").text != specialist.invoke("Well?").text
    engines = [model.prepared([HumanMessage("Well?")])[0] for model in (gameplay, again)]
    assert engines[0] is engines[1]
    held = engines[0].weights.tensors()
    saved = load_file(folders.base / "model.safetensors")
    of_base = sum(one.numel() for name, one in held.items() if ".lora_" not in name)
    assert of_base == sum(one.numel() for one in saved.values())


def test_an_adapter_that_is_written_anew_is_another_one(folders, tmp_path):
    weights = Weights(folders.base)
    folder = save_adapter(tmp_path / "mine", folders.base, seed=3)
    first = weights.mount(folder)
    assert weights.mount(folder) == first
    save_adapter(folder, folders.base, seed=4)
    second = weights.mount(folder)
    assert second != first
    assert not torch.allclose(logits(weights, [first]), logits(weights, [second]), atol=0.1)


@pytest.mark.parametrize("first", [True, False])
def test_an_adapter_that_cannot_be_mounted_leaves_nothing_behind(folders, tmp_path, first):
    weights = Weights(folders.base)
    if not first:
        weights.mount(folders.blue)
    before, held = logits(weights, [BASE]), len(weights.tensors())
    for stranger in strangers(folders, tmp_path):
        with pytest.raises(UnknownModel, match=f"{stranger.name} cannot be used") as caught:
            weights.mount(stranger)
        assert "\n" not in str(caught.value)
        assert torch.equal(logits(weights, [BASE]), before)
        assert len(weights.tensors()) == held
    red = weights.mount(folders.red)
    assert not torch.allclose(logits(weights, [BASE]), logits(weights, [red]), atol=0.1)
    assert torch.equal(logits(weights, [BASE]), before)


def strangers(folders, place):
    """Folders of adapters that are not ones on this base, each for a reason of its own."""
    yield save_adapter(place / "sizes", save_base(place / "wide", width=64), seed=5)
    yield save_adapter(place / "dora", folders.base, seed=5, use_dora=True)
    modules = shutil.copytree(folders.red, place / "modules")
    config = json.loads((modules / "adapter_config.json").read_text())
    config["target_modules"] = ["query_key_value"]
    (modules / "adapter_config.json").write_text(json.dumps(config))
    yield modules
    tensors = load_file(folders.red / "adapter_model.safetensors")
    lower = {name: one for name, one in tensors.items() if "layers.1." not in name}
    upper = {name.replace("layers.0.", "layers.2."): one.clone() for name, one in lower.items()}
    for name, layers in (("shallower", lower), ("deeper", tensors | upper)):
        folder = shutil.copytree(folders.red, place / name)
        save_file(layers, folder / "adapter_model.safetensors")
        yield folder


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda base: (base / "chat_template.jinja").unlink(), "no chat template"),
        (lambda base: (base / "model.safetensors").unlink(), "cannot be loaded"),
        (lambda base: (base / "model.safetensors").write_bytes(b"\xff" * 64), "cannot be loaded"),
        (lambda base: (base / "config.json").write_text("{}"), "cannot be loaded"),
        (lambda base: (base / "tokenizer.json").write_text("{}"), "cannot be loaded"),
        (
            lambda base: save_file(
                dict(list(load_file(base / "model.safetensors").items())[1:]),
                base / "model.safetensors",
                {"format": "pt"},
            ),
            "cannot be loaded: its weights lack ",
        ),
    ],
)
def test_weights_that_cannot_be_loaded_are_one_sentence(folders, tmp_path, spoil, said):
    base = shutil.copytree(folders.base, tmp_path / "base")
    spoil(base)
    with pytest.raises(UnknownModel, match=said) as caught:
        Weights(base)
    assert "\n" not in str(caught.value)


def test_nothing_is_printed_where_people_look(folders, capfd):
    weights = Weights(folders.base)
    weights.mount(folders.red)
    assert capfd.readouterr() == ("", "")


def test_code_beside_a_model_is_not_run(folders, tmp_path):
    base = shutil.copytree(folders.base, tmp_path / "base")
    (base / "theirs.py").write_text("open('traces', 'w').close()\n")
    names = {"AutoConfig": "theirs.Config", "AutoModelForCausalLM": "theirs.Model"}
    (base / "config.json").write_text(json.dumps({"model_type": "theirs", "auto_map": names}))
    with pytest.raises(UnknownModel, match="cannot be loaded"):
        Weights(base)
    assert not (tmp_path / "traces").exists()


def test_weights_stay_in_the_precision_that_they_were_saved_in(folders, tmp_path):
    base = shutil.copytree(folders.base, tmp_path / "base")
    saved = load_file(base / "model.safetensors")
    halves = {name: one.to(torch.bfloat16) for name, one in saved.items()}
    save_file(halves, base / "model.safetensors", {"format": "pt"})
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps({**config, "dtype": "bfloat16"}))
    weights = Weights(base)
    weights.mount(folders.red)
    assert {one.dtype for one in weights.tensors().values()} == {torch.bfloat16}
    assert logits(weights, [BASE, "adapter-0"]).isfinite().all()
