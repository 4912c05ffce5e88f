"""What a candidate's folder in the workspace shows: source, scores, episodes, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from automem_graph.episodes.identity import episode_id
from automem_graph.episodes.keep import read_run
from automem_graph.episodes.layout import EpisodeFolder, RunFolder
from automem_graph.episodes.play import read_result
from automem_graph.evaluation.results import Key
from automem_graph.structure.desk.candidate_index import index_of
from automem_graph.structure.desk.episode_view import write_summary, write_view
from automem_graph.structure.desk.labels import labels_of
from automem_graph.structure.desk.plain import (
    clear,
    copy_plain,
    half_made,
    own_folder,
    read_plain,
    visible,
    write_plain,
)
from automem_graph.structure.desk.scores import Scores, scores_of
from automem_graph.structure.desk.summary import Summary, outcome_of
from automem_graph.structure.desk.verdict import verdict_of
from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.lineage import Row

WRITTEN = ("analysis.md", "changes.md", "diff.patch")
"""What an attempt's folder holds for people, and for the proposers after it."""
MOST_BYTES = 1 << 20


def show_candidate(
    workspace: Workspace,
    *,
    row: Row,
    scaffold: Path | None,
    run: RunFolder | None,
    keys: Sequence[Key],
    salt: str,
    attempt: Path,
    parent: str = "",
) -> Scores:
    """Write `history/<name>/` of a decided attempt, unless it is there as it would be written.

    `keys` are all worlds of the gate, whether this candidate has played them or not; `salt` draws
    their labels; `parent` names what it was made from, in a population. An attempt that is no
    scaffold or has no run shows what there is of it. Raises RunError and JournalError for a run
    that cannot be read.
    """
    labels = labels_of(keys, salt)
    episodes = _episodes(run, labels)
    results = {key: read_result(folder) if folder else None for key, folder in episodes.items()}
    scores = scores_of(results, labels)
    texts = {name: read_plain(attempt / name, MOST_BYTES) for name in WRITTEN}
    texts["verdict.md"] = visible(verdict_of(row, labels, parent))
    texts["parent.txt"] = f"{parent}\n" if parent else ""
    texts["scores.json"] = scores.model_dump_json(indent=2) + "\n"
    into = workspace.candidate(row.name)
    own_folder(workspace.path)
    own_folder(into.parent)
    if _is_there(into, texts):
        return scores
    half = half_made(into)
    try:
        for name, text in texts.items():
            if text:
                write_plain(half / name, text)
        copy_plain(scaffold or attempt / "proposal", half / "scaffold", read_only=True)
        if run is not None:
            shown = _show_episodes(episodes, labels, half / "episodes")
            write_plain(half / "index.md", index_of(row.name, scores, shown))
        clear(into)
        half.chmod(0o755)
        half.rename(into)
    finally:
        clear(half)
    return scores


def _is_there(folder: Path, texts: Mapping[str, str]) -> bool:
    """Whether the folder says just this; a proposer may have written into it."""
    if folder.is_symlink():
        return False
    return all(read_plain(folder / name, 2 * MOST_BYTES) == text for name, text in texts.items())


def _episodes(run: RunFolder | None, labels: Mapping[Key, str]) -> dict[Key, EpisodeFolder | None]:
    """The folders of the episodes by world; None where the run never asked for that world."""
    if run is None or not run.asked.exists():
        return dict.fromkeys(labels)
    asked = read_run(run)
    return {
        (task, seed): run.episode(episode_id(asked.of(task), seed)) if task in asked.tasks else None
        for task, seed in labels
    }


def _show_episodes(
    episodes: Mapping[Key, EpisodeFolder | None], labels: Mapping[Key, str], into: Path
) -> dict[str, Summary]:
    """The views of all episodes, in the order of their labels: dates of files tell no other."""
    shown: dict[str, Summary] = {}
    for key in sorted(labels, key=lambda key: labels[key]):
        folder, label = episodes[key], labels[key]
        if folder is not None and folder.trace.exists():
            shown[label] = write_view(folder, into / label)
        else:
            result = read_result(folder) if folder else None
            shown[label] = Summary.model_validate(outcome_of(key[0], result))
            write_summary(shown[label], into / label)
    return shown
