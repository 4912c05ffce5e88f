"""What prompts begin with, the system message, read once: its keys and values are kept.

Every step of a task opens with the same words, so most of a short prompt need not be read again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from automem_graph.models.local.calls import Prompt

if TYPE_CHECKING:
    from automem_graph.models.local.weights import Weights

MOST = 8
"""Beginnings that are kept: the latest ones. A run has one for each task and adapter."""

_Layers = tuple[tuple[torch.Tensor, torch.Tensor], ...]


class Read(NamedTuple):
    """The beginnings of a batch's prompts."""

    cache: Any
    """Keys and values, one row for each prompt; None where nothing was read."""
    mask: torch.Tensor
    """Prompts times positions: 1 where there is a token; shorter beginnings have zeros behind."""


class Beginnings:
    """The beginnings that one copy of weights has read. For one thread at a time."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._kept: OrderedDict[tuple[str, tuple[int, ...]], _Layers] = OrderedDict()
        self._able = True

    def __len__(self) -> int:
        return len(self._kept)

    def read(self, prompts: Sequence[Prompt]) -> Read:
        """The first `shared` tokens of each prompt; of none of them where one cannot be kept."""
        layers = [self._layers(prompt) for prompt in prompts]
        nothing = torch.zeros((len(prompts), 0), dtype=torch.long, device=self._weights.device)
        if not any(layers) or not self._able:
            return Read(None, nothing)
        longest = max(prompt.shared for prompt in prompts)
        like = next(one for one in layers if one)
        cache: Any = DynamicCache()
        for number in range(len(like)):
            rows = [one[number] if one else None for one in layers]
            keys, values = (
                torch.cat([_long(row and row[side], like[number][side], longest) for row in rows])
                for side in (0, 1)
            )
            cache.update(keys, values, number)
        told = [[1] * one.shared + [0] * (longest - one.shared) for one in prompts]
        return Read(cache, torch.tensor(told, device=self._weights.device))

    def _layers(self, prompt: Prompt) -> _Layers:
        """Keys and values of the prompt's beginning, by layer; empty where there is none."""
        if not prompt.shared or not self._able:
            return ()
        named = prompt.adapter, prompt.tokens[: prompt.shared]
        if named not in self._kept:
            tokens = torch.tensor([named[1]], device=self._weights.device)
            with torch.inference_mode():
                output = self._weights.forward([prompt.adapter], input_ids=tokens)
            read = output.past_key_values
            # models that keep something else than all keys and values read their prompts as a whole
            self._able = isinstance(read, DynamicCache) and all(
                type(layer) is DynamicLayer for layer in read.layers
            )
            self._kept[named] = (
                tuple((layer.keys, layer.values) for layer in read.layers) if self._able else ()
            )
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        self._kept.move_to_end(named)
        return self._kept[named]


def _long(row: torch.Tensor | None, like: torch.Tensor, longest: int) -> torch.Tensor:
    """One prompt's keys or values, (1, heads, longest, width), with zeros behind."""
    if row is None:
        row = like[:, :, :0]
    return torch.nn.functional.pad(row, (0, 0, 0, longest - row.shape[2]))
