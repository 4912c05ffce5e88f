"""Is an answer right? By the words that are expected, or by an evaluator as LangSmith has them."""

from __future__ import annotations

import inspect
import math
import re
import traceback
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import JsonValue

from automem_graph.worlds.conversations.example import Turn
from automem_graph.worlds.own import BadTask

Evaluator = Callable[..., Any]
"""Takes as many as it needs of `outputs` (the answer), `reference_outputs` (what was expected) and
`inputs` (the message); returns a bool, a number from 0 to 1, or a mapping or object with such a
`score`. openevals' evaluators are some."""

AROUND = 20
"""Words that an answer may have beside the expected ones: to say all one knows is no answer."""

_TAKES = ("outputs", "reference_outputs", "inputs")
_WORD = re.compile(r"(?:(?<!\w)-(?=\d))?\w+(?:(?<=\d)[.,:](?=\d)\w+)*")
"""A number is a word as it stands: -4, 4.5 and 15:00 are none of 4, 5 and 15."""
_ARTICLES = frozenset(("a", "an", "the"))


class EvaluatorFailed(RuntimeError):
    """An evaluator raised something, or returned no score; says where."""


def says(*, outputs: str, reference_outputs: JsonValue) -> bool:
    """Whether an answer has the expected words in a row, and at most `AROUND` others.

    Case, punctuation and articles do not matter. Of a list any member will do. Where words are not
    parted by blanks, as in Chinese, it is of no use.
    """
    if isinstance(reference_outputs, list):
        return any(says(outputs=outputs, reference_outputs=one) for one in reference_outputs)
    said, wanted = _words(outputs), _words(_plain(reference_outputs))
    if not wanted:
        return outputs.strip() == _plain(reference_outputs).strip()
    starts = range(len(said) - len(wanted) + 1)
    found = any(said[start : start + len(wanted)] == wanted for start in starts)
    return found and len(said) <= len(wanted) + AROUND


class Judge:
    """An evaluator, asked in its own way. BadTask where nobody knows how to ask it."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self.name = getattr(evaluator, "__name__", type(evaluator).__name__)
        self._takes = _takes(evaluator, self.name)

    @property
    def source(self) -> str:
        """Its source, as far as it can be found: another evaluator scores otherwise."""
        try:
            return inspect.getsource(self._evaluator)
        except (OSError, TypeError):
            return self.name

    def score(self, turn: Turn, answer: str) -> float:
        """From 0 to 1. Raises EvaluatorFailed."""
        told = {"outputs": answer, "reference_outputs": turn.expected, "inputs": turn.text}
        try:
            said = self._evaluator(**{name: told[name] for name in self._takes})
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            raise EvaluatorFailed(
                f"the evaluator {self.name} raised {type(error).__name__}: {error} "
                f"({where.filename}:{where.lineno})"
            ) from error
        score = said.get("score") if isinstance(said, Mapping) else getattr(said, "score", said)
        if not isinstance(score, bool | int | float) or not 0 <= score <= 1 or math.isnan(score):
            if inspect.iscoroutine(said):
                said.close()
            raise EvaluatorFailed(
                f"the evaluator {self.name} returned {str(said)[:100]!r}: it should be true or "
                "false, or a score from 0 to 1"
            )
        return float(score)


def _takes(evaluator: Evaluator, name: str) -> tuple[str, ...]:
    """Which of the three it is given, by name."""
    parameters = inspect.signature(evaluator).parameters.values()
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return _TAKES
    needed = [one.name for one in parameters if one.default is one.empty]
    if strange := [one for one in needed if one not in _TAKES]:
        raise BadTask(
            f"the evaluator {name} asks for {', '.join(strange)}; it can be given "
            f"{', '.join(_TAKES)}"
        )
    return tuple(one.name for one in parameters if one.name in _TAKES)


def _plain(expected: JsonValue) -> str:
    if isinstance(expected, dict):
        raise TypeError("what is expected is no text: give the dataset an evaluator of its own")
    return str(expected)


def _words(text: str) -> list[str]:
    found = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return [word for word in found if word not in _ARTICLES] or found
