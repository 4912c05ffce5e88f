"""The six commands of Claude's memory tool over memory files, with the sentences it documents.

Paths begin with `/memories`: `/memories/notes.md` is the file `notes.md`. A command that cannot be
raises `Astray` with the sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from automem_graph.assistant.paths import Astray, inside, name_of
from automem_graph.assistant.visiting import Visitors, as_deed
from automem_graph.memory.source import Source
from automem_graph.memory.text import normal_form
from automem_graph.protocols import Answer, Edit

ROOT = "/memories"

VIEW_CHARS = 16_000
"""Characters of one view; a longer file is viewed in ranges."""

_MISSING = "The path {} does not exist. Please provide a valid path."


def view(
    visitors: Visitors, source: Source, path: str, view_range: Sequence[int] | None = None
) -> str:
    """A file with its lines numbered, or what a folder holds, up to two levels deep."""
    name = _name(path)
    text = visitors.see(source, name) if name else None
    if text is not None:
        lines = _lines(text)
        first, last = _range(view_range, len(lines))
        return f"Here's the content of {path} with line numbers:\n{_page(lines, first, last)}"
    names = [entry.name for entry in visitors.memory.index()]
    found = inside(f"{name}/" if name else "", names)
    if name and not found:
        raise Astray(_MISSING.format(path))
    return _listed(visitors, path.rstrip("/"), len(name) + 1 if name else 0, found)


def create(visitors: Visitors, source: Source, path: str, file_text: str) -> str:
    """A new file; one that is there stays as it is."""
    name = _file(path)
    with visitors.visit(source) as visit:
        if visit.text(name) is not None:
            raise Astray(f"Error: File {path} already exists")
        edit = Edit(op="replace", file=name, text=file_text)
        _done(visit.perform(as_deed(source, "CREATE", {"file": name}), [edit]))
    return f"File created successfully at: {path}"


def str_replace(
    visitors: Visitors, source: Source, path: str, old_str: str, new_str: str = ""
) -> str:
    """Replace a text that is in the file exactly once, and show the lines around it."""
    old, new = _plain(old_str), _plain(new_str)
    shown = ""

    def replaced(text: str) -> str:
        nonlocal shown
        places = _places(text, old)
        if not places:
            raise Astray(
                f"No replacement was performed, old_str `{old_str}` did not appear verbatim in "
                f"{path}."
            )
        if len(places) > 1:
            raise Astray(
                f"No replacement was performed. Multiple occurrences of old_str `{old_str}` in "
                f"lines: {', '.join(map(str, places))}. Please ensure it is unique"
            )
        changed = text.replace(old, new)
        lines = _lines(normal_form(changed))
        shown = _page(lines, max(places[0] - 2, 1), min(places[0] + 2, len(lines)))
        return changed

    _revise(visitors, source, "STR_REPLACE", path, replaced)
    return (
        "The memory file has been edited. Here is the snippet showing the change (with line "
        f"numbers):\n{shown}"
    )


def insert(
    visitors: Visitors, source: Source, path: str, insert_line: int, insert_text: str = ""
) -> str:
    """Put a text after a line; after line 0 is the beginning."""

    def inserted(text: str) -> str:
        lines = _lines(text)
        if not 0 <= insert_line <= len(lines):
            raise Astray(
                f"Error: Invalid `insert_line` parameter: {insert_line}. It should be within the "
                f"range of lines of the file: [0, {len(lines)}]"
            )
        put = _plain(insert_text).removesuffix("\n")
        return "\n".join([*lines[:insert_line], put, *lines[insert_line:]])

    _revise(visitors, source, "INSERT", path, inserted, by_place=True)
    return f"The file {path} has been edited."


def delete(visitors: Visitors, source: Source, path: str) -> str:
    """Remove a file, or a folder with all that is in it."""
    name = _file(path)
    gone = _those(visitors, name)
    if not gone:
        raise Astray(f"Error: The path {path} does not exist")
    _done(visitors.move(source, "DELETE", dict.fromkeys(gone)))
    return f"Successfully deleted {path}"


def rename(visitors: Visitors, source: Source, old_path: str, new_path: str) -> str:
    """Give a file or a folder another name; what is there is never replaced."""
    old, new = _file(old_path), _file(new_path)
    moved = _those(visitors, old)
    if not moved:
        raise Astray(f"Error: The path {old_path} does not exist")
    if _those(visitors, new):
        raise Astray(f"Error: The destination {new_path} already exists")
    named = {one: name_of(f"/{new}{one[len(old) :]}") for one in moved}
    _done(visitors.move(source, "RENAME", named))
    return f"Successfully renamed {old_path} to {new_path}"


COMMANDS: Mapping[str, Callable[..., str]] = {
    command.__name__: command for command in (view, create, str_replace, insert, delete, rename)
}


def _name(path: str) -> str:
    """The memory file's name, or the folder's; empty for all of memory."""
    if path.rstrip("/") == ROOT:
        return ""
    if not path.startswith(f"{ROOT}/"):
        raise Astray(f"Error: Path must start with {ROOT}, got: {path[:80]!a}")
    return name_of(path.removeprefix(ROOT))


def _file(path: str) -> str:
    name = _name(path)
    if not name:
        raise Astray(f"Error: {ROOT} itself can be viewed only; name a file in it")
    return name


def _those(visitors: Visitors, name: str) -> list[str]:
    names = [entry.name for entry in visitors.memory.index()]
    return [name] if name in names else inside(f"{name}/", names)


def _revise(
    visitors: Visitors,
    source: Source,
    action: str,
    path: str,
    make: Callable[[str], str],
    *,
    by_place: bool = False,
) -> None:
    name = _file(path)
    if visitors.memory.text(name) is None:
        raise Astray(f"Error: {_MISSING.format(path)}")
    _done(visitors.revise(source, action, name, make, by_place=by_place))


def _done(answer: Answer) -> None:
    if not answer.ok:
        raise Astray(f"Error: {answer.text}")


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _lines(text: str) -> list[str]:
    whole = normal_form(text)
    return whole.removesuffix("\n").split("\n") if whole else []


def _places(text: str, wanted: str) -> list[int]:
    """The lines in which a text begins; each place that it is at, also where they overlap."""
    places = []
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        places.append(text.count("\n", 0, at) + 1)
        at = text.find(wanted, at + 1)
    return places


def _range(asked: Sequence[int] | None, lines: int) -> tuple[int, int]:
    if not asked:
        return 1, lines
    if len(asked) != 2:
        raise Astray("Error: `view_range` is two line numbers, as in [1, 20]; -1 is the last line")
    first, last = asked
    return max(first, 1), lines if last == -1 else min(last, lines)


def _page(lines: Sequence[str], first: int, last: int) -> str:
    """The lines with their numbers, in six places and a tab, as many as a view may show."""
    page, left = [], VIEW_CHARS
    for number in range(first, last + 1):
        line = lines[number - 1][:VIEW_CHARS]
        left -= len(line)
        if left < 0:
            page.append(f"(there are {len(lines)} lines; go on with view_range [{number}, -1])")
            break
        page.append(f"{number:>6}\t{line}")
    return "\n".join(page)


def _listed(visitors: Visitors, path: str, start: int, names: Sequence[str]) -> str:
    """What is in a folder, with the sizes; `start` is where its names begin within theirs."""
    sizes = {path: 0}
    for name in names:
        size = len((visitors.memory.text(name) or "").encode())
        parts = name[start:].split("/")
        folders = [f"{path}/{'/'.join(parts[:deep])}/" for deep in range(1, len(parts))]
        for one in [path, *folders, f"{path}/{name[start:]}"]:
            if one.removeprefix(path).strip("/").count("/") < 2:
                sizes[one] = sizes.get(one, 0) + size
    listed = "\n".join(f"{size / 1024:.1f}K\t{one}" for one, size in sizes.items())
    return (
        f"Here're the files and directories up to 2 levels deep in {path}, excluding hidden items "
        f"and node_modules:\n{listed}"
    )
