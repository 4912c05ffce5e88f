"""A dataset of conversations as a `Task`: a world for each example, read when first needed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from automem_graph.protocols import TaskCard, World
from automem_graph.worlds.conversations.example import Example
from automem_graph.worlds.conversations.reading import read_examples
from automem_graph.worlds.conversations.scoring import Evaluator, Judge, says
from automem_graph.worlds.conversations.world import ConversationWorld

INSTRUCTIONS = (
    "A person talks with you, in one conversation after another, and sees no more of you than your "
    "answers. Answer each message in a few words. What is said once may be asked for in a later "
    "conversation, and may have changed by then."
)
"""What an agent is told where the dataset's owner says nothing."""


class ConversationTask:
    """A `Task` of as many worlds as there are examples: seed 0 is the first of them."""

    def __init__(
        self,
        read: Callable[[], tuple[Example, ...]],
        *,
        name: str,
        title: str,
        instructions: str,
        evaluator: Evaluator,
    ) -> None:
        self._read = read
        self._name = name
        self._title = title
        self._instructions = instructions
        self._judge = Judge(evaluator)

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """BadTask where they cannot be read."""
        return self._read()

    @cached_property
    def card(self) -> TaskCard:
        return TaskCard(
            name=self._name,
            title=self._title,
            instructions=self._instructions,
            actions=("Noted", "I do not know"),
            default_action="Noted",
            max_steps=max(example.turns for example in self.examples),
            answers=True,
        )

    @property
    def worlds(self) -> int:
        return len(self.examples)

    @cached_property
    def version(self) -> str:
        """A hash of what is said and expected, and of the evaluator's source."""
        whole = hashlib.sha256(self._judge.source.encode())
        for example in self.examples:
            whole.update(f"\0{example.model_dump_json()}".encode())
        return whole.hexdigest()[:12]

    def open(self, seed: int) -> World:
        """The conversations of one example; ValueError for one that is not there."""
        if not 0 <= seed < self.worlds:
            raise ValueError(f"{self._name} has no example {seed}: there are {self.worlds}")
        return ConversationWorld(self.examples[seed], self._judge)


def conversations(
    file: str | Path,
    *,
    name: str,
    title: str = "conversations with a person",
    instructions: str = INSTRUCTIONS,
    evaluator: Evaluator = says,
) -> ConversationTask:
    """The dataset of a file, one example a line (see `example`).

    The path is seen from the working folder. `evaluator` says how right an answer is; by default
    the expected words must be in it (`scoring.says`).
    """
    return ConversationTask(
        lambda: read_examples(Path(file)),
        name=name,
        title=title,
        instructions=instructions,
        evaluator=evaluator,
    )
