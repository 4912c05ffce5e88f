"""Tiny models of Qwen2's architecture with random weights, one token for each byte."""

from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import Qwen2Config, Qwen2ForCausalLM

from automem_graph.models.local.weights import quiet
from support.bytewise import END, TEMPLATE, tokenizer

__all__ = ["CONTEXT", "END", "TEMPLATE", "save_adapter", "save_base", "tokenizer"]

CONTEXT = 512


def save_base(folder: Path, width: int = 32, context: int = CONTEXT) -> Path:
    """A base model that babbles: its tokens are far from equally likely, an end is one of them."""
    words = tokenizer()
    torch.manual_seed(width)
    config = Qwen2Config(
        vocab_size=len(words),
        hidden_size=width,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        initializer_range=0.4,
        bos_token_id=None,
        eos_token_id=words.eos_token_id,
    )
    with quiet():
        Qwen2ForCausalLM(config).save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


def save_adapter(folder: Path, base: Path, seed: int, **settings: object) -> Path:
    """A LoRA adapter with random weights, which changes most of what the base says."""
    asked = {"r": 4, "target_modules": ["q_proj", "v_proj", "down_proj"], **settings}
    with quiet():
        model = Qwen2ForCausalLM.from_pretrained(base)
        torch.manual_seed(seed)
        config = LoraConfig(task_type="CAUSAL_LM", init_lora_weights=False, **asked)
        get_peft_model(model, config).save_pretrained(folder)
    return folder
