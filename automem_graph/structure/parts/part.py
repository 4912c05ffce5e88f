"""A part: a small piece of scaffold code that a scaffold copies and then owns.

tools/parts/<name>/
  part.toml     what it is for, the hooks that it defines, its actions, the files it injects
  <name>.py     its code: hooks as in hooks.py, with a state of its own; actions as in actions.py
  prompt.md     optional: lines for the section `# Your files` of the system prompt
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from automem_graph.protocols import ActionSpec, Frozen
from automem_graph.scaffold.manifest import Inject

Hook = Literal["initial_files", "observe", "after_log", "canonicalise", "review"]

CHAIN = "chain"
"""The part that composes the hooks of others; it comes along with the first that has any."""


class PartError(ValueError):
    """A part is broken, or a scaffold cannot take it. One sentence."""


class About(Frozen):
    """`part.toml`. `expresses` are letters of the paper's list of what loop 1 discovered."""

    description: str = Field(max_length=2000)
    expresses: tuple[str, ...] = ()
    hooks: tuple[Hook, ...] = ()
    inject: Inject = Inject()
    actions: tuple[ActionSpec, ...] = ()


class Part(Frozen):
    """A part as it was read: nothing of its code has run."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    about: About
    code: str
    prompt: str = ""

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
        return Part(name=folder.name, about=about, code=code, prompt=said)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise PartError(f"{folder / 'part.toml'}: {place}: {first['msg']}") from error
    except (OSError, ValueError) as error:
        raise PartError(f"{folder} is no part: {error}") from error


def shelf(parts: Path) -> tuple[str, ...]:
    """The names of the parts in a folder of parts, in alphabetical order."""
    found = (path.parent.name for path in parts.glob("*/part.toml"))
    return tuple(sorted(name for name in found if name != CHAIN))
