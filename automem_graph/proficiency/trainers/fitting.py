"""The training itself: TRL's SFTTrainer, with the loss on targets only.

That it is so is checked in every pass: a template that masks everything trains nothing and looks
well (trl issue 4147).
"""

from __future__ import annotations

import math
import os
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import PrinterCallback, TrainerCallback, set_seed
from transformers.utils import logging
from trl import SFTConfig, SFTTrainer
from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

from automem_graph.proficiency.trainers.adapted import load_base, load_config, with_lora
from automem_graph.proficiency.trainers.job import Job, Refused
from automem_graph.proficiency.trainers.sizes import Shuffled, spread
from automem_graph.proficiency.trainers.tokenised import Tokenised, Words, tokenised

CHECKPOINTS = 0.1
"""Share of the steps between two checkpoints."""

LAST = 0.1
"""Share of the steps at the end whose mean is the loss that training came to."""

_SCHEDULES = {"cosine": "cosine", "linear": "linear", "constant": "constant_with_warmup"}


def fit(job: Job, began: float) -> None:
    """Train as asked and leave the adapter's files; Refused says why that cannot be.

    `began` is when the process did, in seconds of `time.monotonic`.
    """
    with quiet():
        base = Path(job.base)
        words, config = Words(base), load_config(base)
        context = getattr(config.get_text_config(), "max_position_embeddings", None)
        limit = min(job.lora["cutoff"], context or job.lora["cutoff"])
        data = tokenised(Path(job.examples), words, limit)
        if not torch.cuda.is_available():
            torch.set_num_threads(job.threads)
        dtype = config.dtype or torch.float32
        set_seed(job.seed)
        model = with_lora(load_base(base, config), job.lora, base)
        trainer = open_trainer(job, model, words, data, began)
        if trainer.is_world_process_zero():
            job.tell(begun=True, rows=trainer.args.per_device_train_batch_size)
        trainer.train(resume_from_checkpoint=job.resume or None)
        _save(trainer, Path(job.adapter), dtype)
    if trainer.is_world_process_zero():
        job.tell(**_summary(job, trainer, data), seconds=round(_took(job, began), 1))


