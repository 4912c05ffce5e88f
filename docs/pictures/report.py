"""The pictures of a report: `report.png` and `report-phone.png`, of a run's first screens.

`python docs/pictures/report.py RUN` with Debian's chromium; RUN is a folder that `automem evolve`,
or any other command, has written.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

from automem_graph.report.report import read_report, write_report

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--hide-scrollbars",
)
DARK = "--blink-settings=preferredColorScheme=0"


def shoot(page: Path, picture: Path, width: int, height: int, *options: str) -> None:
    """A picture of the top of a page. Chromium makes no window narrower than 500."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            CHROMIUM, *OPTIONS, *options, f"--user-data-dir={profile}",
            f"--window-size={width},{height}", f"--screenshot={picture}", page.absolute().as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run
    with tempfile.TemporaryDirectory() as work:
        page = write_report(read_report([run]), Path(work) / "report.html")
        shoot(page, HERE / "report.png", 1000, 1500)
        frame = Path(work) / "phone.html"
        frame.write_text(
            '<body style="margin:0;background:#14171b"><iframe src="report.html" '
            f'style="border:0;width:390px;height:844px;zoom:{500 / 390}"></iframe>'
        )
        shoot(frame, HERE / "report-phone.png", 500, 1082, DARK)


if __name__ == "__main__":
    main()
