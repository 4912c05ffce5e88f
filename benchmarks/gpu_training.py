"""How fast an adapter is trained on this machine's GPU, and in how much memory.

    python benchmarks/gpu_training.py [--shapes 0.5b,7b] [--cutoff 16384] [--steps 6] [--batch 4]
    python benchmarks/gpu_training.py --tiny      # any machine: a minute, to see that it runs

A few steps of LoRA on Qwen2 models of these shapes with random weights, through the trainer of loop
2 as it is (`SubprocessTrainer`), with examples that are all as long as the cut-off. Nothing is
downloaded: weights and tokenizer are made here, in a temporary folder (16 GB for 7b; --folder).

Prints, for each shape: seconds of a step without the first one, tokens a second, floating-point
operations a second, how many sequences one pass took, and the most memory and the mean utilisation
that nvidia-smi saw while it trained. On a processor: the training process's memory, and its cores.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from automem_graph.proficiency.recipe import Lora
from automem_graph.proficiency.trainer import TrainingFailed
from automem_graph.proficiency.trainers.card import Making, read_making
from automem_graph.proficiency.trainers.opening import open_trainer

SHAPES: Mapping[str, Mapping[str, Any]] = {
    "tiny": {
        **{"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2},
        **{"num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 512},
    },
    "0.5b": {
        **{"hidden_size": 896, "intermediate_size": 4864, "num_hidden_layers": 24},
        **{"num_attention_heads": 14, "num_key_value_heads": 2, "vocab_size": 151936},
    },
    "7b": {
        **{"hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28},
        **{"num_attention_heads": 28, "num_key_value_heads": 4, "vocab_size": 152064},
        "tie_word_embeddings": False,
    },
    "32b": {
        **{"hidden_size": 5120, "intermediate_size": 27648, "num_hidden_layers": 64},
        **{"num_attention_heads": 40, "num_key_value_heads": 8, "vocab_size": 152064},
        "tie_word_embeddings": False,
    },
}
"""Those of Qwen2.5, which has this architecture."""

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TARGET = "<|SEARCH|>map.md|gate<|END|>"
SIGHT = "You see a cow to the north-east, water to the south, and a table. "


def main(words: Sequence[str] | None = None) -> int:
    """Measure each shape; 1 where one of them could not be trained."""
    asked = _asked(words)
    console = Console()
    found: list[Measured] = []
    failed = 0
    for shape in asked.shapes.split(","):
        try:
            found.append(measure(shape, asked))
        except TrainingFailed as why:
            failed = 1
            console.print(f"{shape}: {why}", markup=False)
    if found:
        console.print(_table(found, asked))
    if asked.json is not None:
        asked.json.write_text(json.dumps([vars(one) for one in found], indent=1), "utf-8")
    return failed


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--tiny", action="store_true", help="a model for a processor")
    parser.add_argument("--shapes", default="0.5b,7b", help=", ".join(SHAPES))
    parser.add_argument("--cutoff", type=int, default=16_384, help="tokens of an example")
    parser.add_argument("--steps", type=int, default=6, help="steps of the optimiser")
    parser.add_argument("--batch", type=int, default=4, help="examples of a step")
    parser.add_argument("--rank", type=int, default=256, help="on attention; the paper's is 256")
    parser.add_argument("--python", default="", help="of the environment to train in")
    parser.add_argument("--accelerate", default="", help="arguments of accelerate launch")
    parser.add_argument("--folder", type=Path, help="where the weights may lie meanwhile")
    parser.add_argument("--json", type=Path, help="the figures, as a file")
    asked = parser.parse_args(words)
    if asked.tiny:
        small = {"shapes": "tiny", "cutoff": 256, "steps": 3, "batch": 2, "rank": 8}
        vars(asked).update(small)
    if unknown := set(asked.shapes.split(",")) - SHAPES.keys():
        parser.error(f"there is no shape {min(unknown)}; there are {', '.join(SHAPES)}")
    if asked.steps < 2:
        parser.error("the first step is not counted: give --steps 2 or more")
    if not asked.tiny and not _has_gpu():
        parser.error("there is no GPU here that nvidia-smi knows of: try --tiny")
    return asked


@dataclass(frozen=True)
class Measured:
    """What was seen of one shape."""

    shape: str
    parameters: int
    trained: int
    device: str
    longest: int
    """Tokens of a sequence."""
    rows: int
    passes: int
    processes: int
    step_seconds: float
    tokens_per_second: float
    """Of all sequences, prompts included, over all processes."""
    tflops: float
    memory_gib: float
    utilisation: float
    """Mean per cent of the GPU while steps were made; of one core on a processor."""
    versions: Mapping[str, str]


def measure(shape: str, asked: argparse.Namespace) -> Measured:
    """Train a few steps on a model of this shape, made for it and thrown away."""
    folder = Path(tempfile.mkdtemp(prefix="gpu-training-", dir=asked.folder))
    try:
        parameters = save_model(shape, folder / "base", asked.cutoff)
        save_examples(folder, asked.cutoff, asked.steps * asked.batch)
        lora = Lora(
            rank=asked.rank, alpha=2 * asked.rank, targets="attention", epochs=1,
            batch=asked.batch, cutoff=asked.cutoff,
        )  # fmt: skip
        adapter = folder / "adapter"
        trainer = open_trainer(asked.python, asked.accelerate)
        watch = Watch()
        with watch.watching():
            trainer.train(
                folder / "examples.jsonl", str(folder / "base"), lora, adapter,
                lambda beat: watch.step(beat.step),
            )  # fmt: skip
        making = read_making(adapter)
        assert making is not None, "the trainer writes it"
        rows = (folder / "train.jsonl").read_text("utf-8").splitlines()
        return _measured(shape, parameters, making, rows, watch)
    finally:
        shutil.rmtree(folder)


def save_model(shape: str, folder: Path, context: int) -> int:
    """A model with random weights and a token for each byte; its number of parameters."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    words = _tokenizer()
    given = {"tie_word_embeddings": True, **SHAPES[shape]}
    config = Qwen2Config(
        **given, max_position_embeddings=context, bos_token_id=None,
        eos_token_id=words.eos_token_id,
    )  # fmt: skip
    gpu = torch.cuda.is_available()
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16 if gpu else torch.float32)
    try:
        with torch.device("cuda" if gpu else "cpu"):
            model = Qwen2ForCausalLM(config)
        model.save_pretrained(folder, max_shard_size="4GB")
        parameters = int(model.num_parameters())
    finally:
        torch.set_default_dtype(torch.float32)
    del model
    if gpu:
        torch.cuda.empty_cache()
    words.save_pretrained(folder)
    return parameters


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bytewise = Tokenizer(models.BPE(vocab={one: at for at, one in enumerate(alphabet)}, merges=[]))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    bytewise.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=bytewise, eos_token="<|im_end|>", pad_token="<|im_end|>",
        extra_special_tokens=["<|im_start|>"], chat_template=TEMPLATE,
    )  # fmt: skip


