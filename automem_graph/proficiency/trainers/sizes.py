"""How a step of the optimiser is computed: in passes of as many sequences as memory allows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

MARGIN = 0.7
"""Share of the free memory that is reckoned with: what is known of a model is not all of it."""

TOKENS = 2048
"""Tokens at once on a processor at most: more are no faster there."""


def spread(model: Any, longest: int, share: int, most: int) -> tuple[int, int]:
    """Sequences of one pass, and passes of a step. Their product is `share`, or close to it.

    `longest` is the length of the longest sequence in tokens, `share` what one process takes of a
    step, `most` a limit for a pass that is set from outside, or 0 for none.
    """
    on_gpu = model.device.type == "cuda"
    fit = int(MARGIN * _free(on_gpu) / (longest * token_bytes(model, on_gpu)))
    if not on_gpu:
        fit = min(fit, TOKENS // longest)
    fit = max(1, min(fit, share, most or share))
    even = (rows for rows in range(fit, fit // 2, -1) if share % rows == 0)
    rows = next(even, fit)
    return rows, max(1, round(share / rows))


def token_bytes(model: Any, checkpointing: bool) -> int:
    """What the activations of one token take, about.

    With checkpointing each layer keeps its input, and one layer at a time all it computes.
    """
    told = model.config.get_text_config()
    width = told.hidden_size
    inner = getattr(told, "intermediate_size", None) or 4 * width
    size = 2 if model.dtype in (torch.bfloat16, torch.float16) else 4
    layer = 12 * width + 4 * inner
    layers = told.num_hidden_layers
    kept = layers * width + 2 * layer if checkpointing else layers * layer
    return int(size * kept)


class Shuffled(torch.utils.data.Sampler):  # type: ignore[misc]  # torch is not looked into
    """All sequences in a random order, by `seed` and epoch, those of one step by their lengths.

    What stands together in a step makes no difference to it, and so less of a pass is padding.
    """

    def __init__(self, lengths: Sequence[int], step: int, seed: int) -> None:
        self._lengths = lengths
        self._step = step
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        luck = torch.Generator().manual_seed(self._seed * 1_000_003 + self._epoch)
        order = torch.randperm(len(self._lengths), generator=luck).tolist()
        for number in range(math.ceil(len(order) / self._step)):
            step = order[number * self._step : (number + 1) * self._step]
            yield from sorted(step, key=lambda place: -self._lengths[place])


def _free(on_gpu: bool) -> int:
    """Bytes that are free, on the GPU of this process or in the machine."""
    if on_gpu:
        return int(torch.cuda.mem_get_info()[0])
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvail"))
    except (OSError, StopIteration):
        return 4 << 30
