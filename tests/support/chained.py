"""A local model with habits, and a trainer that changes them: real weights, exact behaviour.

The model is a chain: whatever it was shown, it says one of three replies, each with a chance of its
own, and ends. An adapter on it shifts the chances. `HabitTrainer` makes one that hardly writes if
its examples write nothing, so that selected turns change what random turns do not, in a second.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

from automem_graph.models.local.weights import quiet
from automem_graph.proficiency.ledger import Fitted
from automem_graph.proficiency.recipe import Lora
from automem_graph.proficiency.trainer import Heartbeat, TrainingFailed
from support import tiny

WRITE = "<|APPEND|>a.md|x<|END|><|DONE|>"
SEARCH = "<|SEARCH|>b.md|x<|END|>"
ACT = "<|ACTION|>Wait<|END|>"
CHANCES = {WRITE: 0.4, SEARCH: 0.3, ACT: 0.3}

LESS = -2.0
"""What an adapter adds to the log-odds of writing if its examples write nothing."""

HUGE, MISFIT = 512, 511
"""Ranks with which training, or playing, goes wrong."""

_HARD = 60.0
"""A weight that no chance can outweigh."""


def tokenizer(replies: Iterable[str] = CHANCES) -> PreTrainedTokenizerFast:
    """Byte-level, but that each of the replies is one token."""
    words = tiny.tokenizer()
    words.add_tokens(list(replies))
    return words


def save_base(folder: Path, context: int = 4096, chances: Mapping[str, float] = CHANCES) -> Path:
    """The model: embeddings are one-hot, and all layers but the last do nothing."""
    words = tokenizer(chances)
    vocabulary = len(words)
    constant, shift = vocabulary, vocabulary + 1  # dimensions beside those of the tokens
    width = -(-(shift + len(chances)) // 8) * 8
    config = Qwen2Config(
        vocab_size=vocabulary, hidden_size=width, intermediate_size=8, num_hidden_layers=1,
        num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=context,
        tie_word_embeddings=False, bos_token_id=None, eos_token_id=words.eos_token_id,
    )  # fmt: skip
    with quiet():
        model = Qwen2ForCausalLM(config)
    with torch.no_grad():
        for weights in model.parameters():
            weights.zero_()
        inner, layer = model.model, model.model.layers[0]
        inner.embed_tokens.weight[:, :vocabulary] = torch.eye(vocabulary)
        inner.embed_tokens.weight[:, constant] = 1.0
        for norm in (inner.norm, layer.input_layernorm, layer.post_attention_layernorm):
            norm.weight.fill_(1.0)
        layer.self_attn.v_proj.weight[constant, constant] = 1.0
        scale = math.sqrt(2 / width)  # of a token's one and the constant one, after the norm
        end, newline = words.eos_token_id, words.convert_tokens_to_ids("Ċ")
        for number, (reply, chance) in enumerate(chances.items()):
            said = words.convert_tokens_to_ids(reply)
            model.lm_head.weight[said, newline] = (_HARD + math.log(chance)) * scale
            model.lm_head.weight[said, shift + number] = scale
            model.lm_head.weight[end, said] = 2 * _HARD * scale
        model.save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


def save_adapter(folder: Path, base: Path, odds: dict[str, float]) -> None:
    """An adapter that adds to the log-odds of the replies."""
    with quiet():
        model = Qwen2ForCausalLM.from_pretrained(base)
        config = LoraConfig(r=1, lora_alpha=1, target_modules=["o_proj"], task_type="CAUSAL_LM")
        adapted = get_peft_model(model, config)
    vocabulary, width = model.config.vocab_size, model.config.hidden_size
    layer = adapted.base_model.model.model.layers[0].self_attn.o_proj
    with torch.no_grad():
        down, up = layer.lora_A["default"].weight, layer.lora_B["default"].weight
        down.zero_()
        up.zero_()
        down[0, vocabulary] = 1 / math.sqrt(width / 2)  # what the norm before it has made of one
        for number, reply in enumerate(CHANCES):
            up[vocabulary + 1 + number, 0] = odds.get(reply, 0.0)
    half = folder.with_name(f".{folder.name}")
    adapted.save_pretrained(half)
    half.rename(folder)


class HabitTrainer:
    """A trainer that needs no gradients: who never sees a write hardly writes any more.

    A rank of `HUGE` does not fit into its memory; an adapter of rank `MISFIT` fits no model.
    """

    def train(
        self,
        examples: Path,
        base: str,
        lora: Lora,
        adapter: Path,
        hear: Callable[[Heartbeat], None],
        *,
        seed: int = 0,
    ) -> Fitted:
        if lora.rank == HUGE:
            raise TrainingFailed("out of memory: take a smaller rank or batch")
        if not adapter.exists():
            said = [json.loads(line)["target"] for line in examples.read_text().splitlines()]
            hear(Heartbeat(step=1, steps=1, loss=1.0, tokens_per_second=9.0))
            odds = {} if WRITE in said else {WRITE: LESS}
            save_adapter(adapter, Path(base), odds)
            if lora.rank == MISFIT:
                (adapter / "adapter_model.safetensors").write_bytes(b"nothing")
        return Fitted(adapter=str(adapter), steps=1, first_loss=2.0, loss=1.0)