def save_examples(folder: Path, cutoff: int, examples: int) -> None:
    """Examples of conversations that have nothing in common, each of `cutoff` tokens."""
    frame = len("^user\n^\n^assistant\n") + len(TARGET) + 1  # ^ is a token, as each byte is
    room = cutoff - frame
    with (folder / "examples.jsonl").open("w", encoding="utf-8") as file:
        for number in range(examples):
            text = f"{number} {SIGHT * (room // len(SIGHT) + 1)}"[:room]
            prompt = [{"role": "user", "content": text}]
            line = {"id": f"s1-{number}/log/0", "prompt": prompt, "target": TARGET}
            file.write(json.dumps(line) + "\n")


@dataclass
class Watch:
    """When steps were told, and what nvidia-smi says once a second of the busiest GPU."""

    memory_mib: float = 0.0
    busy: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    _stepping: threading.Event = field(default_factory=threading.Event)

    def step(self, number: int) -> None:
        self._stepping.set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        told = _smi("--query-gpu=memory.used,utilization.gpu", "-lms=1000") if _has_gpu() else None
        reader = threading.Thread(target=self._read, args=(told,)) if told else None
        if reader:
            reader.start()
        try:
            yield
        finally:
            if told and reader:
                told.terminate()
                reader.join()
                told.wait()
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.wall_seconds = time.monotonic() - began
            self.cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            if not told:
                self.memory_mib = after.ru_maxrss / 1024

    def _read(self, told: subprocess.Popen[str]) -> None:
        assert told.stdout is not None
        with told.stdout as lines:
            for line in lines:
                memory, _, busy = line.partition(",")
                if memory.strip().isdigit() and busy.strip().isdigit():
                    self.memory_mib = max(self.memory_mib, float(memory))
                    if self._stepping.is_set():
                        self.busy.append(float(busy))


