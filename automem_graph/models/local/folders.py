"""The folders that a name names, and whether they can be a model's, found out without torch.

Of weights, which may have many gigabytes, only the headers are read.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from automem_graph.models.resolve import UnknownModel

ADAPTER_CONFIG, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"

_CONFIG, _TOKENIZER = "config.json", "tokenizer.json"
_PACKAGES = ("torch", "transformers", "peft", "safetensors")
_PLAIN = ("F32", "F16", "BF16")
"""Kinds of numbers that are never packed, so that a tensor has the shape of its module."""


class Folders(NamedTuple):
    """The folder of a base model, and that of a LoRA adapter on it, where there is one."""

    base: Path
    adapter: Path | None


def find_folders(name: str) -> Folders:
    """What `PATH[@ADAPTER]` names; UnknownModel where that cannot be a model here."""
    found = name_folders(name)
    if not all(map(find_spec, _PACKAGES)):
        raise UnknownModel(
            f"The model 'local:{name}' needs packages that are not installed: "
            "pip install 'automem-graph[local]'."
        )
    problem = "" if found.adapter is None else _misfit(found.base, found.adapter)
    if problem:
        raise UnknownModel(
            f"The adapter in {found.adapter} cannot be used with the model in {found.base}: "
            f"{problem}."
        )
    return found


def name_folders(name: str) -> Folders:
    """What `PATH[@ADAPTER]` names, if there are such folders; UnknownModel where there are not.

    An `@` in the name of a folder that exists belongs to it.
    """
    base, at, adapter = name.rpartition("@")
    if not at or Path(name).expanduser().is_dir():
        base, at, adapter = name, "", ""
    if not base or (at and not adapter):
        raise UnknownModel(
            "A name that begins with local: is local:PATH or local:PATH@ADAPTER, the folders of a "
            "base model and of a LoRA adapter on it."
        )
    found = Folders(_absolute(base), _absolute(adapter) if at else None)
    _expect(found.base, "model", _CONFIG, _TOKENIZER)
    if found.adapter is not None:
        _expect(found.adapter, "adapter", ADAPTER_CONFIG, ADAPTER_WEIGHTS)
    return found


def weight_bytes(name: str) -> int:
    """How heavy the weights of the base model are that `PATH[@ADAPTER]` names."""
    return sum(file.stat().st_size for file in name_folders(name).base.glob("*.safetensors"))


def _absolute(path: str) -> Path:
    return Path(path).expanduser().resolve()


def _expect(folder: Path, kind: str, *names: str) -> None:
    if not folder.is_dir():
        raise UnknownModel(
            f"There is no folder {folder}: local: models are read from folders, never downloaded."
        )
    for name in names:
        if not (folder / name).is_file():
            hint = ""
            if (folder / ADAPTER_CONFIG).is_file() and kind == "model":
                hint = "; an adapter follows its base model, as in local:PATH@ADAPTER"
            raise UnknownModel(f"The folder {folder} holds no {kind}: {name} is missing{hint}.")


def _misfit(base: Path, adapter: Path) -> str:
    """Why the adapter cannot share a batch with the base model; empty where nothing says so.

    What the base's files call by another name than the adapter's is left to PEFT.
    """
    try:
        config = json.loads((adapter / ADAPTER_CONFIG).read_text())
        plain = config.get("peft_type") == "LORA" and not config.get("use_dora")
        own_modules = config.get("modules_to_save")
        factors = dict(_shapes(adapter / ADAPTER_WEIGHTS))
        modules = dict(chain.from_iterable(map(_shapes, base.glob("*.safetensors"))))
    except Exception as error:  # a boundary: whatever is wrong with these files
        return f"its files cannot be read ({reason(error)})"
    if own_modules or not plain:
        return "it is not only LoRA (no DoRA, no modules_to_save)"
    for name, shape in factors.items():
        module, _, factor = name.removeprefix("base_model.model.").partition(".lora_")
        whole = modules.get(f"{module}.weight", ())
        size = {"A.weight": shape[-1], "B.weight": shape[0]}.get(factor)
        if len(whole) == 2 and size not in (None, *whole):
            return f"its factor of {module} has a side of {size}, the model's is {whole}"
    return ""


def _shapes(file: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The tensors of a safetensors file with their shapes, but for packed ones."""
    from safetensors import safe_open

    with safe_open(file, framework="np") as tensors:
        for name in tensors.keys():  # noqa: SIM118 - it is no dictionary
            told = tensors.get_slice(name)
            if told.get_dtype() in _PLAIN:
                yield name, tuple(told.get_shape())


def reason(error: Exception) -> str:
    """What a library says is wrong, on one line."""
    said = textwrap.shorten(str(error), 300, placeholder=" ...").rstrip(".")
    return said or type(error).__name__
