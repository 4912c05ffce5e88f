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
