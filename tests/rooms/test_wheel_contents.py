"""What pyproject.toml names travels in the wheel: it must name all modules and all other files."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PACKAGE = CHECKOUT / "automem_graph"
TOLD = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["setuptools"]


def test_every_package_is_named():
    found = {
        ".".join(one.parent.relative_to(CHECKOUT).parts) for one in PACKAGE.rglob("__init__.py")
    }
    assert found == {name for name in TOLD["packages"] if not name.endswith(".tools")}


def test_every_file_that_is_no_module_is_named():
    for file in PACKAGE.rglob("*"):
        if file.suffix in (".py", ".pyc") or file.is_dir():
            continue
        named = [
            pattern
            for package, patterns in TOLD["package-data"].items()
            for pattern in patterns
            if fnmatch(str(file), f"{CHECKOUT}/{package.replace('.', '/')}/{pattern}")
        ]
        assert named, file


def test_every_file_of_the_tools_is_named():
    tools = CHECKOUT / "tools"
    patterns = TOLD["package-data"]["automem_graph.tools"]
    named = {path for pattern in patterns for path in tools.glob(pattern)}
    for file in tools.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts and file.parent != tools:
            assert file in named, file
