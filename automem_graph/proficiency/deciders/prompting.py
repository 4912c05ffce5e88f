"""The prompts of those deciders that are models."""

from __future__ import annotations

from importlib import resources


def prompt(name: str) -> str:
    """One of the files in prompts/."""
    file = resources.files(__package__) / "prompts" / name
    return file.read_text("utf-8").strip()
