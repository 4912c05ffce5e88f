"""The trainer: starts the training process, follows it, and puts the adapter in its place."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from automem_graph.proficiency.ledger import Fitted
from automem_graph.proficiency.recipe import Lora
from automem_graph.proficiency.trainer import Heartbeat, TrainingFailed
from automem_graph.proficiency.trainers.card import AUTOMEM, Making, read_making, write_making
from automem_graph.proficiency.trainers.job import Job
from automem_graph.proficiency.trainers.made_by import base_folder, made_by
from automem_graph.proficiency.trainers.staging import Staging
from automem_graph.worlds.process import exit_reason

RUN = Path(__file__).with_name("run.py")

_POLL_S = 0.1
_MAY_GO_ON = ("memory", "killed", "crash")

_OFFLINE = {
    **dict.fromkeys(("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE"), "1"),
    **dict.fromkeys(("HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK", "WANDB_DISABLED"), "true"),
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that spin while they wait starve whatever else runs
    "PYTHONDONTWRITEBYTECODE": "1",
}


class SubprocessTrainer:
    """Trains with TRL and PEFT in a process of its own, with the interpreter `python`.

    That one's environment needs the packages of `run.PACKAGES`, and need not have this one.
    `accelerate` are the arguments of `accelerate launch` for several GPUs, such as
    `("--multi_gpu", "--num_processes", "4")`; without them one process uses the first GPU that it
    may see, or `threads` threads of the processor; 0 are as many as OMP_NUM_THREADS says, or one.
    """

    def __init__(
        self, python: str = sys.executable, *, accelerate: Sequence[str] = (), threads: int = 0
    ) -> None:
        self._python = python
        self._accelerate = tuple(accelerate)
        told = os.environ.get("OMP_NUM_THREADS", "")
        self._threads = threads or (int(told) if told.isdigit() and int(told) else 1)

    def train(
        self,
        examples: Path,
        base: str,
        lora: Lora,
        adapter: Path,
        hear: Callable[[Heartbeat], None],
        *,
        seed: int = 0,
    ) -> Fitted:
        """See `trainer.Trainer`. Beside the adapter it leaves train.jsonl, a row a step.

        One that was made by the same is there to stay, and is not trained again. Whatever ends
        this (Ctrl-C, an exception of `hear`) ends the process; kill -9 does as well.
        """
        folder, adapter = base_folder(base), adapter.resolve()
        staging = Staging(adapter)
        making = made_by(examples, folder, lora, seed)
        with staging.locked() as lock:
            if adapter.exists():
                staging.discard()
                return _there(adapter, making)
            staging.lay_out(making.model_dump(mode="json"))
            job = Job(
                examples=str(examples.resolve()),
                base=str(folder),
                adapter=str(staging.adapter),
                work=str(staging.path),
                progress=str(staging.progress),
                lora=lora.model_dump(mode="json"),
                seed=seed,
                threads=self._threads,
            )
            ended = staging.ended() or self._ended(job, staging, hear, lock)
            made = Making.of(adapter, folder, making, ended)
            write_making(staging.adapter, made)
            staging.publish()
        return made.fitted

    def _ended(
        self, job: Job, staging: Staging, hear: Callable[[Heartbeat], None], lock: int
    ) -> Mapping[str, Any]:
        """Train to the end, with less at once where memory was short; the last row."""
        rows = 0
        while True:
            resume, seconds = staging.checkpoint()
            now = {"resume": resume, "seconds": seconds, "rows": rows}
            Job(**{**vars(job), **now}).save(staging.job)
            last = self._run(staging, hear, lock)
            if last.get("ended"):
                return last
            if last["failed"] == "memory" and last.get("rows", 1) > 1:
                rows = last["rows"] // 2
                continue
            if last["failed"] not in _MAY_GO_ON:
                staging.discard()
            raise TrainingFailed(last["why"])

    def _run(
        self, staging: Staging, hear: Callable[[Heartbeat], None], lock: int
    ) -> Mapping[str, Any]:
        """One process, from its start to its end; its last row, or what to say of it."""
        begun: Mapping[str, Any] = {}
        last: Mapping[str, Any] = {}
        with staging.progress.open("rb") as rows, self._started(staging, lock) as child:
            rows.seek(0, os.SEEK_END)
            runs = True
            while runs and not last:
                runs = not _ends_within(_POLL_S, child)
                for row in _new(rows):
                    if "step" in row:
                        hear(Heartbeat(**{name: row[name] for name in Heartbeat.model_fields}))
                    elif "begun" in row:
                        begun = row
                    else:
                        last = last or row
            return {**begun, **(last or _without_a_word(child.wait(), staging))}

    @contextmanager
    def _started(self, staging: Staging, lock: int) -> Iterator[subprocess.Popen[bytes]]:
        """The process, in a session of its own; nothing of it runs on when this ends.

        It holds the lock as well, and leaves when its standard input ends: if this process dies,
        the next one waits until it has.
        """
        launch = ["-m", "accelerate.commands.launch", *self._accelerate] if self._accelerate else []
        with staging.log.open("wb") as log:
            try:
                child = subprocess.Popen(
                    [self._python, *launch, str(RUN), str(staging.job)],
                    cwd=staging.path,
                    env=self._environment(),
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    pass_fds=[lock],
                    start_new_session=True,
                )
            except OSError as error:
                said = f"{self._python} cannot be started for training: {error.strerror}"
                raise TrainingFailed(said) from error
        try:
            yield child
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            assert child.stdin is not None
            child.stdin.close()
            child.wait()

    def _environment(self) -> Mapping[str, str]:
        """What the process inherits: ours, but that it asks and tells the network nothing."""
        own = {**os.environ, **_OFFLINE, "OMP_NUM_THREADS": str(self._threads)}
        if not self._accelerate:  # TRL refuses to train in one process with several
            own["CUDA_VISIBLE_DEVICES"] = own.get("CUDA_VISIBLE_DEVICES", "0").partition(",")[0]
        return own


def _there(adapter: Path, making: Any) -> Fitted:
    """What is known of an adapter that is there already; it must be the one that was asked for."""
    found = read_making(adapter)
    if found is None or found.made_by != making:
        raise TrainingFailed(
            f"{adapter} is there already and was made by something else "
            f"({AUTOMEM} says by what): give the new one another name"
        )
    return found.fitted


def _new(rows: BinaryIO) -> Iterator[dict[str, Any]]:
    """The whole lines that were added since."""
    while True:
        place = rows.tell()
        line = rows.readline()
        if not line.endswith(b"\n"):
            rows.seek(place)
            return
        yield json.loads(line)


def _ends_within(seconds: float, child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _without_a_word(status: int, staging: Staging) -> Mapping[str, Any]:
    """What is to be said of a process that ended without a last row."""
    if status == -signal.SIGKILL:
        why = (
            "the training process was killed, as a machine does that runs out of memory: lower "
            "the recipe's cutoff, rank or batch, or give it more; the same command goes on from "
            "the last checkpoint"
        )
        return {"failed": "killed", "why": why}
    said = staging.log.read_text(encoding="utf-8", errors="replace").splitlines()
    last = next((f": {line.strip()[:300]}" for line in reversed(said) if line.strip()), "")
    why = f"the training process ended without an adapter, {exit_reason(status)}{last}"
    return {"failed": "crash", "why": f"{why} ({staging.log} has all that it said)"}
