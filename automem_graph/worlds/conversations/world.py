"""One live example: its messages one by one, and the share of its answers that were right."""

from __future__ import annotations

from automem_graph.protocols import Observation
from automem_graph.worlds.conversations.example import Example, Turn
from automem_graph.worlds.conversations.scoring import EvaluatorFailed, Judge

NEW_SESSION = "A new conversation begins."
"""Stands above the first message of each session, and an empty line between them."""

OVER = "The last conversation is over."


class ConversationWorld:
    """What is seen is the person's next message; an action is the answer to it.

    An answer's score is its reward. Progression is the mean score of all answers that are checked,
    those to come counted as 0. `facts` are the example, and the message's place in it, from 1.
    """

    def __init__(self, example: Example, judge: Judge) -> None:
        self._example = example
        self._judge = judge
        self._turns: tuple[tuple[int, int, Turn], ...] = tuple(
            (session, number, turn)
            for session, turns in enumerate(example.sessions, 1)
            for number, turn in enumerate(turns, 1)
        )
        self._at = 0
        self._right = 0.0

    def reset(self) -> Observation:
        self._at, self._right = 0, 0.0
        return self._observation(0.0)

    def step(self, action: str) -> Observation:
        """Answer the message; ValueError where there is none any more, or EvaluatorFailed."""
        if self._at == len(self._turns):
            raise ValueError(f"the conversations of {self._example.id} are over")
        score = self._score(action)
        self._right += score
        self._at += 1
        return self._observation(score)

    def close(self) -> None:
        pass

    def _score(self, answer: str) -> float:
        session, number, turn = self._turns[self._at]
        if turn.expected is None:
            return 0.0
        try:
            return self._judge.score(turn, answer)
        except EvaluatorFailed as error:
            raise EvaluatorFailed(
                f"{error}, at message {number} of session {session} of {self._example.id}"
            ) from error

    def _observation(self, reward: float) -> Observation:
        over = self._at == len(self._turns)
        session, number, turn = self._turns[self._at - over]
        shown = f"{NEW_SESSION}\n\n{turn.text}" if number == 1 else turn.text
        return Observation(
            text=OVER if over else shown,
            reward=reward,
            done=over,
            progression=min(1.0, self._right / self._example.checked),
            facts={"example": self._example.id, "session": session, "turn": number},
        )
