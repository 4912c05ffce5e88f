"""The page on memory: its code runs, and prints what the page shows."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "memory.md"


def test_the_page_prints_what_it_shows(capsys):
    names = {}
    blocks = re.findall(
        r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", PAGE.read_text(), re.DOTALL
    )
    assert len(blocks) >= 8
    for code, shown in blocks:
        exec(code, names)
        said = "\n".join(line for line in capsys.readouterr().out.splitlines() if line)
        assert said == shown.rstrip("\n")
    folders = {path.name: (path / "a.md").read_text() for path in Path("users").iterdir()}
    assert folders == {
        "anna": "anna\n",
        "=2e=2e=2fanna": "../anna\n",
        "=41nna": "Anna\n",
    }
