"""Names of local models: what is no model is one sentence, at once, and without torch."""

import json
import shutil
import subprocess
import sys

import pytest

from automem_graph.models.local.chat import LocalChat
from automem_graph.models.resolve import UnknownModel, resolve_model
from automem_graph.models.sampling import Sampling
from support.tiny import save_adapter, save_base


def refused(name):
    with pytest.raises(UnknownModel) as caught:
        resolve_model(name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("local:", "local:PATH or local:PATH@ADAPTER"),
        ("local:@{red}", "local:PATH or local:PATH@ADAPTER"),
        ("local:{base}@", "local:PATH or local:PATH@ADAPTER"),
        ("local:{base}x", "There is no folder {base}x"),
        ("local:Qwen/Qwen2.5-0.5B-Instruct", "never downloaded"),
        ("local:{red}", "holds no model: config.json is missing; an adapter follows its base"),
        ("local:{base}@{red}x", "There is no folder {red}x"),
        ("local:{base}@{base}", "holds no adapter: adapter_config.json is missing."),
    ],
)
def test_a_name_that_leads_nowhere_says_what_to_type(folders, name, said):
    assert said.format(**folders._asdict()) in refused(name.format(**folders._asdict()))


@pytest.mark.parametrize("package", ["torch", "transformers", "peft"])
def test_missing_packages_are_named_by_their_extra(monkeypatch, folders, package):
    monkeypatch.setitem(sys.modules, package, None)  # as where it is not installed
    assert "pip install 'automem-graph[local]'" in refused(f"local:{folders.base}")


def test_an_adapter_of_another_base_is_refused(folders, tmp_path):
    wide = save_base(tmp_path / "wide", width=64)
    stranger = save_adapter(tmp_path / "stranger", wide, seed=5)
    said = refused(f"local:{folders.base}@{stranger}")
    assert f"The adapter in {stranger} cannot be used with the model in {folders.base}" in said
    assert "has a side of 64, the model's is (32, 32)" in said


@pytest.mark.parametrize("settings", [{"use_dora": True}, {"modules_to_save": ["lm_head"]}])
def test_an_adapter_that_shares_no_batch_is_refused(folders, tmp_path, settings):
    adapter = save_adapter(tmp_path / "adapter", folders.base, seed=5, **settings)
    assert "not only LoRA" in refused(f"local:{folders.base}@{adapter}")


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("adapter_config.json", b"{}", "not only LoRA"),
        ("adapter_config.json", b"[]", "cannot be read"),
        ("adapter_config.json", b"\xff", "cannot be read"),
        ("adapter_config.json", b'{"peft_type": "IA3"}', "not only LoRA"),
        ("adapter_model.safetensors", b"", "cannot be read"),
        ("adapter_model.safetensors", b"\xff" * 100, "cannot be read"),
        ("adapter_model.safetensors", None, "adapter_model.safetensors is missing"),
    ],
)
def test_a_spoilt_adapter_is_refused(folders, tmp_path, file, content, said):
    adapter = shutil.copytree(folders.red, tmp_path / "adapter")
    if content is None:
        (adapter / file).unlink()
    else:
        (adapter / file).write_bytes(content)
    assert said in refused(f"local:{folders.base}@{adapter}")


def test_adapters_of_any_common_kind_are_taken(folders, tmp_path):
    every = save_adapter(tmp_path / "every", folders.base, seed=6, target_modules="all-linear")
    scaled = save_adapter(
        tmp_path / "scaled", folders.base, seed=6, use_rslora=True, lora_dropout=0.1
    )
    greedy = Sampling(temperature=0, max_tokens=8)
    base = resolve_model(f"local:{folders.base}", greedy).invoke("Well?").text
    for adapter in (every, scaled):
        assert resolve_model(f"local:{folders.base}@{adapter}", greedy).invoke("Well?").text != base


def test_a_name_keeps_its_sampling(folders):
    name = f"{folders.base}@{folders.red}"
    model = resolve_model(f"  local:{name} ", Sampling(temperature=0.5, max_tokens=7))
    assert model == LocalChat(model=name, temperature=0.5, max_tokens=7)


def test_an_at_sign_may_belong_to_a_folder(folders, tmp_path, monkeypatch):
    copy = shutil.copytree(folders.base, tmp_path / "me@work")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (copy, f"{copy}@{folders.red}", "~/me@work", "me@work"):
        assert resolve_model(f"local:{name}", Sampling(max_tokens=4)).invoke("Well?").content


def test_a_name_is_checked_without_torch_and_weights_wait_for_the_first_call(folders):
    code = (
        "import json, sys\n"
        "from automem_graph.models.resolve import resolve_model\n"
        "resolve_model(sys.argv[1])\n"
        "print(json.dumps(sorted({'torch', 'transformers', 'peft'} & set(sys.modules))))\n"
    )
    name = f"local:{folders.base}@{folders.red}"
    out = subprocess.run([sys.executable, "-c", code, name], capture_output=True, check=True)
    assert json.loads(out.stdout) == []