def open_trainer(job: Job, model: Any, words: Words, data: Tokenised, began: float) -> Any:
    """TRL's trainer, set up as the job asks."""
    lora, gpu = job.lora, torch.cuda.is_available()
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    batch = round(lora["batch"] * len(data.rows) / data.examples)
    share = math.ceil(max(1, batch) / processes)
    rows, passes = spread(model, data.longest, share, job.rows)
    settings = SFTConfig(
        output_dir=job.work,
        per_device_train_batch_size=rows,
        gradient_accumulation_steps=passes,
        num_train_epochs=lora["epochs"],
        learning_rate=lora["learning_rate"],
        lr_scheduler_type=_SCHEDULES[lora["schedule"]],
        warmup_steps=lora["warmup"],
        max_grad_norm=1.0,
        seed=job.seed,
        data_seed=job.seed,
        use_cpu=not gpu,
        bf16=gpu and torch.cuda.is_bf16_supported(),
        gradient_checkpointing=gpu,
        max_length=None,  # nothing is cut
        packing=False,
        completion_only_loss=True,
        remove_unused_columns=False,
        logging_strategy="steps",
        logging_steps=1,
        logging_nan_inf_filter=False,  # else a loss that is no number would be shown as zero
        save_strategy="steps",
        save_steps=CHECKPOINTS,
        save_total_limit=1,
        report_to="none",
        disable_tqdm=True,
        log_level="error",
        dataloader_pin_memory=gpu,
        ddp_find_unused_parameters=False,
    )
    pad = words.tokenizer.pad_token_id
    lengths = [len(row["input_ids"]) for row in data.rows]
    trainer = _Fitting(
        sampler=Shuffled(lengths, rows * passes * processes, job.seed),
        model=model,
        args=settings,
        processing_class=words.tokenizer,
        train_dataset=Dataset.from_list(list(data.rows)),
        data_collator=_Collator(words.end if pad is None else pad),
        callbacks=[_Reporter(job, began)],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


class _Fitting(SFTTrainer):  # type: ignore[misc]  # trl is not looked into
    """SFTTrainer that makes sure what the loss is on, and tells nobody but us."""

    def __init__(self, sampler: Shuffled, **settings: Any) -> None:
        self._sampler = sampler
        super().__init__(**settings)

    def _get_train_sampler(self, train_dataset: Any = None) -> Shuffled:
        return self._sampler

    def compute_loss(self, model: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        targets, labels = int(inputs.pop("targets").sum()), int((inputs["labels"] != -100).sum())
        if not 0 < labels == targets:
            said = f"the loss would be on {labels:,} tokens, and the targets have {targets:,}"
            raise Refused("data", said)
        return super().compute_loss(model, inputs, *args, **kwargs)

    def _send_telemetry(self) -> None:
        """Nothing is sent."""

    def create_model_card(self, *args: Any, **kwargs: Any) -> None:
        """Ours is written at the end."""


class _Collator:
    """TRL's, with the number of target tokens of each example beside."""

    def __init__(self, pad: int) -> None:
        self._pads = DataCollatorForLanguageModeling(pad_token_id=pad)

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        batch: dict[str, Any] = self._pads(list(rows))
        batch["targets"] = torch.tensor([row["targets"] for row in rows])
        return batch


class _Reporter(TrainerCallback):  # type: ignore[misc]  # transformers is not looked into
    """Writes a row for each step, and ends a training whose loss is no number."""

    def __init__(self, job: Job, began: float) -> None:
        self._job = job
        self._began = began
        self._training = began

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        self._training = time.monotonic()

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        if "loss" not in logs:
            return
        if not math.isfinite(logs["loss"]):
            raise Refused("loss", _diverged(state.global_step))
        if state.is_world_process_zero:
            took = time.monotonic() - self._training
            self._job.tell(
                step=state.global_step,
                steps=state.max_steps,
                loss=logs["loss"],
                tokens_per_second=round(logs["num_tokens"] / max(took, 1e-9), 1),
                learning_rate=logs["learning_rate"],
                seconds=round(_took(self._job, self._began), 1),
            )


def _diverged(step: int) -> str:
    if step == 1:
        return (
            "the loss is no number before anything was trained: the base model's weights are "
            "damaged, or too large for their precision"
        )
    return f"the loss is no number any more at step {step:,}: lower the recipe's learning_rate"


def _save(trainer: Any, adapter: Path, dtype: Any) -> None:
    """Write the adapter alone, in the precision of the base, as inference reads it."""
    sharded = trainer.is_fsdp_enabled or trainer.is_deepspeed_enabled
    model = trainer.accelerator.unwrap_model(trainer.model)
    tensors = trainer.accelerator.get_state_dict(trainer.model_wrapped) if sharded else None
    factors = {
        name: tensor.to(dtype).cpu()
        for name, tensor in (tensors or model.state_dict()).items()
        if "lora_" in name
    }
    if not all(bool(tensor.isfinite().all()) for tensor in factors.values()):
        raise Refused("loss", _diverged(trainer.state.global_step))
    if trainer.is_world_process_zero():
        told = model.peft_config["default"]
        told.target_modules = sorted(told.target_modules)  # a set has another order each time
        model.save_pretrained(str(adapter), state_dict=factors, save_embedding_layers=False)


def _summary(job: Job, trainer: Any, data: Tokenised) -> Mapping[str, Any]:
    losses = [row["loss"] for row in trainer.state.log_history if "loss" in row]
    last = losses[-math.ceil(LAST * len(losses)) :]
    return {
        "ended": True,
        "steps": trainer.state.global_step,
        "first_loss": losses[0],
        "loss": sum(last) / len(last),
        "tokens": data.targets,
        "examples": data.examples,
        "sequences": len(data.rows),
        "left_out": data.left_out,
        "longest": data.longest,
        "device": trainer.model.device.type,
        "processes": trainer.accelerator.num_processes,
        "rows": trainer.args.per_device_train_batch_size,
        "passes": trainer.args.gradient_accumulation_steps,
        "trained": trainer.model.num_parameters(only_trainable=True),
        "versions": {name: version(name) for name in ("torch", "transformers", "peft", "trl")},
    }


def _took(job: Job, began: float) -> float:
    return job.seconds + time.monotonic() - began


@contextmanager
def quiet() -> Iterator[None]:
    """Without bars, and without the warnings that these libraries have for each other."""
    bars, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
