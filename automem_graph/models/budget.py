"""What a user allows models to cost, and what their tokens cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field

from automem_graph.models.resolve import OFFLINE
from automem_graph.protocols import Frozen

Tokens = tuple[float, float]
"""In and out."""

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class OutOfBudget(Exception):
    """No further call may begin; says which limit was reached. The episode is not at fault."""


class Unpriced(ValueError):
    """A limit of cost for a model whose price nobody knows; says what to do."""


class Price(Frozen):
    """US dollars for a million tokens."""

    input: Amount
    output: Amount

    def of(self, input_tokens: float, output_tokens: float) -> float:
        """US dollars for so many tokens."""
        return (input_tokens * self.input + output_tokens * self.output) / 1e6


class Rates(Frozen):
    """The prices of the two roles of an episode."""

    gameplay: Price
    specialist: Price

    def of(self, all_tokens: Tokens, specialist: Tokens) -> float:
        """US dollars for tokens in and out, the specialist's among them."""
        acted = self.gameplay.of(all_tokens[0] - specialist[0], all_tokens[1] - specialist[1])
        return acted + self.specialist.of(*specialist)


class Budget(Frozen):
    """Limits of what episodes may cost together; None is no limit."""

    max_tokens: int | None = Field(default=None, gt=0)
    """Input and output tokens of all calls, those of earlier sittings included."""
    max_cost: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """US dollars, those of earlier sittings included."""
    max_hours: Amount | None = None
    """Wall time of one sitting."""
    prices: Mapping[str, Price] = {}
    """By the names of models, as the user types them."""

    def check(self, models: Iterable[str]) -> None:
        """Raise Unpriced where the cost of one of these models is limited and not known."""
        for model in sorted(set(models)) if self.max_cost is not None else ():
            if price_of(model, self.prices) is None:
                raise Unpriced(
                    f"nobody has said what the model {model} costs, so --max-cost cannot hold: "
                    "name its price in a file for --prices, or use --max-tokens"
                )


def price_of(model: str, prices: Mapping[str, Price]) -> Price | None:
    """What a model's tokens cost; None where that is not known."""
    return Price(input=0, output=0) if model.startswith(OFFLINE) else prices.get(model)


def rates(gameplay: str, specialist: str, prices: Mapping[str, Price]) -> Rates | None:
    """The prices of two models, which may be the same; None where one of them is not known."""
    act, keep = price_of(gameplay, prices), price_of(specialist, prices)
    return Rates(gameplay=act, specialist=keep) if act and keep else None
