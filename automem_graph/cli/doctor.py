"""`automem doctor`: what is installed, what is missing, and what keeps scaffold code in."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from automem_graph.cli.config import FILE, VARIABLE, Config
from automem_graph.cli.console import FAILURE, out, print_json, shown
from automem_graph.episodes.identity import installed
from automem_graph.scaffold.client import ScaffoldHost
from automem_graph.scaffold.load import load_scaffold
from automem_graph.scaffold.sandbox import Isolation, isolation
from automem_graph.worlds.process import WorldProcess
from automem_graph.worlds.registry import missing, task_names

NEEDED = ("langgraph", "langchain", "jinja2", "pydantic", "crafter", "numba", "numpy", "scipy")
OPTIONAL = {
    "nle": ("the worlds NetHack and MiniHack", 'pip install "automem-graph[nethack]"'),
    "minihack": ("the worlds of MiniHack", 'pip install "automem-graph[nethack]"'),
    "langgraph-cli": ("LangGraph Studio", 'pip install "automem-graph[studio]"'),
    "langchain-openai": ("models openai:... and vllm:...", 'pip install "automem-graph[openai]"'),
    "langchain-anthropic": ("models named anthropic:...", "pip install langchain-anthropic"),
    "langchain-ollama": ("models named ollama:...", "pip install langchain-ollama"),
    "torch": ("models named local:...", 'pip install "automem-graph[local]"'),
    "transformers": ("models named local:...", 'pip install "automem-graph[local]"'),
    "peft": ("models named local:...", 'pip install "automem-graph[local]"'),
}


def doctor(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Look at this installation: packages, worlds, isolation, settings. Changes nothing."""
    layers = isolation()
    config: Config = ctx.obj
    found: dict[str, Any] = {
        "python": platform.python_version(),
        "packages": {name: installed(name) for name in NEEDED},
        "optional": {name: installed(name) for name in OPTIONAL},
        "worlds": _try_worlds(),
        "scaffold_host": _try_host(),
        "isolation": _as_json(layers),
        "settings": {"file": config.file and str(config.file), "variables": config.variables},
        "langsmith_tracing": os.environ.get("LANGSMITH_TRACING", "").lower() == "true",
    }
    if as_json:
        print_json(json.dumps(found, indent=2))
    else:
        _report(found, layers)
    broken = None in found["packages"].values() or found["scaffold_host"] != "ok"
    if broken or any(_is_broken(name, state) for name, state in found["worlds"].items()):
        raise typer.Exit(FAILURE)


def _report(found: dict[str, Any], layers: Isolation) -> None:
    out.print(shown(f"Python {found['python']}"))
    for name, there in found["packages"].items():
        _line(there is not None, name, there or f"missing: pip install {name}")
    for name, there in found["optional"].items():
        what, how = OPTIONAL[name]
        _line(there is not None, name, there or f"not installed ({what}): {how}", soft=True)
    for name, state in found["worlds"].items():
        _line(state == "ok", f"world {name}", state, soft=not _is_broken(name, state))
    _line(found["scaffold_host"] == "ok", "scaffold host", found["scaffold_host"])
    _isolation(layers)
    _settings(found["settings"])
    tracing = "on" if found["langsmith_tracing"] else "off; LANGSMITH_TRACING=true turns it on"
    out.print(shown(f"LangSmith tracing is {tracing}."))


def _settings(found: Mapping[str, Any]) -> None:
    file = found["file"] or f"none; there is no {FILE} here, and {VARIABLE} names no file"
    out.print(shown(f"\nSettings: {file}"), soft_wrap=True)
    if found["variables"]:
        out.print(shown(f"and over them: {', '.join(found['variables'])}"), soft_wrap=True)


def _isolation(found: Isolation) -> None:
    out.print("\nScaffold code runs in a process of its own, behind:")
    abi = f"Landlock ABI {found.landlock_abi}: files are read-only, and few of them"
    _line(found.landlock_abi > 0, "files", abi if found.landlock_abi else "no Landlock here")
    calls = "seccomp: no sockets, no programs, no signals"
    _line(found.seccomp, "system calls", calls if found.seccomp else "no seccomp filter here")
    limit = "an address space limit"
    _line(found.memory_limit, "memory", limit if found.memory_limit else "no limit here")
    out.print("It does not cover:")
    for gap in found.not_covered:
        out.print(shown(f"  - {gap}"))
    if not found.kernel_enforced:
        out.print(
            "The kernel does not keep scaffold code in on this machine, only the interpreter "
            "does: play shipped scaffolds, and evolve others in a Linux container."
        )


def _line(good: bool, name: str, text: str, *, soft: bool = False) -> None:
    mark, style = ("ok", "green") if good else ("--", "dim") if soft else ("!!", "red")
    line = shown(f"  {mark}  {name:<35} {text}")
    line.stylize(style, 2, 4)
    out.print(line, soft_wrap=True)


def _try_worlds() -> dict[str, str]:
    """Open and reset a world of each task, for real; what is missing where that cannot be."""
    found = {name: missing(name) or "ok" for name in task_names()}
    worlds: WorldProcess | None = None
    for name in [name for name, state in found.items() if state == "ok"]:
        try:
            if worlds is None or not worlds.alive:
                worlds = WorldProcess.start()
            worlds.open(name, 0).reset()
        except (RuntimeError, OSError) as error:
            found[name] = str(error)
    if worlds is not None:
        worlds.close()
    return found


def _is_broken(name: str, state: str) -> bool:
    """Whether a world fails that has all it needs; one that lacks something is only absent."""
    return state not in ("ok", missing(name))


def _try_host() -> str:
    """Start the shipped scaffold's host, for real."""
    try:
        ScaffoldHost.start(load_scaffold("v0")).close()
    except (RuntimeError, ValueError, OSError) as error:
        return str(error)
    return "ok"


def _as_json(found: Isolation) -> dict[str, Any]:
    return {
        "landlock_abi": found.landlock_abi,
        "seccomp": found.seccomp,
        "memory_limit": found.memory_limit,
        "kernel_enforced": found.kernel_enforced,
        "not_covered": list(found.not_covered),
    }
