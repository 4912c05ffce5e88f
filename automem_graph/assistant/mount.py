"""`MemoryBackend`: memory as files of a deep agent, beside its other ones.

    files = CompositeBackend(default=StateBackend(), routes={"/memories/": MemoryBackend("mem")})
    agent = create_deep_agent(model, backend=files)

Its own file tools then read and write memory: `/memories/notes.md` is the file `notes.md`. Needs
deepagents, so it is imported where a deep agent is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from automem_graph.assistant.keeper import MemoryFor
from automem_graph.assistant.paths import Astray, folder_of, inside, name_of
from automem_graph.assistant.visiting import Visitors, as_deed, out_of_reach, writer
from automem_graph.memory.rows import JournalError
from automem_graph.protocols import Edit

try:
    from deepagents.backends.protocol import (
        BackendProtocol,
        DeleteResult,
        EditResult,
        FileData,
        FileDownloadResponse,
        FileInfo,
        FileUploadResponse,
        GlobResult,
        GrepResult,
        LsResult,
        ReadResult,
        WriteResult,
    )
    from deepagents.backends.utils import (
        compile_grep_include_glob,
        grep_matches_from_files,
        perform_string_replacement,
        slice_read_response,
    )
except ImportError as error:
    raise ImportError(
        "memory as the files of a deep agent needs deepagents, which is not installed: "
        'pip install "automem-graph[agent]"'
    ) from error

P = ParamSpec("P")
R = TypeVar("R")


def _answering(
    result: Callable[..., R],
) -> Callable[
    [Callable[Concatenate[MemoryBackend, P], R]], Callable[Concatenate[MemoryBackend, P], R]
]:
    """What cannot be done is the result's `error`, never an exception: that would end the run."""

    def wrap(
        do: Callable[Concatenate[MemoryBackend, P], R],
    ) -> Callable[Concatenate[MemoryBackend, P], R]:
        @wraps(do)
        def answered(self: MemoryBackend, /, *args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return do(self, *args, **kwargs)
            except Astray as astray:
                return result(error=str(astray))
            except (OSError, JournalError) as error:
                return result(error=out_of_reach(error))

        return answered

    return wrap


class MemoryBackend(BackendProtocol):
    """Memory files as deepagents' files: text only, in the memory's names, quotas and rules.

    Nothing is kept here but what each thread has seen of the files, so a change shows at once in
    every thread. `write` over text that its thread has not seen is refused; `edit` is made on the
    file as it is now, and made anew where somebody else wrote in between.
    """

    def __init__(self, memory: MemoryFor) -> None:
        self._visitors = Visitors(memory)

    @_answering(LsResult)
    def ls(self, path: str) -> LsResult:
        """The files and folders right in a folder; a folder's path ends in `/`."""
        folder = folder_of(path)
        found = inside(folder, self._names())
        if folder and not found:
            return LsResult(error=f"Directory /{folder} not found")
        here = {f"/{name[: len(folder)]}{name[len(folder) :].partition('/')[0]}" for name in found}
        files = {f"/{name}" for name in found}
        return LsResult(
            entries=[
                FileInfo(path=one, is_dir=False) if one in files else _folder(one)
                for one in sorted(here)
            ]
        )

    @_answering(ReadResult)
    def read(self, file_path: str, offset: int = 0, limit: int = 2000) -> ReadResult:
        """Some of a file's lines, counted from 0."""
        text = self._visitors.see(writer(), name_of(file_path))
        if text is None:
            return ReadResult(error=f"File {file_path} not found")
        return slice_read_response(_data(text), offset, limit)

    @_answering(WriteResult)
    def write(self, file_path: str, content: str) -> WriteResult:
        """Create a file, or replace it."""
        name, source = name_of(file_path), writer()
        with self._visitors.visit(source) as visit:
            edit = Edit(op="replace", file=name, text=content)
            answer = visit.perform(as_deed(source, "WRITE", {"file": name}), [edit])
        return WriteResult(path=file_path) if answer.ok else WriteResult(error=answer.text)

    @_answering(EditResult)
    def edit(
        self, file_path: str, old_string: str, new_string: str, replace_all: bool = False
    ) -> EditResult:
        """Replace a text that is there once, or everywhere it is; line ends do not matter."""
        name, made = name_of(file_path), 0
        if self._visitors.memory.text(name) is None:
            return EditResult(error=f"File {file_path} not found")

        def replaced(text: str) -> str:
            nonlocal made
            done = perform_string_replacement(text, _lf(old_string), _lf(new_string), replace_all)
            if isinstance(done, str):
                raise Astray(done)
            changed, made = done
            return changed

        answer = self._visitors.revise(writer(), "EDIT", name, replaced)
        if not answer.ok:
            return EditResult(error=answer.text)
        return EditResult(path=file_path, occurrences=made)

    @_answering(DeleteResult)
    def delete(self, file_path: str) -> DeleteResult:
        """Remove a file, or a folder with all that is in it; never all of memory at once."""
        name = name_of(file_path)
        names = self._names()
        gone = [name] if name in names else inside(f"{name}/", names)
        if not gone:
            return DeleteResult(error=f"File {file_path} not found")
        answer = self._visitors.move(writer(), "DELETE", dict.fromkeys(gone))
        return DeleteResult(path=file_path) if answer.ok else DeleteResult(error=answer.text)

    @_answering(GrepResult)
    def grep(
        self,
        pattern: str,
        path: str | None = None,
        glob: str | None = None,
        *,
        max_count: int | None = None,
    ) -> GrepResult:
        """The lines that contain a text."""
        within = folder_of(path or "/")
        memory = self._visitors.memory
        names = self._names()
        wanted = [within[:-1]] if within[:-1] in names else inside(within, names)
        files = {f"/{name}": _data(memory.text(name) or "") for name in wanted}
        return grep_matches_from_files(files, pattern, f"/{within[:-1]}", glob, max_count=max_count)

    @_answering(GlobResult)
    def glob(self, pattern: str, path: str | None = None) -> GlobResult:
        """The files whose path fits a pattern."""
        within = folder_of(path or "/")
        try:
            fits = compile_grep_include_glob(pattern)
        except ValueError as refused:
            return GlobResult(error=str(refused))
        found = [name for name in inside(within, self._names()) if fits(name[len(within) :])]
        return GlobResult(matches=[FileInfo(path=f"/{name}", is_dir=False) for name in found])

    def upload_files(self, files: list[tuple[str, bytes]]) -> list[FileUploadResponse]:
        """Write files, each on its own; what is no UTF-8 text is refused."""
        return [
            FileUploadResponse(path=path, error=self._upload(path, data)) for path, data in files
        ]

    def download_files(self, paths: list[str]) -> list[FileDownloadResponse]:
        """Whole files, each on its own."""
        return [self._download(path) for path in paths]

    def _names(self) -> list[str]:
        return [entry.name for entry in self._visitors.memory.index()]

    def _upload(self, path: str, data: bytes) -> str | None:
        if b"\0" in data:
            return "memory keeps text only"
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return "memory keeps text only"
        try:
            name_of(path)
        except Astray:
            return "invalid_path"
        return self.write(path, text).error

    def _download(self, path: str) -> FileDownloadResponse:
        try:
            name = name_of(path)
            text = self._visitors.see(writer(), name)
            if text is not None:
                return FileDownloadResponse(path=path, content=text.encode())
            error = "is_directory" if inside(f"{name}/", self._names()) else "file_not_found"
        except Astray:
            error = "invalid_path"
        except PermissionError:
            error = "permission_denied"
        except (OSError, JournalError) as broken:
            error = out_of_reach(broken)
        return FileDownloadResponse(path=path, error=error)


def _folder(path: str) -> FileInfo:
    return FileInfo(path=f"{path}/", is_dir=True)


def _data(text: str) -> FileData:
    return FileData(content=text, encoding="utf-8")


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
