"""How many prompt characters a server has to read anew, for each model that is served.

    python benchmarks/prefixes.py [--steps 300]

Plays Crafter with the offline player, once as the only model and once as two: a specialist that
keeps memory and consults it, and a gameplay model that commits. Servers keep what they computed of
a prompt (vLLM: in blocks of 16 tokens, here of 64 characters) and reuse it for prompts with the
same beginning, but each model, and each adapter of one, has a cache of its own. Nothing is ever
dropped from these caches: a server with little memory does worse.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from automem_graph.agent.context import PlayContext
from automem_graph.agent.step import StepRow
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.play import play_on
from automem_graph.episodes.trace import prompt_of, read_trace
from automem_graph.models.resolve import resolve_model

BLOCK = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=300)
    steps = parser.parse_args().steps
    table = Table("episode", "model", "calls", "characters", "new", "repeated", title="per step")
    with tempfile.TemporaryDirectory() as folder:
        for title, specialist in {"one model": "", "two models": "specialist"}.items():
            rows = play(steps, specialist, Path(folder) / title)
            for model in dict.fromkeys(call.model for row in rows for call in row.calls):
                table.add_row(title, *figures(rows, model))
            table.add_row(title, *figures(rows, None), end_section=True)
    Console().print(table)


def play(steps: int, specialist: str, folder: Path) -> list[StepRow]:
    """The rows of an episode of the offline player, by whatever names it goes."""
    with EpisodeDesks(resolve=lambda _, how: resolve_model("offline:player", how)) as desks:
        context = PlayContext(
            steps=steps, gameplay="gameplay", specialist=specialist, run=str(folder)
        )
        episode = desks.folder(context)
        play_on(desks, context, episode.id)
        return read_trace(episode)[1]


def figures(rows: list[StepRow], model: str | None) -> list[str]:
    """The cells of a model's row; of all models together, each with its cache, without one."""
    served = {call.model for row in rows for call in row.calls}
    calls = chars = new = 0.0
    for name in served if model is None else {model}:
        texts = [text for row in rows for text in prompt_texts(row, name)]
        calls += len(texts)
        chars += sum(map(len, texts))
        new += repeated_share(texts)[1] * len(texts)
    steps = len(rows)
    shown = [model or "all", f"{calls / steps:.2f}", f"{chars / steps:,.0f}", f"{new / steps:,.0f}"]
    return [*shown, f"{1 - new / chars:.1%}"]


def prompt_texts(row: StepRow, model: str | None = None) -> Iterator[str]:
    """The prompts of a step's calls as text; of one model's, if one is named."""
    for number, call in enumerate(row.calls):
        if model in (None, call.model):
            messages = prompt_of(row, number)
            yield "".join(f"{message['role']}\n{message['content']}\n" for message in messages)


def repeated_share(prompts: Iterable[str]) -> tuple[float, float]:
    """The share of characters in 64-character blocks that repeat an earlier prompt's prefix, and
    the characters per prompt that do not."""
    seen: set[int] = set()
    repeated = total = count = 0
    for prompt in prompts:
        count += 1
        total += len(prompt)
        prefix, new = 0, False
        for end in range(BLOCK, len(prompt) + 1, BLOCK):
            prefix = hash((prefix, prompt[end - BLOCK : end]))
            new = new or prefix not in seen
            seen.add(prefix)
            repeated += 0 if new else BLOCK
    return repeated / total, (total - repeated) / count


if __name__ == "__main__":
    main()
