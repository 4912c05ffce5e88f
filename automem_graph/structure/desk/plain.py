"""What others wrote, made plain: text that shows what is in it, files that lead nowhere else.

Models, scaffolds and proposers write what lies in a workspace, and a proposer may put anything in
the place of anything there. So links are neither followed nor made, and no text can move a cursor,
hide, or pass for the structure of the page that shows it.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import tempfile
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

READ_ONLY = 0o444

DEEPEST = 12
"""Folders in one another that are looked into: deeper ones may have no path that the system takes.
With names of 255 bytes this is 3 KiB of the 4 that a path may have."""

_PLAIN = re.compile(r"[\t\n -~]*")
_UNSEEN = frozenset(
    chr(code)
    for codes in (
        (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
        range(0x180B, 0x1810),
        range(0xFE00, 0xFE10),
        range(0xE0100, 0xE01F0),
    )
    for code in codes
)
"""Letters and marks that show nothing, which Python calls printable all the same."""


def visible(text: str) -> str:
    """The text with LF as its only line end and an escape (`\\x1b`) for what would not show.

    That is control characters, what turns the direction of text or takes no place, and characters
    that are not assigned.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _PLAIN.fullmatch(text):
        return text
    return "".join(char if _shows(char) else _escaped(char) for char in text)


def _shows(char: str) -> bool:
    if char in "\n\t":
        return True
    return (char.isprintable() or unicodedata.category(char) == "Zs") and char not in _UNSEEN


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()


def shortened(text: str, most: int) -> str:
    """The text, or about `most` characters of its two ends and how many are left out between."""
    if len(text) <= most:
        return text
    end = most // 3
    left_out = f"[... {len(text) - most:,} characters ...]"
    return f"{text[: most - end].rstrip()} {left_out} {text[-end:].lstrip()}"


def one_line(text: str, most: int) -> str:
    """The text as one plain line: for tables and lists, where `|` would end a cell."""
    return shortened(" ".join(visible(text).split()), most).replace("|", "\\|").replace("`", "'")


def block(text: str) -> str:
    """The text as a code block of Markdown, by indenting: nothing in it can end it."""
    return "\n".join(f"    {line}".rstrip() for line in visible(text).split("\n"))


def field(name: str, text: str, most: int) -> str:
    """A line of a code block, `    name    text`; where it has several lines, they stand below.

    These begin with six spaces, so that none of them can pass for a field.
    """
    text = shortened(visible(text), most)
    if "\n" not in text:
        return f"    {name:<8}{text}".rstrip()
    return "\n".join([f"    {name}", *(f"      {line}".rstrip() for line in text.split("\n"))])


def clear(path: Path) -> None:
    """Remove whatever is there, a link itself and not what it leads to; nothing is no error."""
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    folders = [path]
    for folder in folders:  # not by recursion: they may be nested deeply
        folder.chmod(0o700)
        deep = len(folder.parts) - len(path.parts) >= DEEPEST
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    Path(entry.path).unlink()
                elif deep:  # moved up, since its path could become too long
                    folders.append(Path(tempfile.mkdtemp(dir=path)))
                    Path(entry.path).rename(folders[-1])
                else:
                    folders.append(Path(entry.path))
    for folder in reversed(folders):
        folder.rmdir()


def own_folder(path: Path) -> None:
    """Make sure that this is a folder, and no link to one."""
    if path.is_symlink() or not path.is_dir():
        clear(path)
        path.mkdir(parents=True)


def read_plain(path: Path, most: int) -> str:
    """At most `most` bytes of a regular file as visible text; empty where there is none."""
    return visible(_bytes(path, most).decode("utf-8", "replace"))


def write_plain(path: Path, text: str, mode: int = READ_ONLY) -> None:
    """Write a text in the place of whatever is there."""
    clear(path)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(file, "wb") as opened:
        opened.write(text.encode("utf-8", "replace"))


class Tree(NamedTuple):
    """What a folder holds, relative and sorted; caches and hidden names do not count."""

    files: list[Path]
    """Its regular files."""
    odd: list[Path]
    """Links, pipes and the like, and folders that are too deep, which are not looked into."""


def tree_of(folder: Path) -> Tree:
    """All of a folder; nothing where it is a link, or may not be read."""
    files: list[Path] = []
    odd: list[Path] = []
    inner = [] if folder.is_symlink() or not folder.is_dir() else [Path()]
    for place in inner:
        with suppress(PermissionError), os.scandir(folder / place) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name == "__pycache__":
                    continue
                name = place / entry.name
                if entry.is_dir(follow_symlinks=False):
                    (inner if len(name.parts) <= DEEPEST else odd).append(name)
                else:
                    (files if entry.is_file(follow_symlinks=False) else odd).append(name)
    return Tree(sorted(files), sorted(odd))


def copy_plain(
    source: Path, into: Path, *, read_only: bool = False, files: int = 1000, size: int = 1 << 24
) -> None:
    """Copy the plain files of a tree into a new folder.

    At most `files` of them and `size` bytes in all: what goes beyond is cut off.
    """
    clear(into)
    into.mkdir(parents=True)
    for name in tree_of(source).files[:files]:
        if size <= 0:
            return
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        data = _bytes(source / name, size)
        size -= len(data)
        target.write_bytes(data)
        target.chmod(READ_ONLY if read_only else 0o644)


def half_made(path: Path) -> Path:
    """A new folder beside that path, to be filled and then renamed to it."""
    return Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))


def open_plain(path: Path) -> BinaryIO:
    """A regular file, to be read; OSError where it is none, and a pipe is not waited on."""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if stat.S_ISREG(os.fstat(file).st_mode):
        return os.fdopen(file, "rb")
    os.close(file)
    raise OSError(errno.EINVAL, "it is no plain file")


def _bytes(path: Path, most: int) -> bytes:
    """The beginning of a regular file; nothing of anything else."""
    try:
        with open_plain(path) as opened:
            return opened.read(most)
    except OSError:
        return b""
