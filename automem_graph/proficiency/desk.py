"""The decider's desk: a folder with all that may be known when the next recipe is decided.

A decider may do anything in there: nothing that it leaves is followed, run or trusted. It is told
no seed that a recipe is judged on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib import resources
from pathlib import Path
from string import Template

from automem_graph.episodes.layout import RunFolder
from automem_graph.models.local.folders import name_folders
from automem_graph.models.resolve import LOCAL, UnknownModel
from automem_graph.proficiency.desk_facts import Facts, base_facts, read_facts
from automem_graph.proficiency.desk_ledger import past_lines, past_of, past_page
from automem_graph.proficiency.desk_pages import contract_page, priors_page
from automem_graph.proficiency.desk_turns import turns_page, write_turns
from automem_graph.proficiency.ledger import Row
from automem_graph.proficiency.reading import finished_episodes
from automem_graph.structure.desk.plain import clear, copy_plain, own_folder, write_plain


def lay_out(
    workspace: Path,
    *,
    scaffold: Path,
    collected: RunFolder,
    rows: Sequence[Row],
    problem: str = "",
    hidden: Collection[int] = (),
    base: str = "",
) -> None:
    """Lay out the desk for a decision.

    The turns are written once, since all episodes are there. With a problem, what was written about
    the recipe that it is about stays. `hidden` are seeds that no sentence of the ledger may name,
    beside those that its rows have played. `base` is `local:FOLDER`; without it, whose folder those
    who played name.
    """
    own_folder(workspace)
    turns, some, known = (workspace / name for name in ("turns.jsonl", "turns.md", "facts.json"))
    for path in workspace.iterdir():
        if path.name == "problem.md" or not (problem or path in (turns, some, known)):
            clear(path)
    if not all(path.is_file() and not path.is_symlink() for path in (turns, some, known)):
        facts = write_turns(turns, collected, base_facts(_folder_of(base or _player(collected))))
        write_plain(some, turns_page(turns, facts))
        write_plain(known, facts.model_dump_json(indent=1) + "\n")
    copy_plain(scaffold, workspace / "scaffold", read_only=True)
    past = past_of(rows, hidden)
    texts = {
        "README.md": _readme(read_facts(known)),
        "CONTRACT.md": contract_page(),
        "priors.md": priors_page(),
        "ledger.md": past_page(past),
        "ledger.jsonl": past_lines(past),
    }
    if problem:
        texts["problem.md"] = f"# Why the recipe was refused\n\n{problem}\n"
    for name, text in texts.items():
        write_plain(workspace / name, text)


def _player(collected: RunFolder) -> str:
    """The model that kept memory."""
    asked = finished_episodes([collected])[0].asked
    return asked.specialist or asked.gameplay


def _folder_of(name: str) -> Path | None:
    """The folder of a model; None where it is not a local one."""
    try:
        return name_folders(name.removeprefix(LOCAL)).base if name.startswith(LOCAL) else None
    except UnknownModel:
        return None


def _readme(facts: Facts) -> str:
    page = (resources.files(__package__) / "desk.md").read_text("utf-8")
    base = facts.base
    return Template(page).substitute(
        turns=f"{facts.turns:,}",
        shown="all" if facts.shown == facts.turns else f"{facts.shown:,}",
        episodes=f"{facts.episodes:,}",
        parameters=f"{base.parameters:,}" if base.parameters else "an unknown number of",
        context=f"{base.context:,}" if base.context else "an unknown number of",
    )
