"""The command that serves a base model and its adapters."""

import json
from pathlib import Path

import pytest

from automem_graph.models.serving import (
    Adapter,
    ServingError,
    read_adapter,
    serve_command,
    served_names,
)

BASE = "Qwen/Qwen2.5-32B-Instruct"


def adapter(name: str, **config: object) -> str:
    folder = Path("adapters") / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return f"{name}={folder}"


def value(command: list[str], option: str) -> str:
    return command[command.index(option) + 1]


def test_a_base_model_alone_is_served_without_lora():
    command = serve_command(BASE, (), 8123)
    assert command[:3] == ["vllm", "serve", BASE]
    assert value(command, "--port") == "8123"
    assert value(command, "--host") == "127.0.0.1"
    assert "--enable-prefix-caching" in command
    assert "--enable-lora" not in command


@pytest.mark.parametrize(
    ("rank", "greatest"), [(1, "1"), (8, "8"), (9, "16"), (200, "256"), (256, "256"), (300, "320")]
)
def test_the_greatest_rank_is_one_that_vllm_takes(rank, greatest):
    command = serve_command(BASE, [read_adapter(adapter("crafter-1", r=rank))], 8000)
    assert value(command, "--max-lora-rank") == greatest
    assert value(command, "--lora-modules") == "crafter-1=adapters/crafter-1"


def test_a_layer_may_have_a_greater_rank_than_the_rest():
    found = read_adapter(adapter("mixed", r=8, rank_pattern={"q_proj": 64, "k_proj": 4}))
    assert found == Adapter(name="mixed", path=Path("adapters/mixed"), rank=64)


def test_several_adapters_may_share_a_batch():
    both = [read_adapter(adapter("a", r=16)), read_adapter(adapter("b", r=64))]
    command = serve_command(BASE, both, 8000, ["--max-model-len", "16384"])
    assert value(command, "--max-loras") == "2"
    assert value(command, "--max-lora-rank") == "64"
    at = command.index("--lora-modules")
    assert command[at + 1 : at + 3] == ["a=adapters/a", "b=adapters/b"]
    assert command[-2:] == ["--max-model-len", "16384"]


@pytest.mark.parametrize("text", ["", "=", "name", "name=", "=path", "two words=path", "-x=path"])
def test_an_adapter_is_a_name_and_a_path(text):
    with pytest.raises(ServingError, match="NAME=PATH"):
        read_adapter(text)


@pytest.mark.parametrize(
    "written",
    [None, "", "{", "[]", "{}", '{"r": "big"}', '{"r": 8, "rank_pattern": {"q": "x"}}'],
)
def test_an_adapter_without_a_rank_says_where_it_was_looked_for(written):
    folder = Path("broken")
    folder.mkdir()
    if written is not None:
        (folder / "adapter_config.json").write_text(written)
    with pytest.raises(ServingError, match=r"broken/adapter_config\.json does not say .* rank"):
        read_adapter("broken=broken")


def test_a_rank_over_what_vllm_serves_is_refused():
    with pytest.raises(ServingError, match="ranks up to 512, this one is 1024"):
        read_adapter(adapter("huge", r=1024))


def test_two_models_of_one_name_are_refused():
    one = read_adapter(adapter("one", r=8))
    with pytest.raises(ServingError, match="the same name"):
        serve_command(BASE, [one, one], 8000)
    with pytest.raises(ServingError, match="the same name"):
        serve_command("one", [one], 8000)


@pytest.mark.parametrize(
    "options",
    [
        ["--served-model-name", "qwen", "qwen-32b", "--seed", "1"],
        ["--dtype", "float32", "--served-model-name=qwen"],
        ["--served-model-name", "other", "--served-model-name", "qwen"],
    ],
)
def test_the_base_may_have_another_name(options):
    specialist = read_adapter(adapter("crafter-1", r=8))
    assert served_names(BASE, [specialist], options) == ["qwen", "crafter-1"]
    assert served_names(BASE, [specialist]) == [BASE, "crafter-1"]
    with pytest.raises(ServingError, match="the same name"):
        serve_command(BASE, [read_adapter(adapter("qwen", r=8))], 8000, options)


@pytest.mark.parametrize("options", [["--port", "9000"], ["--port=9000"]])
def test_a_port_among_vllm_s_options_is_refused(options):
    with pytest.raises(ServingError, match="goes before the --"):
        serve_command(BASE, (), 8000, options)
