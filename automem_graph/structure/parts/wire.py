"""Takes a part into a scaffold: its code is copied, and all that must name it then does.

What a scaffold has taken shows in its files alone, and taking a part again changes nothing. Code
that was copied belongs to the scaffold: it is never overwritten.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from automem_graph.protocols import ActionSpec, Routine
from automem_graph.scaffold.load import load_scaffold
from automem_graph.scaffold.manifest import Inject
from automem_graph.scaffold.sources import HOOKS
from automem_graph.structure.parts.openings import with_templates
from automem_graph.structure.parts.part import CHAIN, PartError, read_part
from automem_graph.structure.parts.section import with_lines

_OWN = {"actions", "hooks", CHAIN}
_NO_PARTS = "PARTS = {}\n"
_WIDE = 100  # columns of a line


def take(scaffold: Path, part: Path) -> None:
    """Wire the part in a folder into the scaffold in a folder; nothing changes where that fails.

    PartError where the scaffold's hooks.py was not made here, where one of its actions has the name
    of one of the part's, or where the part is broken. ScaffoldError where the scaffold is.
    """
    new = read_part(part)
    load_scaffold(scaffold)
    old = _sources(scaffold)
    texts = {new.module: old.get(new.module, new.code)}
    if new.about.hooks:
        chain = _text(part.parent / CHAIN / f"{CHAIN}.py")
        texts["hooks.py"] = _hooks(scaffold, {**old, **texts}, new.name, chain)
    own = [action for action in new.about.actions if action.kind in ("search", "read", "write")]
    texts["actions.py"] = _imported(scaffold, old["actions.py"], new.name, own)
    manifest = _text(scaffold / "scaffold.toml")
    manifest = _injecting(_declaring(manifest, new.about.actions, new.name), new.about.inject)
    texts["scaffold.toml"] = manifest
    system = _text(scaffold / "prompts" / "system.md")
    texts["prompts/system.md"] = with_lines(system, new.prompt) if new.prompt else system
    for routine in get_args(Routine):
        opening = f"prompts/{routine}.md"
        texts[opening] = with_templates(_text(scaffold / opening), routine, new.about.openings)
    for name, text in new.texts.items():
        texts[name] = _text(scaffold / name) if (scaffold / name).exists() else text
    for name, text in texts.items():
        (scaffold / name).parent.mkdir(parents=True, exist_ok=True)
        (scaffold / name).write_text(text, encoding="utf-8")


def taken(scaffold: Path) -> tuple[str, ...]:
    """The parts that a scaffold has, by their names: its modules beside actions and hooks.

    Those with hooks come first, in the order in which these are called; then by the alphabet.
    """
    names = sorted(path.stem for path in scaffold.glob("*.py") if path.stem not in _OWN)
    wired = _wired(_text(scaffold / "hooks.py")) if (scaffold / "hooks.py").is_file() else []
    return tuple(dict.fromkeys([*(name for name in wired if name in names), *names]))


def _sources(scaffold: Path) -> dict[str, str]:
    return {path.name: _text(path) for path in sorted(scaffold.glob("*.py"))}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PartError(f"{path} cannot be read as text: {error}") from error


def _parsed(name: str, text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise PartError(f"{name} does not parse: {error}") from error


def _hooks(scaffold: Path, sources: dict[str, str], name: str, chain: str) -> str:
    """hooks.py with one more part, if it was made here."""
    old = sources.get("hooks.py")
    wired = [] if old is None else _wired(old)
    if old is not None and old != _rendered(wired, sources, chain):
        raise PartError(
            f"{scaffold / 'hooks.py'} was written by hand, so {name} was not added to it: "
            f"call the hooks of {name}.py from there"
        )
    return _rendered([*wired, *([] if name in wired else [name])], sources, chain)


def _rendered(names: Sequence[str], sources: dict[str, str], chain: str) -> str:
    """The text of hooks.py for these parts: the chain, without the hooks that none of them has."""
    head, made, _ = chain.partition(_NO_PARTS)
    if not made:
        raise PartError(f"{CHAIN}.py has no line `{_NO_PARTS.strip()}` for the parts to stand in")
    theirs = [_functions(f"{name}.py", sources.get(f"{name}.py", "")) for name in names]
    functions = _functions(f"{CHAIN}.py", chain)
    having = [hook for hook in HOOKS if any(hook in found for found in theirs)]
    if missing := [hook for hook in having if hook not in functions]:
        raise PartError(f"{CHAIN}.py has no function '{missing[0]}', which a part asks for")
    needed = _reached(functions, having)
    lines = chain.split("\n")
    kept = [
        "\n".join(lines[node.lineno - 1 : node.end_lineno])
        for function, node in functions.items()
        if function in needed
    ]
    imports = "\n".join(f"import {name}" for name in sorted(names))
    return "\n\n\n".join([f"{head}{imports}\n\n{_table(names)}", *kept]) + "\n"


def _table(names: Sequence[str]) -> str:
    rows = [f'"{name}": {name}' for name in names]
    line = f"PARTS = {{{', '.join(rows)}}}"
    long = "".join(f"    {row},\n" for row in rows)
    return line if len(line) <= _WIDE else f"PARTS = {{\n{long}}}"


def _reached(functions: dict[str, ast.FunctionDef], names: Sequence[str]) -> set[str]:
    """These functions, and those that they call."""
    found, left = set(names), list(names)
    while left:
        called = {node.id for node in ast.walk(functions[left.pop()]) if isinstance(node, ast.Name)}
        new = called & functions.keys() - found
        found |= new
        left += new
    return found


def _wired(hooks: str) -> list[str]:
    """The names in the table PARTS of a hooks.py; none where it has no such table."""
    for node in _parsed("hooks.py", hooks).body:
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)):
            continue
        if [to.id for to in node.targets if isinstance(to, ast.Name)] == ["PARTS"]:
            keys = [key.value for key in node.value.keys if isinstance(key, ast.Constant)]
            return [key for key in keys if isinstance(key, str)]
    return []


def _functions(name: str, text: str) -> dict[str, ast.FunctionDef]:
    """The functions of a module by name, in its order."""
    found = (node for node in _parsed(name, text).body if isinstance(node, ast.FunctionDef))
    return {node.name: node for node in found}


def _imported(scaffold: Path, text: str, name: str, actions: Sequence[ActionSpec]) -> str:
    """actions.py with the part's functions imported, below its docstring and other imports."""
    wanted = [action.name.lower() for action in actions]
    tree = _parsed("actions.py", text)
    from_part = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == name]
    have = {alias.name for node in from_part for alias in node.names}
    missing = [function for function in wanted if function not in have]
    if clash := _functions("actions.py", text).keys() & missing:
        raise PartError(
            f"{scaffold / 'actions.py'} has a function '{min(clash)}' already, so that of {name} "
            "was not imported: rename one of the two actions"
        )
    if not missing:
        return text
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    head = imports or (tree.body[:1] if ast.get_docstring(tree) is not None else [])
    end = (head[-1].end_lineno or 0) if head else 0
    lines = text.split("\n")
    line = f"from {name} import {', '.join(missing)}"
    above = "\n".join([*lines[:end], *([] if imports or not head else [""]), line])
    return "\n".join([above, *lines[end:]])


