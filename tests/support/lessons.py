"""Examples to train tiny models on, and jobs for the training process."""

import json
from collections.abc import Iterable
from pathlib import Path

from automem_graph.proficiency.recipe import Lora
from automem_graph.proficiency.trainers.job import Job
from support.processes import alive

HABIT = "<|SEARCH|>map.md|gate<|END|>"
QUICK = Lora(learning_rate=1e-2, epochs=12, batch=8, rank=8, cutoff=400)
"""Enough for a habit in a few seconds: 60 steps of 40 examples."""


def lesson(number: int = 0, target: str = HABIT, **fields: object) -> dict[str, object]:
    """A line of examples.jsonl."""
    prompt = [
        {"role": "system", "content": "You keep memory."},
        {"role": "user", "content": f"Step {number}: you see gate {number * 7 % 10}."},
    ]
    return {"id": f"s1-{number}/log/0", "prompt": prompt, "target": target, **fields}


def save_lessons(path: Path, lessons: Iterable[object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) + "\n" for one in lessons))
    return path


def save_habit(path: Path) -> Path:
    return save_lessons(path, [lesson(number) for number in range(40)])


def job_for(folder: Path, base: Path, examples: Path, lora: Lora = QUICK, **fields: object) -> Job:
    """A job as the trainer makes them, for a training in this process."""
    (folder / "work").mkdir(parents=True, exist_ok=True)
    asked = {
        "examples": str(examples),
        "base": str(base),
        "adapter": str(folder / "adapter"),
        "work": str(folder / "work"),
        "progress": str(folder / "train.jsonl"),
        "lora": lora.model_dump(mode="json"),
        "seed": 0,
        "threads": 1,
    }
    return Job(**{**asked, **fields})


def rows_of(job: Job) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(job.progress).read_text().splitlines()]


def training_in(folder: Path) -> list[int]:
    """Live processes that train for an adapter in this folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if any(word.startswith(f"{folder}/") and word.endswith("job.json") for word in words):
            found.append(int(path.parent.name))
    return [process for process in found if alive(process)]
