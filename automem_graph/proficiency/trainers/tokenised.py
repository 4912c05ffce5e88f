"""Examples in the base model's tokens: prompts just as inference feeds them, targets as it spoke.

A prompt is the chat template's text, through the tokenizer below transformers' own, as in
`models.local.chat`. A target is the tokens that the model said, where they were kept, and the one
that ends a turn.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automem_graph.proficiency.trainers.causes import brief
from automem_graph.proficiency.trainers.job import Refused
from automem_graph.proficiency.trainers.joined import joined

ROLES = ("system", "user", "assistant")


@dataclass(frozen=True)
class Tokenised:
    """The examples to train on."""

    rows: Sequence[Mapping[str, Any]]
    """Sequences, as `joined` makes them."""
    left_out: Mapping[str, int]
    """Examples that are not trained on, by reason."""

    @property
    def examples(self) -> int:
        return sum(row["examples"] for row in self.rows)

    @property
    def targets(self) -> int:
        """Target tokens of one epoch."""
        return sum(row["targets"] for row in self.rows)

    @property
    def longest(self) -> int:
        return max(len(row["input_ids"]) for row in self.rows)


class Words:
    """A base model's tokenizer, its chat template and the tokens that end a turn."""

    def __init__(self, folder: Path) -> None:
        from transformers import PreTrainedTokenizerFast

        try:
            # not AutoTokenizer: it puts an architecture's own rules in place of the saved ones
            self.tokenizer: Any = PreTrainedTokenizerFast.from_pretrained(
                folder, local_files_only=True
            )
        except Exception as error:  # a boundary: whatever is wrong with these files
            said = f"the tokenizer in {folder} cannot be loaded ({brief(error)})"
            raise Refused("base", said) from error
        if not self.tokenizer.chat_template:
            raise Refused(
                "base",
                f"the tokenizer in {folder} has no chat template: take a model that was tuned for "
                "conversations",
            )
        self._below = self.tokenizer.backend_tokenizer
        self.ends = _ends(folder, self.tokenizer.eos_token_id)
        self.end = self._turn_end(folder)

    def prompt(self, messages: Sequence[Mapping[str, Any]]) -> list[int]:
        text = self.tokenizer.apply_chat_template(
            [{"role": said["role"], "content": said["content"]} for said in messages],
            tokenize=False,
            add_generation_prompt=True,
        )
        return self.encode(text)

    def encode(self, text: str) -> list[int]:
        return list(self._below.encode(text, add_special_tokens=False).ids)

    def spell(self, ids: Sequence[int]) -> str:
        return str(self._below.decode(list(ids), skip_special_tokens=False))

    def _turn_end(self, folder: Path) -> int:
        """The token that the chat template puts after what the assistant said."""
        talk = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]
        text = self.tokenizer.apply_chat_template(talk, tokenize=False)
        found = [token for token in self.encode(text) if token in self.ends]
        if not found and self.tokenizer.eos_token_id is None:
            said = f"the model in {folder} has no token that ends a turn (eos_token)"
            raise Refused("base", said)
        return int(found[-1] if found else self.tokenizer.eos_token_id)


def tokenised(examples: Path, words: Words, limit: int) -> Tokenised:
    """The examples that have at most `limit` tokens; Refused where that is none of them."""
    kept: list[tuple[Sequence[int], Sequence[int]]] = []
    left_out: Counter[str] = Counter()
    shortest = 0
    for example in _read(examples):
        prompt, target = words.prompt(example["prompt"]), _target(example, words)
        length = len(prompt) + len(target)
        shortest = min(shortest or length, length)
        if length > limit:
            left_out[f"longer than {limit:,} tokens"] += 1
        elif set(target[:-1]) & words.ends:
            left_out["its target would end in the middle"] += 1
        else:
            kept.append((prompt, target))
    if not kept:
        raise Refused("data", _none(left_out, shortest))
    return Tokenised(joined(kept), left_out)


def _target(example: Mapping[str, Any], words: Words) -> list[int]:
    """The target's tokens, with the one that ends a turn as the model said it, or would."""
    ids = list(example.get("token_ids") or ())
    if not ids:
        return [*words.encode(example["target"]), words.end]
    end = ids.pop() if ids[-1] in words.ends else words.end
    if words.spell(ids) != example["target"]:
        raise Refused(
            "data",
            f"the tokens of example {example['id']} do not spell its target: build the data anew "
            "with this base model",
        )
    return [*ids, end]


def _read(examples: Path) -> Iterator[Mapping[str, Any]]:
    with examples.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                example = json.loads(line)
                told = {(said["role"], "tool_calls" in said) for said in example["prompt"]}
                sound = isinstance(example["target"], str) and bool(example["target"])
            except (ValueError, TypeError, KeyError) as error:
                said = f"line {number} of {examples} is no example"
                raise Refused("data", said) from error
            if not sound or not told <= {(role, False) for role in ROLES}:
                raise Refused(
                    "data",
                    f"line {number} of {examples} has no target, or messages that local models "
                    "take none of: train on episodes that were played in tags",
                )
            yield example


def _ends(folder: Path, eos: int | None) -> frozenset[int]:
    """The tokens that end a reply, as transformers finds them."""
    told = None
    for name in ("config.json", "generation_config.json"):  # the latter wins
        with suppress(OSError, ValueError):
            found = json.loads((folder / name).read_text(encoding="utf-8")).get("eos_token_id")
            told = told if found is None else found
    ends = [*(told if isinstance(told, list) else [told]), eos]
    return frozenset(end for end in ends if end is not None)


def _none(left_out: Mapping[str, int], shortest: int) -> str:
    if not left_out:
        return "there are no examples: the recipe's selection was too narrow"
    said = ", ".join(f"{count:,} {why}" for why, count in left_out.items())
    return (
        f"no example is left to train on ({said}): raise the recipe's cutoff; the shortest one has "
        f"{shortest:,} tokens"
    )
