"""A part: a small piece of scaffold code that a scaffold copies and then owns.

tools/parts/<name>/
  part.toml        what it is for, its hooks, its actions, the files it injects, its openings
  <name>.py        its code: hooks as in hooks.py, with a state of its own; actions as in actions.py
  prompt.md        optional: lines for the section `# Your files` of the system prompt
  files/<task>/*   optional: initial files, for the scaffold's own folder of that name
  prompts/*.md     optional: templates, for the scaffold's own folder of that name
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from automem_graph.protocols import ActionSpec, Frozen
from automem_graph.scaffold.manifest import Inject

Hook = Literal["initial_files", "observe", "after_log", "canonicalise", "review"]

CHAIN = "chain"
"""The part that composes the hooks of others: a scaffold's hooks.py is made from it."""

CARRIED = ("files", "prompts")
"""Folders of a part that a scaffold gets whole, but for texts that it has already."""


class PartError(ValueError):
    """A part is broken, or a scaffold cannot take it. One sentence."""


class Openings(Frozen):
    """Templates of the part for the prompts that open LOG and PLAN; they also see `routine`.

    Where `instead` says anything, it is said in the place of all that follows the heading;
    elsewhere what `also` says comes first.
    """

    instead: str = Field(default="", pattern=r"^([a-z_]+\.md)?$")
    also: str = Field(default="", pattern=r"^([a-z_]+\.md)?$")


class About(Frozen):
    """`part.toml`. `expresses` are letters of the paper's list of what loop 1 discovered."""

    description: str = Field(max_length=2000)
    expresses: tuple[str, ...] = ()
    hooks: tuple[Hook, ...] = ()
    inject: Inject = Inject()
    openings: Openings = Openings()
    actions: tuple[ActionSpec, ...] = ()


class Part(Frozen):
    """A part as it was read: nothing of its code has run."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    about: About
    code: str
    prompt: str = ""
    texts: Mapping[str, str] = {}
    """What it carries, by path in the scaffold: `files/crafter/guide.md`, `prompts/short.md`."""

    @property
    def module(self) -> str:
        """The file that a scaffold gets."""
        return f"{self.name}.py"


def read_part(folder: Path) -> Part:
    """The part in a folder; PartError where it is none."""
    try:
        about = About.model_validate(tomllib.loads((folder / "part.toml").read_text("utf-8")))
        code = (folder / f"{folder.name}.py").read_text("utf-8")
        prompt = folder / "prompt.md"
        said = prompt.read_text("utf-8").strip() if prompt.is_file() else ""
        texts = dict(_carried(folder))
        return Part(name=folder.name, about=about, code=code, prompt=said, texts=texts)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise PartError(f"{folder / 'part.toml'}: {place}: {first['msg']}") from error
    except (OSError, ValueError) as error:
        raise PartError(f"{folder} is no part: {error}") from error


def _carried(folder: Path) -> Iterator[tuple[str, str]]:
    for name in CARRIED:
        for path in sorted((folder / name).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(folder).as_posix(), path.read_text("utf-8")


def shelf(parts: Path) -> tuple[str, ...]:
    """The names of the parts in a folder of parts, in alphabetical order."""
    found = (path.parent.name for path in parts.glob("*/part.toml"))
    return tuple(sorted(name for name in found if name != CHAIN))
