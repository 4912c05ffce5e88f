"""What a local model's folders hold: other weights are another hash, wherever they lie."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from automem_graph.models.local import contents as module
from automem_graph.models.local.contents import contents
from automem_graph.models.resolve import UnknownModel, resolve_model
from automem_graph.models.sampling import Sampling
from support.tiny import save_adapter, save_base


@pytest.fixture
def own(folders, tmp_path):
    """Copies that a test may change."""
    base = shutil.copytree(folders.base, tmp_path / "base")
    return base, shutil.copytree(folders.red, tmp_path / "red")


def name(base: Path, adapter: Path | None = None) -> str:
    return f"local:{base}@{adapter}" if adapter else f"local:{base}"


def flip(file: Path, place: int) -> None:
    """Change one byte and neither the size nor the times."""
    data, told = bytearray(file.read_bytes()), file.stat()
    data[place] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(told.st_atime_ns, told.st_mtime_ns))


def test_neither_the_place_nor_the_time_nor_what_lies_beside_it_matters(folders, own):
    base, adapter = own
    same = contents(name(folders.base, folders.red))
    assert len(same) == 12
    (base / "trainer_state.json").write_text("{}")
    (adapter / "README.md").write_text("retrained")
    for file in (*base.iterdir(), *adapter.iterdir()):
        file.touch()
    assert contents(name(base, adapter)) == contents(f" {name(base, adapter)} ") == same


def test_a_base_and_its_adapters_differ(folders):
    asked = (None, folders.red, folders.blue)
    assert len({contents(name(folders.base, adapter)) for adapter in asked}) == 3


@pytest.mark.parametrize("place", [8, -1])
@pytest.mark.parametrize(
    "file", ["red/adapter_model.safetensors", "base/model.safetensors", "base/tokenizer.json"]
)
def test_one_byte_is_enough(own, file, place):
    base, adapter = own
    before = contents(name(base, adapter))
    flip(base.parent / file, place)
    assert contents(name(base, adapter)) != before


def test_what_bears_on_play_beside_the_weights_counts(own):
    base, adapter = own
    seen = [contents(name(base, adapter))]
    for file in (base / "chat_template.jinja", adapter / "adapter_config.json"):
        file.write_text(file.read_text() + " ")
        seen.append(contents(name(base, adapter)))
    (base / "generation_config.json").unlink()
    seen.append(contents(name(base, adapter)))
    assert len(set(seen)) == 4


def test_of_large_files_of_a_base_size_and_samples_count(own, monkeypatch):
    base, adapter = own
    monkeypatch.setattr(module, "LARGE", 4096)
    monkeypatch.setattr(module, "SAMPLES", 3)
    monkeypatch.setattr(module, "SAMPLE", 64)
    weights = base / "model.safetensors"
    size = weights.stat().st_size
    seen = [contents(name(base, adapter))]
    for place in (0, size // 2, size - 1):
        flip(weights, place)
        seen.append(contents(name(base, adapter)))
    flip(weights, size // 4)  # between the samples
    assert contents(name(base, adapter)) == seen[-1]
    weights.write_bytes(weights.read_bytes()[:-1])
    seen.append(contents(name(base, adapter)))
    flip(adapter / "adapter_model.safetensors", 4096)  # an adapter is read whole
    seen.append(contents(name(base, adapter)))
    assert len(set(seen)) == 6


def test_of_other_models_nothing_is_known():
    for other in ("", "offline:player", "vllm:crafter-1@http://127.0.0.1:9", "openai:gpt-5.5"):
        assert contents(other) == ""


@pytest.mark.parametrize("missing", ["", "x", "{red}"])
def test_what_is_no_model_is_refused_as_it_is_elsewhere(folders, missing):
    with pytest.raises(UnknownModel, match=r"local:PATH|no folder|holds no model"):
        contents("local:" + missing.format(**folders._asdict()))


def test_what_cannot_be_read_is_one_sentence(own):
    base, _ = own
    (base / "model.safetensors").unlink()
    (base / "model.safetensors").mkdir()
    with pytest.raises(UnknownModel, match=f"The folder {base} cannot be read: .*directory"):
        contents(name(base))


def test_it_is_known_without_torch(folders):
    code = (
        "import json, sys\n"
        "from automem_graph.models.local.contents import contents\n"
        "contents(sys.argv[1])\n"
        "print(json.dumps(sorted({'torch', 'transformers', 'peft'} & set(sys.modules))))\n"
    )
    words = [sys.executable, "-c", code, name(folders.base, folders.red)]
    assert json.loads(subprocess.run(words, capture_output=True, check=True).stdout) == []


def test_a_base_that_is_written_anew_speaks_anew(tmp_path):
    greedy = Sampling(temperature=0, max_tokens=24)
    base = save_base(tmp_path / "base")
    adapter = save_adapter(tmp_path / "adapter", base, seed=1)
    said = resolve_model(name(base), greedy).invoke("Well?").text
    save_base(base, width=64)
    assert resolve_model(name(base), greedy).invoke("Well?").text != said
    shutil.rmtree(adapter)
    with pytest.raises(UnknownModel, match="no folder"):
        contents(name(base, adapter))
