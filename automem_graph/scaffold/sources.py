"""Compiles a scaffold's Python and templates without running any of it.

Runs in the scaffold host, before it confines itself. Compiling is all that happens here: jinja2 is
kept from evaluating constant expressions, and Python's own folding is bounded.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
import jinja2.debug  # loaded lazily by jinja2 at the first error, when the import path is closed
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.sandbox import SandboxedEnvironment

HOOKS = ("initial_files", "observe", "after_log", "canonicalise", "review")
TRIAL = """{{ text }}
{% for row in rows %}
- {{ row.name }} ({{ row.lines }}{{ "s" if row.lines > 1 }})
{% else %}
{{ rows | join(", ") }}
{% endfor %}
"""
TAKEN = sys.stdlib_module_names | {"jinja2", "markupsafe", "automem_graph"}


class SourceError(Exception):
    """A file that does not compile: `where` it is ("actions.py:3"), and what is wrong."""

    def __init__(self, where: str, detail: str) -> None:
        super().__init__(f"{where}: {detail}")
        self.where = where
        self.detail = detail


@dataclass(frozen=True)
class Compiled:
    """A scaffold ready to run: its modules' code, its templates, the modules that they import.

    `trial` is a template of our own that uses what templates usually use.
    """

    folder: Path
    modules: dict[str, CodeType]
    templates: SandboxedEnvironment
    trial: jinja2.Template
    imports: frozenset[str]


def compile_scaffold(folder: Path) -> Compiled:
    """Compile every `*.py` of the folder and every template under `prompts/`; SourceError."""
    trees = {path.stem: _parse(path) for path in sorted(folder.glob("*.py"))}
    if "hooks" in trees:
        _check_hooks(trees["hooks"])
    modules = {
        name: compile(tree, str(folder / f"{name}.py"), "exec", dont_inherit=True)
        for name, tree in trees.items()
    }
    imports = frozenset(name for tree in trees.values() for name in _imports(tree))
    templates = _compile_templates(folder / "prompts")
    return Compiled(folder, modules, templates, templates.from_string(TRIAL), imports)


def _parse(path: Path) -> ast.Module:
    if path.stem in TAKEN:
        raise SourceError(path.name, f"'{path.stem}' is the name of another module; rename it")
    try:
        return ast.parse(_read(path, path.name), str(path))
    except SyntaxError as error:
        raise SourceError(f"{path.name}:{error.lineno or 1}", f"SyntaxError: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError(path.name, f"does not compile: {type(error).__name__} {error}") from None


def _check_hooks(tree: ast.Module) -> None:
    for node in tree.body:
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name
        if named and named not in HOOKS and not named.startswith("_"):
            raise SourceError(
                f"hooks.py:{node.lineno}",
                f"'{named}' is no hook; there are {', '.join(HOOKS)}, and a helper's name "
                "starts with an underscore",
            )


def _imports(tree: ast.Module) -> Iterator[str]:
    """The standard library's modules that the source names anywhere."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        yield from (name for name in names if name.partition(".")[0] in sys.stdlib_module_names)


class _Unfolded(CodeGenerator):
    """jinja2's generator would evaluate constant output, `{{ 'a' * 10**10 }}`, while compiling."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)

    def visit_EvalContextModifier(self, node: nodes.EvalContextModifier, frame: Frame) -> None:
        self.fail("prompts are plain text; 'autoescape' has no use here", node.lineno)


def _compile_templates(prompts: Path) -> SandboxedEnvironment:
    sources = {path.relative_to(prompts).as_posix(): path for path in sorted(prompts.rglob("*.md"))}
    environment = SandboxedEnvironment(
        loader=jinja2.FunctionLoader(
            lambda name: (
                (_read(path, f"prompts/{name}"), str(path), lambda: True)
                if (path := sources.get(name))
                else None
            )
        ),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        optimized=False,
        cache_size=-1,
    )
    environment.code_generator_class = _Unfolded
    for name in sources:
        try:
            environment.get_template(name)
        except jinja2.TemplateSyntaxError as error:
            place = f"prompts/{error.name or name}:{error.lineno}"
            raise SourceError(place, f"template syntax: {error.message}") from None
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            what = f"does not compile: {type(error).__name__} {error}"
            raise SourceError(f"prompts/{name}", what) from None
    return environment


def _read(path: Path, name: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(name, f"cannot be read as UTF-8 text: {error}") from None
