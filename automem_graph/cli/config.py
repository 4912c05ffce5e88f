"""Settings that commands share: `automem.toml`, and the variables `AUTOMEM_*` over it.

They are read once, before a command begins, and become the defaults of its options, so that the
command line is over both. A setting has the name of its option: `reply_tokens` in the file, and
AUTOMEM_REPLY_TOKENS, are --reply-tokens.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from automem_graph.cli.settings import TABLE_OF, Tables

FILE = Path("automem.toml")
"""Looked for in the working folder, unless the variable names another file."""

PREFIX = "AUTOMEM_"
VARIABLE = f"{PREFIX}CONFIG"

_SECRET = re.compile(r"(?:^|[-_])(?:api[-_]?key|key|keys|token|secret|password)$", re.IGNORECASE)


class ConfigError(ValueError):
    """A setting that cannot be used: one sentence that names its file and key, or its variable."""


@dataclass(frozen=True)
class Config:
    """What is set, by the names of options, and where."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None
    variables: tuple[str, ...] = ()
    """Those of the environment that are set."""

    def source(self, key: str) -> str | None:
        """Where a setting comes from, None where there is none."""
        if key not in self.settings:
            return None
        variable = _variable(key)
        return f"from {variable if variable in self.variables else self.file}"


def read_config(environment: Mapping[str, str]) -> Config:
    """The settings of the environment, and below them those of the file.

    An empty variable is one that is not set. Raises ConfigError.
    """
    said = {
        name: text
        for name, text in environment.items()
        if name.startswith(PREFIX) and name != VARIABLE and text
    }
    file = _file(environment.get(VARIABLE))
    settings = {**(_from_file(file) if file else {}), **_from_variables(said)}
    return Config(settings, file, tuple(sorted(said)))


def _file(named: str | None) -> Path | None:
    if not named:
        return FILE.absolute() if FILE.is_file() else None
    file = Path(named).expanduser()
    if not file.is_file():
        raise ConfigError(f"{VARIABLE} names {file}, and there is no such file.")
    return file.absolute()


def _from_file(file: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is no TOML: {error}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}.") from None
    _refuse_secrets(file, found)
    try:
        text = json.dumps(found, default=str)  # of Python's types strict models take no dict
        return _settings(Tables.model_validate_json(text))
    except ValidationError as error:
        raise ConfigError(f"{file}: {_problem(error)}.") from None


def _from_variables(said: Mapping[str, str]) -> dict[str, Any]:
    tables: dict[str, dict[str, str]] = {}
    for name, text in said.items():
        key = name.removeprefix(PREFIX).lower()
        if key not in TABLE_OF:
            raise ConfigError(f"{name} is no variable of automem.{_nearest(key)}")
        tables.setdefault(TABLE_OF[key], {})[key] = text
    try:
        return _settings(Tables.model_validate_strings(tables, strict=False))
    except ValidationError as error:
        problem = error.errors()[0]
        raise ConfigError(f"{_variable(str(problem['loc'][1]))}: {problem['msg']}.") from None


def _settings(tables: Tables) -> dict[str, Any]:
    return {
        key: value
        for table in tables.model_dump(exclude_none=True).values()
        for key, value in table.items()
    }


def _refuse_secrets(file: Path, found: Mapping[str, Any]) -> None:
    for name, value in found.items():
        if _SECRET.search(name):
            raise ConfigError(
                f"{file} holds {name!r}: keys belong into the environment, under the name that the "
                "provider gives them, such as OPENAI_API_KEY, ANTHROPIC_API_KEY or VLLM_API_KEY."
            )
        if isinstance(value, Mapping):
            _refuse_secrets(file, value)


def _problem(error: ValidationError) -> str:
    """The first mistake, without the value, which may be what nobody should see."""
    problem = error.errors()[0]
    *table, key = map(str, problem["loc"])
    if problem["type"] != "extra_forbidden":
        return f"{'.'.join([*table, key])}: {problem['msg']}"
    if table:
        known = [one for one, home in TABLE_OF.items() if home == table[0]]
        return f"[{table[0]}] has no key {key!r}; it has {', '.join(known)}"
    if key in TABLE_OF:
        return f"{key!r} belongs into the table [{TABLE_OF[key]}]"
    return f"there is no table or key {key!r}; the tables are {', '.join(Tables.model_fields)}"


def _nearest(key: str) -> str:
    close = get_close_matches(key, TABLE_OF, n=1)
    return f" Did you mean {_variable(close[0])}?" if close else ""


def _variable(key: str) -> str:
    return f"{PREFIX}{key.upper()}"
