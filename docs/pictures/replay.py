"""The pictures of replays, each of episodes that are played for it: offline, in a minute.

`python docs/pictures/replay.py [NAME...]` needs the `dev` extra and Debian's chromium; the
names are those in `PICTURES`.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
AUTOMEM = str(Path(sys.executable).with_name("automem"))
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu")


def single(browser: Browser, work: Path) -> None:
    """`replay.png` and `replay-phone.png`: an episode of Crafter, where a zombie comes."""
    run = play(work / "memory")
    with served(run) as address:
        page = shown(browser, f"{address}#step=140", 1280, 800, "light")
        page.screenshot(path=HERE / "replay.png")
        page = shown(browser, f"{address}#step=140", 390, 844, "dark")
        page.screenshot(path=HERE / "replay-phone.png")


def three(browser: Browser, work: Path) -> None:
    """`replay-three.png`: one world, with memory, without it, and by chance."""
    runs = [
        play(work / "v0"),
        play(work / "wiped", "--agent", "memory-wiped"),
        play(work / "random", "--agent", "random"),
    ]
    with served(*runs) as address:
        page = shown(browser, f"{address}#step=48", 1280, 800, "dark")
        page.screenshot(path=HERE / "replay-three.png")


PICTURES: dict[str, Callable[[Browser, Path], None]] = {
    "single": single,
    "three": three,
}


def play(run: Path, *options: str) -> Path:
    """The folder of a run with one episode of Crafter."""
    command = [AUTOMEM, "play", "crafter", "--seed", "42", "--steps", "400", "--out", str(run)]
    subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL)
    return run


@contextmanager
def served(*runs: Path) -> Iterator[str]:
    """The address at which `automem replay` shows these runs."""
    command = [AUTOMEM, "replay", *map(str, runs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield next(line.strip() for line in process.stdout if re.match("http://", line))
        finally:
            process.terminate()


def shown(browser: Browser, address: str, width: int, height: int, theme: str) -> Page:
    """A page whose worlds are drawn."""
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
    page.set_default_timeout(120_000)
    page.goto(address)
    for column in page.locator(".column").all():
        column.locator(".picture canvas").first.wait_for()
    page.wait_for_timeout(500)
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PICTURES))
    names = parser.parse_args().names or list(PICTURES)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as work:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name in names:
            PICTURES[name](browser, Path(work))
        browser.close()


if __name__ == "__main__":
    main()
