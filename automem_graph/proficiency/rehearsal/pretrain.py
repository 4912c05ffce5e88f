"""Pre-train the base model on its lessons: plain next-token prediction, of replies above all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

from automem_graph.models.local.weights import quiet
from automem_graph.proficiency.rehearsal.lessons import take_lessons
from automem_graph.proficiency.rehearsal.schooling import CONTEXT, Phase, Schooling
from automem_graph.proficiency.rehearsal.words import (
    Tokens,
    make_tokenizer,
    tokens_of,
    without_system,
)

MUON = 4.0
"""Muon's learning rate, of Adam's."""

_GROWS, _FALLS = 0.05, 0.5
"""Shares of a phase in which the learning rate grows, and falls to nearly none at its end."""

Progress = Callable[[str], None]


def pretrain(schooling: Schooling, played: Path, folder: Path, progress: Progress) -> None:
    """Play lessons in the folder `played`, make a tokenizer of them, and train a model on them."""
    lessons = take_lessons(schooling, played, progress)
    progress("the lessons are put into tokens")
    words = make_tokenizer((*lessons.mixed, *lessons.careful), schooling.vocabulary)
    mixed = [tokens_of(lesson, words) for lesson in lessons.mixed]
    skills = [*(tokens_of(lesson, words) for lesson in lessons.careful), *mixed]
    brief = [without_system(one, words) for one in skills]
    model = new_model(schooling, words)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more cost more than they bring, for a model this small
    try:
        for number, phase in enumerate(schooling.phases, start=1):
            what = f"pre-training {number} of {len(schooling.phases)}"
            read = brief if phase.skills else mixed
            read_lessons(model, read, phase, schooling, partial(_tell, progress, what))
    finally:
        torch.set_num_threads(threads)
    with quiet():
        model.save_pretrained(folder)
    words.save_pretrained(folder)


def _tell(progress: Progress, what: str, said: str) -> None:
    progress(f"{what}: {said}")


def new_model(schooling: Schooling, tokenizer: PreTrainedTokenizerFast) -> Any:
    """A model with random weights, which follow from the seed."""
    torch.manual_seed(schooling.seed)
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=schooling.width,
        intermediate_size=2 * schooling.width,
        num_hidden_layers=schooling.layers,
        num_attention_heads=schooling.heads,
        num_key_value_heads=schooling.heads,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        initializer_range=schooling.spread,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return Qwen2ForCausalLM(config)


def read_lessons(
    model: Any, lessons: Sequence[Tokens], phase: Phase, schooling: Schooling, tell: Progress
) -> float:
    """One phase of training; returns the loss of the replies over its last tenth, in nats."""
    optimisers = _optimisers(model, phase.rate)
    schedules = [LambdaLR(one, partial(_pace, steps=phase.steps)) for one in optimisers]
    chance = torch.Generator().manual_seed(schooling.seed)
    losses: list[float] = []
    model.train()
    for step in range(1, phase.steps + 1):
        drawn = torch.randint(len(lessons), (phase.batch,), generator=chance).tolist()
        loss, of_replies = _loss(model, [lessons[place] for place in drawn])
        model.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for one in (*optimisers, *schedules):
            one.step()
        losses.append(of_replies)
        if step % 20 == 0 or step == phase.steps:
            recent = losses[-20:]
            tell(f"step {step} of {phase.steps}, loss {sum(recent) / len(recent):.3f}")
    model.eval()
    last = losses[-max(1, len(losses) // 10) :]
    return sum(last) / len(last)


def _optimisers(model: Any, rate: float) -> tuple[torch.optim.Optimizer, ...]:
    """Muon for the matrices inside the model, since it learns to look back in a third of the steps
    that Adam takes; Adam for the rest."""
    inside: list[torch.nn.Parameter] = []
    rest: list[torch.nn.Parameter] = []
    for name, one in model.named_parameters():
        (inside if one.ndim == 2 and "embed" not in name else rest).append(one)
    return (
        torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.98), weight_decay=0.01),
        torch.optim.Muon(inside, lr=MUON * rate, weight_decay=0.0),
    )


def _loss(model: Any, batch: Sequence[Tokens]) -> tuple[torch.Tensor, float]:
    """The weighted loss, and that of the replies alone."""
    longest = max(len(one.ids) for one in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    weights = torch.zeros(len(batch), longest)
    for row, one in enumerate(batch):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        weights[row, : len(one.ids)] = torch.tensor(one.weights)
    # what fills a row up stands behind it, where a causal model does not look
    logits = model(input_ids=ids, use_cache=False).logits[:, :-1]
    each = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none"
    )
    counts = weights[:, 1:].flatten()
    replies = counts == 1.0
    loss = (each * counts).sum() / counts.sum()
    return loss, float(each.detach()[replies].mean())


def _pace(step: int, steps: int) -> float:
    """The share of the highest learning rate, at a step."""
    done = (step + 1) / steps
    return min(1.0, done / _GROWS, max(0.02, (1 - done) / _FALLS))
