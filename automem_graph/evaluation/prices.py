"""What models cost: a small table of list prices, and what the user says instead.

No part of what plays: a price that changes makes no other episode. `docs/budgets.md` says where
each comes from, and when it was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from automem_graph.models.budget import Price

_TABLE = TypeAdapter(dict[str, Price])


class BadPrices(ValueError):
    """A file of prices that cannot be used; says what to write."""


def read_prices(file: Path | None = None) -> Mapping[str, Price]:
    """US dollars for a million tokens, by model; those of `file` take the place of the known ones.

    Raises BadPrices.
    """
    known = _TABLE.validate_json(files(__package__).joinpath("prices.json").read_bytes())
    if file is None:
        return known
    try:
        return {**known, **_TABLE.validate_json(file.read_bytes())}
    except OSError as error:
        raise BadPrices(f"the prices in {file} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise BadPrices(
            f'{file} holds no prices such as {{"openai:gpt-4.1": {{"input": 2.0, "output": 8.0}}}} '
            f"in US dollars for a million tokens: {where}: {first['msg']}"
        ) from error
