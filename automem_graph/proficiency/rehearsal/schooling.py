"""What makes a rehearsal's base model: how much it reads, how large it is, how it is trained."""

from __future__ import annotations

from pydantic import Field

from automem_graph.protocols import Frozen

CONTEXT = 1024
"""Tokens of prompt and reply. A step of gates takes some 250: a model that talks on has room."""


class Phase(Frozen):
    """A phase of pre-training."""

    skills: bool
    """Whether it is about skills: the careful teacher's lessons are read as well, which exercise
    them all, and without the system message, which costs much and teaches little. Else about
    habits: what the teacher with mixed ones says, as it is."""
    steps: int = Field(ge=1)
    batch: int = Field(ge=1)
    """Conversations in a step of the optimiser."""
    rate: float = Field(gt=0)
    """The highest learning rate, of Adam; Muon's is `MUON` times that."""


class Schooling(Frozen):
    """All that a base model follows from, beside the code and the versions of its packages."""

    seed: int = 0
    alone: int = Field(default=60, ge=1)
    """Episodes of gates that the teacher plays with its mixed habits."""
    both: int = Field(default=30, ge=1)
    """Episodes in which it is also the specialist: these have hand-off messages."""
    careful: int = Field(default=60, ge=1)
    """Episodes of the teacher that always looks; these have hand-off messages as well."""
    steps: int = Field(default=24, ge=2)
    """World actions of an episode."""
    vocabulary: int = Field(default=800, ge=300)
    """Tokens at most."""
    layers: int = Field(default=3, ge=1)
    width: int = Field(default=128, ge=16)
    heads: int = Field(default=4, ge=1)
    phases: tuple[Phase, ...] = (
        Phase(skills=True, steps=700, batch=12, rate=4e-3),
        Phase(skills=False, steps=300, batch=8, rate=3e-3),
    )
    spread: float = Field(default=0.06, gt=0)
    """Standard deviation of the first, random weights."""


DEFAULT = Schooling()
