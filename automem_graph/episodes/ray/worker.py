"""The actor that plays episodes on a node, in a folder of its own: a `Driver` behind Ray.

It is asked for one report after the other; each question brings what is to be played as well. All
that it is told and tells is JSON-shaped but for the bytes of files.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any

from automem_graph.episodes.driver import REPORT_S, Driver
from automem_graph.episodes.hold import hold
from automem_graph.episodes.identity import engine
from automem_graph.episodes.layout import RunError, RunFolder
from automem_graph.episodes.ray.shipping import Outbox, Piece, put
from automem_graph.episodes.tracing import flush, hide_texts
from automem_graph.models.meter import Counts, Meter
from automem_graph.protocols import EpisodeJob, JobOutcome
from automem_graph.scaffold.load import load_scaffold

FOLDERS = "automem-ray-"
"""How the names of workers' folders begin, below the node's folder for temporary files."""

Files = Mapping[str, bytes]
"""A scaffold: its files by their names in its folder."""


class Worker:
    """One worker. It shares nothing with the command but what the two tell each other."""

    def __init__(self, hidden: bool, at: str) -> None:
        """`at` is the command's working folder: relative paths in names of models begin there.

        On a node without such a folder they begin where Ray was started.
        """
        if hidden:
            hide_texts()
        with suppress(OSError):
            os.chdir(at)
        self._folder, self._held = _own_folder()
        self._driver = Driver()
        self._runs = 0
        self._playing: dict[int, tuple[RunFolder, Outbox]] = {}
        self._till = _Till(self._folder / "meter")

    def hello(self) -> dict[str, str]:
        """Which code is installed here, and what to call this node."""
        import ray

        return {
            "engine": engine(),
            "node": f"{socket.gethostname()}, {ray.util.get_node_ip_address()}",
        }

    def report(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Take an order, and tell what is new: at once where a job has ended, else after a while.

        `order` is made by `remote.RemoteDriver.order`, and this report read by its `report`.
        """
        refused = []
        self._till.hear(order["meter"])
        for packed in order["jobs"]:
            try:
                self._start(packed, order["scaffolds"])
            except Exception as error:  # a boundary: it becomes a row that someone can read
                lost = f"{type(error).__name__}: {error}"
                refused.append(JobOutcome(job=packed["number"], lost=lost))
        if order["drop"]:
            self._driver.drop()
        elif self._driver.idle:
            self._driver.forget()
        news, outcomes = self._driver.news.take(0.0 if self._driver.idle or refused else REPORT_S)
        ended = {outcome.job for outcome in outcomes}
        files = {job: box.take(ended=job in ended) for job, (_, box) in self._playing.items()}
        for job in ended:
            shutil.rmtree(self._playing.pop(job)[0].path, ignore_errors=True)
        return {
            "news": [one.model_dump(mode="json") for one in news],
            "outcomes": [one.model_dump(mode="json") for one in (*refused, *outcomes)],
            "files": {job: list(map(tuple, pieces)) for job, pieces in files.items() if pieces},
            "counts": self._till.own,
        }

    def leave(self) -> None:
        """Send the last LangSmith traces, and remove the folder; it is killed then."""
        flush()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, packed: Mapping[str, Any], scaffolds: Mapping[str, Any]) -> None:
        job = EpisodeJob.model_validate(packed["job"])
        self._runs += 1
        run = RunFolder(self._folder / "runs" / str(self._runs))
        put(run, (Piece(*piece) for piece in packed["kept"]))
        changes: dict[str, Any] = {"run": str(run.path)}
        if packed["scaffold"]:
            changes["scaffold"] = str(self._scaffold(packed["scaffold"], scaffolds))
        meter = str(self._till.path) if job.meter else ""
        job = job.model_copy(update={"context": {**job.context, **changes}, "meter": meter})
        outbox = Outbox(run.episode(job.episode), sent=bool(packed["kept"]))
        self._playing[packed["number"]] = run, outbox
        self._driver.start(packed["number"], job)

    def _scaffold(self, name: str, scaffolds: Mapping[str, Any]) -> Path:
        """The folder of a scaffold that was sent, under its id; what it holds must amount to it."""
        folder = self._folder / "scaffolds" / name
        if not folder.exists():
            import ray

            half = Path(tempfile.mkdtemp(dir=self._folder))
            unpack(ray.get(scaffolds[name]), half)
            if load_scaffold(half).id != name:
                raise RunError(f"the scaffold {name} is not what was sent")
            folder.parent.mkdir(exist_ok=True)
            half.rename(folder)
        return folder


class _Till:
    """This worker's side of the meter: a file that holds what all have counted so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._meter: Meter | None = None
        self._name = ""
        self._elsewhere = Counts()

    def hear(self, told: Mapping[str, Any] | None) -> None:
        """What was counted elsewhere by now; another name is another meter."""
        if told is None:
            self._meter = None
            return
        elsewhere = Counts(*told["elsewhere"])
        if self._meter is None or told["name"] != self._name:
            self._meter = Meter.on_terms(self.path, told["terms"], elsewhere)
        else:
            self._meter.add(elsewhere.minus(self._elsewhere))
        self._name, self._elsewhere = told["name"], elsewhere

    @property
    def own(self) -> tuple[Any, ...] | None:
        """What was counted here."""
        if self._meter is None:
            return None
        return astuple(self._meter.counts.minus(self._elsewhere))


def pack(folder: Path) -> Files:
    """The files of a scaffold; caches and names with a dot are none."""
    names = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        name.as_posix(): (folder / name).read_bytes()
        for name in names
        if not any(part.startswith(".") or part == "__pycache__" for part in name.parts)
    }


def unpack(files: Files, folder: Path) -> None:
    """Write the files of a scaffold into an empty folder."""
    for name, data in files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise RunError(f"'{name[:80]}' is no name of a scaffold's file")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _own_folder() -> tuple[Path, int]:
    """A folder that this process holds; those that nobody holds any more are removed."""
    home = Path(tempfile.gettempdir())
    for other in home.glob(f"{FOLDERS}*"):
        _remove_left(other)
    folder = Path(tempfile.mkdtemp(prefix=FOLDERS, dir=home))
    return folder, hold(folder)


def _remove_left(folder: Path) -> None:
    """Remove the folder of a worker that was killed; one of another user is left alone."""
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if os.fstat(held).st_uid == os.getuid():
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        return
    finally:
        os.close(held)