def _measured(
    shape: str, parameters: int, making: Making, lines: Sequence[str], watch: Watch
) -> Measured:
    """The figures of all steps but the first, in which much is set up."""
    rows = [row for line in lines if "step" in (row := json.loads(line))]
    ended = json.loads(lines[-1])
    told = [row["tokens_per_second"] for row in rows]
    # what has been computed by the end of each step, by the trainer's own count and clock
    tokens = ended["longest"] * making.sequences / len(rows)
    ends = [tokens * (at + 1) / rate for at, rate in enumerate(told)]
    seconds = (ends[-1] - ends[0]) / (len(ends) - 1)
    rate = tokens / seconds
    gpu = making.device == "cuda"
    share = statistics.fmean(watch.busy) if watch.busy else 0.0
    return Measured(
        shape=shape,
        parameters=parameters,
        trained=making.trained,
        device=making.device,
        longest=int(ended["longest"]),
        rows=making.rows,
        passes=making.passes,
        processes=making.processes,
        step_seconds=round(seconds, 3),
        tokens_per_second=round(rate, 1),
        tflops=round(rate * operations(shape, parameters, int(ended["longest"])) / 1e12, 6),
        memory_gib=round(watch.memory_mib / 1024, 2),
        utilisation=round(share if gpu else 100 * watch.cpu_seconds / watch.wall_seconds, 1),
        versions=making.versions,
    )


def operations(shape: str, parameters: int, length: int) -> float:
    """Floating-point operations for a token of a sequence, without what checkpointing repeats.

    A weight costs 2 forward and 2 backward, since only the adapter's weights have gradients;
    attention 4 a layer, its width and each token before, and twice that backward.
    """
    told = SHAPES[shape]
    width, tied = told["hidden_size"], told.get("tie_word_embeddings", True)
    looked_up = 0 if tied else told["vocab_size"] * width
    attention = 12 * told["num_hidden_layers"] * width * length / 2
    return float(4 * (parameters - looked_up) + attention)


def _table(found: Sequence[Measured], asked: argparse.Namespace) -> Table:
    versions = ", ".join(f"{name} {version}" for name, version in found[0].versions.items())
    gpu = found[0].device == "cuda"
    table = Table(
        title=f"LoRA of rank {asked.rank} on attention, {asked.batch} examples a step of "
        f"{asked.cutoff:,} tokens, {asked.steps - 1} steps after the first; on {_device()}",
        caption=versions,
    )
    table.add_column("shape")
    for one in found:
        table.add_column(one.shape, justify="right")
    for name, cells in {
        "parameters": [f"{one.parameters:,}" for one in found],
        "trained": [f"{one.trained:,}" for one in found],
        "sequences a pass x passes x processes": [
            f"{one.rows} x {one.passes} x {one.processes}" for one in found
        ],
        "seconds a step": [f"{one.step_seconds:.2f}" for one in found],
        "tokens a second": [f"{one.tokens_per_second:,.0f}" for one in found],
        "TFLOP/s": [f"{one.tflops:,.3g}" for one in found],
        f"peak memory{' of a GPU' * gpu}, GiB": [f"{one.memory_gib:.2f}" for one in found],
        f"{'GPU' if gpu else 'one core'} busy, %": [f"{one.utilisation:.0f}" for one in found],
    }.items():
        table.add_row(name, *cells)
    return table


def _device() -> str:
    if not _has_gpu():
        return "a processor"
    with _smi("--query-gpu=name") as told:
        return "; ".join(told.communicate()[0].split("\n")).strip("; ")


def _has_gpu() -> bool:
    if shutil.which("nvidia-smi") is None:
        return False
    return subprocess.run(["nvidia-smi", "-L"], capture_output=True, check=False).stdout != b""


def _smi(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["nvidia-smi", *words, "--format=csv,noheader,nounits"], stdout=subprocess.PIPE, text=True
    )


if __name__ == "__main__":
    sys.exit(main())
