"""`offline:reviewer`: diagnoses by rules, and takes parts from a menu.

It searches a menu of parts that holds good answers: it rehearses loop 1, and proves nothing about
meta-LLMs. Free and deterministic: the same workspace gives the same edits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean

from automem_graph.scaffold.errors import ScaffoldError
from automem_graph.structure.desk.plain import one_line, read_plain, write_plain
from automem_graph.structure.desk.workspace import Workspace
from automem_graph.structure.lineage import Spent
from automem_graph.structure.parts.part import PartError, read_part, shelf
from automem_graph.structure.parts.wire import take
from automem_graph.structure.proposer import NoIdea, NoProposal
from automem_graph.structure.reviewer.candidates import Incumbent, find_incumbent, read_episodes
from automem_graph.structure.reviewer.diagnosis import Finding, diagnose
from automem_graph.structure.reviewer.evidence import Episode
from automem_graph.structure.reviewer.menu import Bundle, answered, bundles, wider
from automem_graph.structure.reviewer.report import analysis_of, changes_of

MOST_TRIES = 3
"""Attempts against one incumbent, whoever made them; in a population its menu alone is the end."""


class OfflineReviewer:
    """A proposer that needs no model: rules diagnose, parts are the answers."""

    @property
    def name(self) -> str:
        return "offline:reviewer"

    def propose(self, workspace: Workspace, tell: Callable[[str], None]) -> Spent:
        """See `proposer.Proposer`. What it cannot read is a NoProposal, never another error."""
        try:
            refuse_repair(workspace)
            incumbent = find_incumbent(workspace)
            bundle, findings, episodes = _decided(workspace, incumbent, tell)
            for name in bundle:
                take(workspace.scaffold, workspace.parts / name)
            parts = [read_part(workspace.parts / name) for name in bundle]
        except (PartError, ScaffoldError, OSError) as error:
            raise NoProposal(one_line(str(error), 600)) from error
        answers = answered(findings, bundle)
        write_plain(workspace.analysis, analysis_of(incumbent, episodes, findings), 0o644)
        write_plain(workspace.changes, changes_of(parts, answers), 0o644)
        tell(f"takes {', '.join(bundle)} into {incumbent.name}")
        return Spent()


def refuse_repair(workspace: Workspace) -> None:
    """Rules cannot mend what they have wired: the reason is handed on."""
    said = [line for line in read_plain(workspace.problem, 4096).split("\n") if line.strip()]
    if said:
        raise NoProposal(f"the parts did not pass the checks: {one_line(' '.join(said[1:]), 400)}")


def _decided(
    workspace: Workspace, incumbent: Incumbent, tell: Callable[[str], None]
) -> tuple[Bundle, Sequence[Finding], Sequence[Episode]]:
    """The parts to take, with what speaks for them; NoIdea where nothing is left."""
    several = workspace.front.is_file()
    if len(incumbent.attempts) >= MOST_TRIES and not several:
        raise NoIdea(f"{incumbent.name} has withstood {len(incumbent.attempts)} attempts")
    episodes = read_episodes(incumbent)
    findings = diagnose(episodes)
    came = fmean(episode.reached for episode in episodes)
    tell(f"read {len(episodes)} episodes of {incumbent.name}, which came to {came:.1%} on average")
    tried = {attempt.parts for attempt in incumbent.attempts}
    choose = wider if several else bundles
    menu = choose(findings, incumbent.parts, shelf(workspace.parts))
    for bundle in menu:
        if frozenset(bundle) not in tried:
            return bundle, findings, episodes
    raise NoIdea(f"the menu has nothing that was not tried against {incumbent.name}")
