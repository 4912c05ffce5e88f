"""One copy of a base model's weights, and the LoRA adapters that are mounted on it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModelForCausalLM
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
from transformers.utils import logging

from automem_graph.models.local.beginnings import Beginnings
from automem_graph.models.local.folders import ADAPTER_WEIGHTS, reason
from automem_graph.models.resolve import UnknownModel


class Weights:
    """A base model with its tokenizer, in the precision that it was saved in.

    It is on the GPU where torch finds one, else on the processor. One thread at a time may mount
    and compute; the tokenizer is for all.
    """

    def __init__(self, folder: Path) -> None:
        try:
            with quiet():
                # not AutoTokenizer: it puts an architecture's own rules in place of the saved ones
                tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
                model, found = AutoModelForCausalLM.from_pretrained(
                    folder,
                    dtype="auto",
                    local_files_only=True,
                    trust_remote_code=False,
                    output_loading_info=True,
                )
            if found["missing_keys"]:
                raise LookupError(f"its weights lack {min(found['missing_keys'])}")
        except Exception as error:  # a boundary: whatever is wrong with these files
            said = f"The model in {folder} cannot be loaded: {reason(error)}."
            raise UnknownModel(said) from error
        if not tokenizer.chat_template:
            raise UnknownModel(
                f"The tokenizer in {folder} has no chat template: take a model that was tuned for "
                "conversations."
            )
        self.folder = folder
        self.tokenizer = tokenizer
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.ends = _ends(model, tokenizer)
        self._model = model.to(self.device).eval()
        self.beginnings = Beginnings(self)
        self._mounted: dict[tuple[object, ...], str] = {}

    @property
    def context(self) -> int:
        """Tokens that a prompt and its reply may have together."""
        told = self._model.config.get_text_config()
        return int(getattr(told, "max_position_embeddings", self.tokenizer.model_max_length))

    def tokens(self, said: Sequence[Mapping[str, str]], *, asked: bool = False) -> list[int]:
        """A conversation in the words of the chat template; `asked`: up to where a reply begins."""
        text = self.tokenizer.apply_chat_template(
            list(said), tokenize=False, add_generation_prompt=asked
        )
        # the tokenizer below transformers' own, since that one is for one thread at a time
        return list(self.tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids)

    def tensors(self) -> Mapping[str, Any]:
        """All parameters there are, the adapters' included, by name."""
        return dict(self._model.named_parameters())

    def forward(self, adapters: Sequence[str], **inputs: Any) -> Any:
        """The model's output for a batch, given each row's adapter, or `BASE`.

        There are logits of the last position only.
        """
        named = {"adapter_names": list(adapters)} if self._mounted else {}
        return self._model(**inputs, **named, use_cache=True, logits_to_keep=1)

    def mount(self, folder: Path) -> str:
        """What `forward` calls the adapter in this folder, which is loaded on first use.

        One that was written anew in the same place is another adapter.
        """
        written = (folder / ADAPTER_WEIGHTS).stat()
        version = (folder, written.st_mtime_ns, written.st_size)
        if version not in self._mounted:
            name = f"adapter-{len(self._mounted)}"
            try:
                with quiet():
                    self._load(folder, name)
            except Exception as error:  # a boundary: whatever is wrong with these files
                self._forget(name)
                raise UnknownModel(
                    f"The adapter in {folder} cannot be used with the model in {self.folder}: "
                    f"{reason(error)}."
                ) from error
            self._mounted[version] = name
        return self._mounted[version]

    def _load(self, folder: Path, name: str) -> None:
        config = LoraConfig.from_pretrained(str(folder))
        config.inference_mode = True
        if not isinstance(self._model, PeftModelForCausalLM):
            self._model = PeftModelForCausalLM(
                self._model, config, name, autocast_adapter_dtype=False
            )
        found = self._model.load_adapter(
            str(folder), name, torch_device=self.device, autocast_adapter_dtype=False
        )
        strange = [*found.unexpected_keys, *(key for key in found.missing_keys if name in key)]
        if strange:
            raise LookupError(f"they do not agree about {min(strange)}")
        token = torch.zeros((1, 1), dtype=torch.long, device=self.device)
        with torch.inference_mode():  # PEFT says here which kinds of adapters it cannot mix
            self._model(input_ids=token, adapter_names=[name])

    def _forget(self, name: str) -> None:
        """Leave nothing of an adapter that was half loaded; PEFT is lost without any at all."""
        if isinstance(self._model, PeftModelForCausalLM):
            if not self._mounted:
                self._model = self._model.unload()
            elif name in self._model.peft_config:
                self._model.delete_adapter(name)


def _ends(model: Any, tokenizer: Any) -> frozenset[int]:
    """The tokens that end a reply: a model tuned for conversations may have several."""
    told = model.generation_config.eos_token_id
    found = told if isinstance(told, list) else [told]
    return frozenset({*found, tokenizer.eos_token_id} - {None})


@contextmanager
def quiet() -> Iterator[None]:
    """Without bars, and without the warnings that PEFT and transformers have for each other."""
    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if bars:
            logging.enable_progress_bar()
