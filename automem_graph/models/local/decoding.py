"""Generate replies for several prompts at once: one token for each of them at a time.

Rows leave the batch as their replies end. Each has random numbers of its own, so what it says does
not depend on the others, but for how sums are rounded, which depends on the size of a batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch

from automem_graph.models.local.calls import Completion, Prompt
from automem_graph.models.local.weights import Weights


@dataclass(eq=False, slots=True)
class _Row:
    """A reply that is being generated."""

    number: int
    prompt: Prompt
    luck: torch.Generator
    said: list[int] = field(default_factory=list)


def decode(weights: Weights, prompts: Sequence[Prompt]) -> Iterator[Mapping[int, Completion]]:
    """After each token, the replies that it completes, by the index of their prompts."""
    rows = [_row(number, prompt, weights) for number, prompt in enumerate(prompts)]
    cache, begun = weights.beginnings.read(prompts)
    tokens, rest = _padded(prompts, begun.shape[1] > 0, weights.device)
    mask = torch.cat([begun, rest], dim=1)
    while rows:
        with torch.inference_mode():
            output = weights.forward(
                [row.prompt.adapter for row in rows],
                input_ids=tokens,
                attention_mask=mask,
                position_ids=(mask.cumsum(-1) - 1).clamp(min=0)[:, -tokens.shape[1] :],
                past_key_values=cache,
            )
            chosen = _choose(output.logits[:, -1], rows)
        for row, token in zip(rows, chosen.tolist(), strict=True):
            row.said.append(token)
        complete = {row.number: _completion(row, weights.ends) for row in rows}
        yield {number: completion for number, completion in complete.items() if completion}
        kept = [place for place, row in enumerate(rows) if not complete[row.number]]
        cache = output.past_key_values
        if 0 < len(kept) < len(rows):
            cache.batch_select_indices(torch.tensor(kept, device=weights.device))
        rows = [rows[place] for place in kept]
        tokens = chosen[kept, None]
        mask = torch.cat([mask[kept], torch.ones_like(tokens)], dim=1)


def _row(number: int, prompt: Prompt, weights: Weights) -> _Row:
    luck = torch.Generator(weights.device).manual_seed(prompt.seed)
    return _Row(number, prompt, luck)


def _padded(
    prompts: Sequence[Prompt], begun: bool, device: str
) -> tuple[torch.Tensor, torch.Tensor]:
    """The prompts with zeros to their left, as long as the longest, and where they are.

    Where their beginnings were read already, what comes behind those.
    """
    unread = [prompt.tokens[prompt.shared * begun :] for prompt in prompts]
    longest = max(map(len, unread))
    blanks = [longest - len(one) for one in unread]
    tokens = [[0] * blank + [*one] for blank, one in zip(blanks, unread, strict=True)]
    mask = [[0] * blank + [1] * (longest - blank) for blank in blanks]
    return torch.tensor(tokens, device=device), torch.tensor(mask, device=device)


def _choose(logits: torch.Tensor, rows: Sequence[_Row]) -> torch.Tensor:
    """A token for each row, drawn by Gumbel's trick.

    Taking the largest of the perturbed scores draws from the softmax, and unlike a draw from
    cumulated probabilities it is hardly moved by how these are rounded.
    """
    scores = logits.float()
    for place, row in enumerate(rows):
        if row.prompt.temperature > 0:
            waits = torch.empty_like(scores[place]).exponential_(generator=row.luck)
            scores[place] = scores[place] / row.prompt.temperature - waits.log()
    return scores.argmax(-1)


def _completion(row: _Row, ends: frozenset[int]) -> Completion | None:
    ended = row.said[-1] in ends
    if ended or len(row.said) == row.prompt.limit:
        return Completion(tuple(row.said), ended)
    return None
