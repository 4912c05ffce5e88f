"""The section `# Your files` of a system prompt: what each file is for, a line each."""

from __future__ import annotations

import re

TITLE = "# Your files"


def with_lines(prompt: str, lines: str) -> str:
    """The prompt with these lines in that section, once.

    Where there is no such section, it begins before the last paragraph, which says how a turn ends.
    """
    if lines in prompt:
        return prompt
    paragraphs = re.split(r"\n{2,}", prompt.strip())
    end = len(paragraphs) - (len(paragraphs) > 1)
    if TITLE not in paragraphs:
        paragraphs[end:end] = [TITLE, lines]
        return "\n\n".join(paragraphs) + "\n"
    start = paragraphs.index(TITLE) + 1
    heads = [n for n in range(start, len(paragraphs)) if paragraphs[n].startswith("# ")]
    end = heads[0] if heads else max(start, end)
    listed = [n for n in range(start, end) if paragraphs[n].startswith("- ")]
    if listed and lines.startswith("- "):
        paragraphs[listed[-1]] += f"\n{lines}"
    else:
        paragraphs.insert(end, lines)
    return "\n\n".join(paragraphs) + "\n"