def _declaring(text: str, actions: Sequence[ActionSpec], name: str) -> str:
    """scaffold.toml with the part's actions at its end."""
    rows = tomllib.loads(text).get("actions", [])
    have = {spec.name: spec for spec in map(ActionSpec.model_validate, rows)}
    for action in actions:
        found = have.get(action.name)
        if found is None:
            text = f"{text.rstrip()}\n\n{_declared(action)}"
        elif found.args != action.args or found.kind != action.kind:
            raise PartError(
                f"scaffold.toml has another action {action.name} already, so that of {name} was "
                "not declared: rename one of the two"
            )
    return text


def _declared(action: ActionSpec) -> str:
    """One `[[actions]]` table. What TOML and JSON call a string is the same here."""
    rows = action.model_dump(mode="json", exclude_defaults=True)
    order = [key for key in ("name", "kind", "routines", "args", "help") if key in rows]
    return "[[actions]]\n" + "".join(f"{key} = {json.dumps(rows[key])}\n" for key in order)


def _injecting(text: str, wanted: Inject) -> str:
    """scaffold.toml with the part's files among those that the opening prompts show."""
    for routine in ("log", "plan"):
        have: list[str] = tomllib.loads(text).get("inject", {}).get(routine, [])
        more = [name for name in getattr(wanted, routine) if name not in have]
        if more:
            text = _set_inject(text, routine, [*have, *more])
    return text


def _set_inject(text: str, routine: str, names: list[str]) -> str:
    line = f"{routine} = {json.dumps(names)}"
    table = re.search(r"^\[inject\][^\n]*\n", text, re.MULTILINE)
    if table is None:
        first = text.index("[[actions]]")
        new = f"{text[:first]}[inject]\n{line}\n\n{text[first:]}"
    else:
        at, rest = table.end(), text[table.end() :]
        key = re.match(rf"((?:(?!\[)[^\n]*\n)*?){routine}\s*=\s*\[[^\]]*\]", rest)
        start, end = (key.end(1), key.end()) if key else (0, 0)
        new = text[:at] + rest[:start] + line + ("" if key else "\n") + rest[end:]
    try:
        if tomllib.loads(new)["inject"][routine] == names:
            return new
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        pass
    raise PartError(f"scaffold.toml: [inject] could not be edited: write `{line}` there")
