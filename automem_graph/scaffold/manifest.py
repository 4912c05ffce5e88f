"""`scaffold.toml`: what a scaffold says of itself, checked so that every breakage has a line."""

from __future__ import annotations

import keyword
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field, ValidationError

from automem_graph.memory.grammar import is_reserved
from automem_graph.memory.names import check_name
from automem_graph.protocols import ActionSpec, Frozen, Routine
from automem_graph.scaffold.errors import ScaffoldError

Place = tuple[str | int, ...]
"""Where in the document: ("actions", 3, "args") is the key `args` of the fourth action."""


_HEAD = re.compile(r"\s*\[{1,2}\s*([\w.-]+)\s*\]{1,2}\s*(?:#.*)?$")


class Limits(Frozen):
    """Bounds of a routine: `rounds` model calls, and `read_chars` characters of one file shown."""

    rounds: int = Field(default=10, ge=1, le=10)
    read_chars: int = Field(default=4000, ge=500, le=16_000)


class Inject(Frozen):
    """Names of the files whose text the opening prompt of a routine shows."""

    log: tuple[str, ...] = Field(default=(), max_length=8)
    plan: tuple[str, ...] = Field(default=(), max_length=8)


class Manifest(Frozen):
    """The checked content of `scaffold.toml`. `parent` is the id of the scaffold it was made from.

    `read_manifest` is the door: it also checks the rules that span actions.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    parent: str | None = Field(default=None, max_length=80)
    description: str = Field(max_length=2000)
    limits: Limits = Limits()
    inject: Inject = Inject()
    actions: tuple[ActionSpec, ...] = Field(min_length=2, max_length=40)

    def of(self, routine: Routine) -> tuple[ActionSpec, ...]:
        """The actions a routine may take, as declared."""
        return tuple(action for action in self.actions if routine in action.routines)

    @property
    def done(self) -> ActionSpec:
        """The action that ends LOG."""
        return next(action for action in self.actions if action.kind == "done")

    @property
    def commit(self) -> ActionSpec:
        """The action that ends PLAN; its one argument is the world's action."""
        return next(action for action in self.actions if action.kind == "commit")


def read_manifest(path: Path) -> Manifest:
    """Read and check one `scaffold.toml`; ScaffoldError as `file:line: what is wrong`."""
    try:
        text = path.read_text("utf-8")
        manifest = Manifest.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ScaffoldError(f"{path}:{_syntax_line(text, str(error))}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        what = f"{_spelled(first['loc'])}: {first['msg']}"
        raise ScaffoldError(f"{path}:{line_of(text, first['loc'])}: {what}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ScaffoldError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    for place, what in _breaches(manifest):
        raise ScaffoldError(f"{path}:{line_of(text, place)}: {what}")
    return manifest


def line_of(text: str, place: Place) -> int:
    """The line of a place in the TOML text: that of its key, else of its table, else 1."""
    lines = text.split("\n")
    heads = [number for number, line in enumerate(lines) if _HEAD.match(line)]
    start, keys = 0, place
    if len(place) > 1:
        named = [number for number in heads if _HEAD.sub(r"\1", lines[number]) == place[0]]
        index = place[1] if isinstance(place[1], int) else 0
        if index < len(named):
            start, keys = named[index], place[1 + isinstance(place[1], int) :]
    end = min((number for number in heads if number > start), default=len(lines))
    for number in range(start, end if keys else start):
        if re.match(rf"\s*[\"']?{re.escape(str(keys[0]))}[\"']?\s*=", lines[number]):
            return number + 1
    return start + 1


def _syntax_line(text: str, message: str) -> int:
    found = re.search(r"at line (\d+)", message)
    return int(found[1]) if found else len(text.splitlines()) or 1


def _spelled(place: Place) -> str:
    """A place as people write it: `actions[3].args`."""
    parts = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return parts.removeprefix(".") or "scaffold.toml"


def _breaches(manifest: Manifest) -> Iterator[tuple[Place, str]]:
    """The rules that a single field's type cannot state, each with its place."""
    count = Counter(action.name for action in manifest.actions)
    for number, action in enumerate(manifest.actions):
        place = ("actions", number)
        for problem in _name_problems(action.name, count[action.name]):
            yield (*place, "name"), problem
        if action.kind == "write" and "plan" in action.routines:
            yield (*place, "routines"), f"{action.name} writes, and PLAN is read-only"
        if action.kind == "done" and action.routines != ("log",):
            yield (*place, "routines"), f"{action.name} ends LOG; its routines must be ['log']"
        if action.kind == "done" and action.args:
            yield (*place, "args"), f"{action.name} ends LOG and takes no arguments"
        if action.kind == "commit" and action.routines != ("plan",):
            yield (*place, "routines"), f"{action.name} ends PLAN; its routines must be ['plan']"
        if action.kind == "commit" and (len(action.args) != 1 or action.args[0].endswith("?")):
            yield (*place, "args"), f"{action.name} takes one argument, the world's action"
        for problem in _argument_problems(action):
            yield (*place, "args"), f"{action.name}: {problem}"
    for routine, names in (("log", manifest.inject.log), ("plan", manifest.inject.plan)):
        for problem in filter(None, map(check_name, names)):
            yield ("inject", routine), problem
    for kind in ("done", "commit"):
        having = [n for n, action in enumerate(manifest.actions) if action.kind == kind]
        if len(having) != 1:
            what = f"exactly one action must be of kind '{kind}'; there are {len(having)}"
            yield ("actions", *having[1:2]), what


def _name_problems(name: str, count: int) -> Iterator[str]:
    if count > 1:
        yield f"two actions are named {name}; names must differ"
    if is_reserved(name):
        yield f"a tag named {name} ends another one; choose a name"


def _argument_problems(action: ActionSpec) -> Iterator[str]:
    """Arguments become keyword arguments of a Python function whose first one is `files`."""
    plain = [arg.removesuffix("?") for arg in action.args]
    for arg in action.args[:-1]:
        if arg.endswith("?"):
            yield f"'{arg}' is optional, and only the last argument may be"
    for name in plain:
        if not (name.isascii() and name.isidentifier()) or keyword.iskeyword(name):
            yield f"'{name}' is no name for an argument"
        if name == "files":
            yield "'files' is the name of the read view; an argument needs another one"
    if len(set(plain)) < len(plain):
        yield "two arguments have the same name"
