"""`automem trace`: an episode, or one of its steps, as a person wants to read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.rule import Rule
from rich.text import Text

from automem_graph.agent.step import StepRow
from automem_graph.cli.console import USAGE, clear_errors, out, print_json, shown, stop
from automem_graph.cli.memory import show_diff
from automem_graph.episodes.layout import EpisodeFolder, find_episode
from automem_graph.episodes.trace import Header, read_trace
from automem_graph.memory.journal import read_rows
from automem_graph.memory.rows import files_at

STYLES = {"system": "dim", "user": "cyan", "assistant": "green", "tool": "blue"}


def trace(
    episode: Annotated[Path, typer.Argument(help="An episode's folder, or a run with just one.")],
    step: Annotated[
        int | None, typer.Option(min=0, help="Read this step: prompts, replies, files, answer.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the step, or the header and all steps, as JSON.")
    ] = False,
) -> None:
    """Read what an episode recorded.

    Without --step: a line per step. With it: the whole conversation of that step as the models
    saw it, what changed in the files as a diff, and what the world answered.
    """
    with clear_errors():
        folder = find_episode(episode)
        header, rows = read_trace(folder)
    if step is not None and step >= len(rows):
        stop(f"{folder.path} has steps 0 to {len(rows) - 1}; there is no step {step}.", USAGE)
    if as_json:
        chosen = rows if step is None else [rows[step]]
        for row in ([header] if step is None else []) + chosen:
            print_json(row.model_dump_json())
    elif step is None:
        _overview(header, rows)
    else:
        _one_step(folder, rows[step])


def _overview(header: Header, rows: list[StepRow]) -> None:
    out.print(shown(f"{header.asked.task}, seed {header.seed}, {header.asked.player}"))
    for row in rows:
        calls = " ".join(action.call.replace("\n", " ") for action in row.actions)
        line = f"{row.step:>6}  {row.answer.progression:>6.1%}  {row.action:<20} {calls}"
        out.print(shown(line), overflow="ellipsis", no_wrap=True)


def _one_step(folder: EpisodeFolder, row: StepRow) -> None:
    replies = {call.prompt: call for call in row.calls}
    for place, message in enumerate(row.messages):
        role = message["role"]
        title = role
        if call := replies.get(place):
            title = f"{call.role} ({call.model}), {call.routine}, {call.usage.output} tokens"
        elif role == "assistant":
            title = "assistant, an earlier step"
        out.print(Rule(Text(title), align="left", style=STYLES[role]))
        if call and (call.thoughts or call.error):
            out.print(shown(call.thoughts or call.error), style="dim italic", soft_wrap=True)
        style = STYLES[role] if role == "system" else ""
        out.print(shown(message["content"]), style=style, soft_wrap=True)
        for made in message.get("tool_calls", ()):
            out.print(shown(f"{made['name']} {json.dumps(made['args'], ensure_ascii=False)}"))
    journal = list(read_rows(folder.journal))
    out.print(Rule("files", align="left", style="magenta"))
    show_diff(files_at(journal, row.step), files_at(journal, row.step + 1))
    out.print(Rule("the world", align="left", style="yellow"))
    for rejection in row.rejections:
        out.print(shown(f"The scaffold sent the action back: {rejection}"))
    note = f" {row.note}" if row.note else " No action was committed." if row.fallback else ""
    out.print(shown(f"{row.action}.{note}"))
    out.print(shown(row.answer.text), soft_wrap=True)
