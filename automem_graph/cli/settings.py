"""What `automem.toml` may hold: its tables and keys, each key the name of the option it sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import ConfigDict, Field

from automem_graph.agent.codecs import CodecName
from automem_graph.protocols import Frozen


class _Table(Frozen):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class Models(_Table):
    """Who plays."""

    gameplay: str | None = Field(default=None, min_length=1)
    specialist: str | None = None


class SamplingTable(_Table):
    """How replies are sampled, and where the specialist's are in another way."""

    temperature: float | None = Field(default=None, ge=0)
    reply_tokens: int | None = Field(default=None, ge=1)
    specialist_temperature: float | None = Field(default=None, ge=0)
    specialist_reply_tokens: int | None = Field(default=None, ge=1)


class AgentTable(_Table):
    """How memory is kept and actions are written."""

    scaffold: str | None = Field(default=None, min_length=1)
    codec: CodecName | None = None


class Evaluation(_Table):
    """How many episodes are played at once, and for how many minutes at most each."""

    parallel: int | None = Field(default=None, ge=1)
    time_limit: float | None = Field(default=None, ge=0.01)


class BudgetTable(_Table):
    """What may be spent at most, what things cost, and how much nonsense is put up with."""

    max_tokens: int | None = Field(default=None, ge=1)
    max_cost: float | None = Field(default=None, ge=0.01)
    max_hours: float | None = Field(default=None, ge=0)
    max_nonsense: int | None = Field(default=None, ge=1)
    prices: str | None = Field(default=None, min_length=1)


class Tracing(_Table):
    """What LangSmith gets."""

    langsmith: str | None = None
    trace_payloads: Literal["on", "off"] | None = None


class Worlds(_Table):
    """What worlds need of this machine."""

    boxoban: str | None = Field(default=None, min_length=1)


class Tables(_Table):
    """The tables of `automem.toml`; no key is in two of them."""

    models: Models = Models()
    sampling: SamplingTable = SamplingTable()
    agent: AgentTable = AgentTable()
    evaluate: Evaluation = Evaluation()
    budget: BudgetTable = BudgetTable()
    tracing: Tracing = Tracing()
    worlds: Worlds = Worlds()


TABLE_OF: Mapping[str, str] = {
    key: table
    for table, found in Tables.model_fields.items()
    for key in type(found.default).model_fields
}
"""The table of each key."""
