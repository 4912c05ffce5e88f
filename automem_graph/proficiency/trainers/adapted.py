"""A base model with a fresh LoRA adapter on it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM

from automem_graph.proficiency.trainers.causes import brief, cause
from automem_graph.proficiency.trainers.job import Refused

_ATTENTION = re.compile("attn|attention", re.IGNORECASE)
_SHARDED = ("ACCELERATE_USE_FSDP", "ACCELERATE_USE_DEEPSPEED")


def load_config(folder: Path) -> Any:
    """The configuration of a base model; Refused for an architecture that is not known here."""
    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # a boundary: whatever is wrong with these files
        raise _unloadable(folder, error) from error


def load_base(folder: Path, config: Any) -> Any:
    """The base model: in bfloat16 on a GPU that has it, else in 32 bits."""
    gpu = torch.cuda.is_available()
    bf16 = gpu and torch.cuda.is_bf16_supported()
    here = gpu and not any(os.environ.get(name) == "true" for name in _SHARDED)
    try:
        model, found = AutoModelForCausalLM.from_pretrained(
            folder,
            config=config,
            dtype=torch.bfloat16 if bf16 else torch.float32,
            device_map={"": int(os.environ.get("LOCAL_RANK", "0"))} if here else None,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except Exception as error:  # a boundary: whatever is wrong with these files
        if cause(error).kind == "memory":
            raise
        raise _unloadable(folder, error) from error
    if found["missing_keys"]:
        lost = f"its weights lack {min(found['missing_keys'])}"
        raise Refused("base", f"the model in {folder} cannot be loaded ({lost})")
    return model


def with_lora(model: Any, lora: Mapping[str, Any], base: Path) -> Any:
    """The model with an adapter that changes nothing yet; Refused where it fits nowhere."""
    targets = "all-linear" if lora["targets"] == "all-linear" else attention_of(model)
    if not targets:
        raise Refused(
            "targets",
            f"no layer of the model in {base} is called attention ({model.config.model_type}): "
            "set the recipe's targets to all-linear",
        )
    config = LoraConfig(
        task_type="CAUSAL_LM",
        base_model_name_or_path=str(base),
        r=lora["rank"],
        lora_alpha=lora["alpha"],
        lora_dropout=lora["dropout"],
        target_modules=targets,
        bias="none",
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:
        raise Refused(
            "targets",
            f"PEFT can put no adapter on {lora['targets']} of the model in {base} "
            f"({brief(error)}): take other targets, or another base",
        ) from error


def attention_of(model: Any) -> Sequence[str]:
    """The linear layers in attention, by the last parts of their names that tell them apart."""
    inside = [name for name in _linear(model) if _ATTENTION.search(name.rpartition(".")[0])]
    outside = {name.rpartition(".")[2] for name in set(_linear(model)) - set(inside)}
    parts = [name.split(".") for name in inside]
    return sorted({".".join(part[-2 if part[-1] in outside else -1 :]) for part in parts})


def _linear(model: Any) -> Iterator[str]:
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear) or type(module).__name__ == "Conv1D":
            yield name


def _unloadable(folder: Path, error: Exception) -> Refused:
    return Refused("base", f"the model in {folder} cannot be loaded ({brief(error)})")
