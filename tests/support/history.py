"""Episodes of a workspace's history, as small as they can be."""

from pathlib import Path

from automem_graph.structure.desk.summary import Stretch, Summary, Trouble


def write_episode(folder: Path, progression: float | None, said: str = "A cow.") -> None:
    """One of two steps: the second one writes down once more what was seen."""
    (folder / "memory").mkdir(parents=True)
    (folder / "memory" / "notes.md").write_text("A cow.\n")
    page = f"# Steps from 0 on\n\n## Step 0 (0.0%)\n\n    sees    {said}\n\n"
    again = "## Step 1 (0.0%) [stuck]\n\n    LOG     APPEND notes.md A cow.\n"
    (folder / "steps-0000.md").write_text(page + again)
    summary = Summary(
        task="crafter",
        status="failed" if progression is None else "done",
        progression=progression,
        steps=2,
        stuck=(Stretch(first=1, last=3),),
        troubles={"repeated_writes": Trouble(count=4, steps=(1,))},
    )
    (folder / "summary.json").write_text(summary.model_dump_json())
