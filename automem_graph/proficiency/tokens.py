"""A base model's tokens: how long examples are in them, and which of a reply's make its target."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from automem_graph.agent.state import Message
from automem_graph.episodes.layout import RunError
from automem_graph.models.local.folders import name_folders
from automem_graph.models.resolve import LOCAL, UnknownModel

PIECES = 4
"""Tokens that one character may take: half of them are told as characters of their own."""


class Tokens:
    """The tokenizer in a base model's folder."""

    def __init__(self, folder: Path) -> None:
        from transformers import PreTrainedTokenizerFast

        try:
            # not AutoTokenizer: it puts an architecture's own rules in place of the saved ones
            self._words: Any = PreTrainedTokenizerFast.from_pretrained(
                folder, local_files_only=True
            )
        except Exception as error:  # a boundary: whatever is wrong with these files
            said = f"{error}".splitlines() or [type(error).__name__]
            raise RunError(f"the tokenizer in {folder} cannot be loaded: {said[0]}") from error
        if not self._words.chat_template:
            raise RunError(
                f"the tokenizer in {folder} has no chat template: take a model that was tuned for "
                "conversations"
            )

    def lengths(self, prompt: Sequence[Message], target: str) -> tuple[int, int]:
        """Tokens of a prompt as the model's chat template has it, and of a target."""
        text = self._words.apply_chat_template(
            [{"role": said["role"], "content": said["content"]} for said in prompt],
            tokenize=False,
            add_generation_prompt=True,
        )
        encode = self._words.backend_tokenizer.encode
        return (
            len(encode(text, add_special_tokens=False).ids),
            len(encode(target, add_special_tokens=False).ids),
        )

    def spell(self, ids: Sequence[int]) -> str:
        """The text of tokens."""
        return str(self._words.backend_tokenizer.decode(list(ids), skip_special_tokens=False))

    def beginning(self, ids: Sequence[int], target: str) -> tuple[int, ...]:
        """The first of a reply's tokens, those whose text is the target.

        None where no such number of tokens gives just the target: it ends inside of one, thoughts
        stand before it, or they are another model's tokens.
        """
        low, high = 0, len(ids)
        while low < high:  # the shortest beginning that is as long as the target
            middle = (low + high) // 2
            if len(self.spell(ids[:middle])) < len(target):
                low = middle + 1
            else:
                high = middle
        for end in range(max(0, low - PIECES), low + PIECES + 1):
            if self.spell(ids[:end]) == target:
                return tuple(ids[:end])
        return ()


def open_tokens(base: str | None) -> Tokens | None:
    """The tokenizer of a base model: a folder, or `local:FOLDER[@ADAPTER]`. None for any other."""
    if base is None:
        return None
    if base.startswith(LOCAL):
        try:
            return Tokens(name_folders(base.removeprefix(LOCAL)).base)
        except UnknownModel as error:
            raise RunError(str(error)) from error
    folder = Path(base).expanduser()
    return Tokens(folder) if (folder / "tokenizer.json").is_file() else None
