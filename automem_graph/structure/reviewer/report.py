"""What the reviewer writes: its diagnosis with references, and what it changed."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from automem_graph.structure.parts.part import Part
from automem_graph.structure.reviewer.candidates import Incumbent
from automem_graph.structure.reviewer.diagnosis import Finding
from automem_graph.structure.reviewer.evidence import Episode

NAMED = 2
"""Findings that the sentence for tables names."""


def analysis_of(
    incumbent: Incumbent, episodes: Sequence[Episode], findings: Sequence[Finding]
) -> str:
    """`analysis.md`."""
    steps = sum(len(episode.steps) for episode in episodes)
    came = fmean(episode.reached for episode in episodes)
    lines = [
        f"# Diagnosis of {incumbent.name}\n",
        f"Rules have read {len(episodes)} episodes ({steps:,} steps), which came to {came:.1%} on "
        "average. They look for signs of trouble that were written down beforehand, and for each "
        "there is an answer on a menu; whether that answer helps, only play can tell.\n",
    ]
    for finding in findings:
        lines.append(f"## {finding.short.capitalize()}: {finding.share:.1%}\n")
        lines.append(f"{finding.meaning} So in {finding.episodes} of {len(episodes)} episodes.\n")
        lines += [f"- {incumbent.name} {where}" for where in finding.where]
        lines.append("")
    if not findings:
        lines.append("No sign of trouble was found.\n")
    if incumbent.attempts:
        lines.append("## Tried before\n")
        for attempt in incumbent.attempts:
            parts = ", ".join(sorted(attempt.parts)) or "no part"
            lines.append(f"- {attempt.name}, with {parts}: {attempt.verdict}")
    return "\n".join(lines).rstrip() + "\n"


def changes_of(parts: Sequence[Part], findings: Sequence[Finding]) -> str:
    """`changes.md`; its first line is a sentence for tables."""
    names = ", ".join(part.name for part in parts)
    against = [f"{finding.short} ({finding.share:.0%})" for finding in findings]
    more = [f"{len(against) - NAMED} more"] if len(against) > NAMED else []
    lines = [f"Takes {names} against {', '.join([*against[:NAMED], *more])}.\n"]
    lines += [f"- `{part.name}`: {part.about.description}" for part in parts]
    longer = sum(len(part.prompt) for part in parts)
    lines.append(f"\nThe system prompt becomes about {longer:,} characters longer by it.")
    return "\n".join(lines) + "\n"
