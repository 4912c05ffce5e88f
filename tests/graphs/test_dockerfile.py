"""The image that LangGraph's command line makes of langgraph.json: what it would hold and serve.

The image itself is not built: that needs Docker, and LangGraph's base image.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
CONFIG = json.loads((CHECKOUT / "langgraph.json").read_text())


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = tmp_path_factory.mktemp("image") / "Dockerfile"
    subprocess.run(
        [sys.executable, "-m", "langgraph_cli", "dockerfile", "-c", "langgraph.json", made],
        cwd=CHECKOUT, env={**os.environ, "LANGGRAPH_CLI_NO_ANALYTICS": "1"}, check=True,
        capture_output=True,
    )  # fmt: skip
    return made.read_text()


def travels(path: str) -> bool:
    """Whether Docker would add the file: the last rule of .dockerignore that fits it decides.

    Of Docker's patterns these are what the file has: names at the root, and `**/` before a name.
    """
    added, parts = True, Path(path).parts
    for line in (CHECKOUT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        anywhere = pattern.startswith("**/")
        if pattern[3:] in parts if anywhere else fnmatch(parts[0], pattern):
            added = line.startswith("!")
    return added


def told(dockerfile: str, variable: str) -> dict:
    found = re.search(rf"^ENV {variable}='(.*)'$", dockerfile, re.MULTILINE)
    assert found is not None, dockerfile
    return json.loads(found[1])


def inside(dockerfile: str, place: str) -> str:
    """The file of an entry such as /deps/automem/graphs/pages.py:app, from the checkout's root."""
    added = re.search(r"^ADD \. (/deps/\S+)$", dockerfile, re.MULTILINE)
    assert added is not None, dockerfile
    file, _, _ = place.partition(":")
    return str(Path(file).relative_to(added[1]))


def test_every_graph_and_the_pages_are_where_the_image_has_them(dockerfile: str):
    graphs = told(dockerfile, "LANGSERVE_GRAPHS")
    assert graphs.keys() == CONFIG["graphs"].keys()
    places = [graph["path"] for graph in graphs.values()]
    for place in [*places, told(dockerfile, "LANGGRAPH_HTTP")["app"]]:
        file = inside(dockerfile, place)
        assert (CHECKOUT / file).is_file()
        assert travels(file)


def test_the_package_is_installed_from_what_was_added(dockerfile: str):
    assert re.search(r"pip install .*-e \.", dockerfile)
    setup = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    places = setup["tool"]["setuptools"]["package-dir"]
    for package, patterns in setup["tool"]["setuptools"]["package-data"].items():
        folder = CHECKOUT / places.get(package, package.replace(".", "/"))
        for pattern in patterns:
            files = [file for file in folder.glob(pattern) if file.is_file()]
            assert files or pattern.endswith("/*"), (package, pattern)
            assert all(travels(str(file.relative_to(CHECKOUT))) for file in files)
    project = setup["project"]
    assert all(map(travels, ["pyproject.toml", project["readme"], *project["license-files"]]))


@pytest.mark.parametrize(
    "path",
    [
        "runs/crafter-1/run.json",
        ".env",
        ".git/config",
        ".venv/bin/python",
        ".langgraph_api/store.pckl",
        "models/base/model.safetensors",
        "runs-of-mine/x/trace.jsonl",
        "automem_graph/__pycache__/wire.cpython-311.pyc",
        "tests/conftest.py",
    ],
)
def test_runs_keys_and_weights_stay_outside(path: str):
    assert not travels(path)
