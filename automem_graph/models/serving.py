"""One `vllm serve` for a base model and its specialists: all of them from one copy of the weights.

A LoRA adapter is served under a name of its own beside the base model's, so that base and
specialist are two names at one address: `vllm:NAME@URL`.
"""

from __future__ import annotations

import argparse
import json
import operator
import re
from collections.abc import Sequence
from pathlib import Path

from automem_graph.protocols import Frozen

HOST = "127.0.0.1"
"""vLLM by itself listens to the whole network, and without a key."""

RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
"""What vLLM takes as its greatest rank (`MaxLoRARanks`); an adapter's own may lie between them."""

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}", re.ASCII)


class ServingError(RuntimeError):
    """A server that cannot be started or has ended; one sentence on why and what to do."""


class Adapter(Frozen):
    """A LoRA adapter, by the name under which it is served."""

    name: str
    path: Path
    rank: int


def read_adapter(text: str) -> Adapter:
    """The adapter that `NAME=PATH` describes; PATH is a folder that PEFT has written."""
    name, _, path = text.partition("=")
    if not _NAME.fullmatch(name) or not path:
        raise ServingError(
            f"--adapter takes NAME=PATH with a plain NAME, as in crafter-1=adapters/crafter-1; "
            f"it got {text!r}"
        )
    config = Path(path) / "adapter_config.json"
    try:
        told = json.loads(config.read_text(encoding="utf-8"))
        rank = max(map(operator.index, [told["r"], *told.get("rank_pattern", {}).values()]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ServingError(
            f"{config} does not say the adapter's rank ({type(error).__name__}): --adapter takes a "
            "folder that PEFT has written"
        ) from error
    if rank > RANKS[-1]:
        raise ServingError(f"{config}: vLLM serves ranks up to {RANKS[-1]}, this one is {rank}")
    return Adapter(name=name, path=Path(path), rank=rank)


def serve_command(
    base: str, adapters: Sequence[Adapter], port: int, options: Sequence[str] = ()
) -> list[str]:
    """The words of the command; `options` are vLLM's own and come last, where they win.

    Prefix caching is what makes one conversation per step cheap. The model's own sampling defaults
    are left out, so that nothing is sampled in a way that a run does not say: for Qwen2.5 they
    would add top_p, top_k and a repetition penalty to every request.
    """
    if _said(options, "port") is not None:
        raise ServingError("the port goes before the --: it says where the server is looked for")
    names = served_names(base, adapters, options)
    if len(set(names)) < len(names):
        raise ServingError("two of the models have the same name: each needs one of its own")
    words = ["vllm", "serve", base, "--host", HOST, "--port", str(port)]
    words += ["--enable-prefix-caching", "--generation-config", "vllm"]
    if adapters:
        rank = max(adapter.rank for adapter in adapters)
        words += ["--enable-lora", "--max-loras", str(len(adapters))]
        words += ["--max-lora-rank", str(next(size for size in RANKS if size >= rank))]
        words += ["--lora-modules", *(f"{one.name}={one.path}" for one in adapters)]
    return [*words, *options]


def served_names(base: str, adapters: Sequence[Adapter], options: Sequence[str] = ()) -> list[str]:
    """What the models are called there: the base as `--served-model-name` says, then adapters."""
    given = _said(options, "served-model-name")
    return [*((given or [])[:1] or [base]), *(adapter.name for adapter in adapters)]


def _said(options: Sequence[str], name: str) -> list[str] | None:
    """The values that vLLM will take for one of its options; None where it is not there."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument(f"--{name}", f"--{name.replace('-', '_')}", nargs="*", dest="values")
    values: list[str] | None = parser.parse_known_args(options)[0].values
    return values
