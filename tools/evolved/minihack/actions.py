"""The memory actions of the base agent (paper, table of base actions), one function each.

A function is named like its action in lower case. It gets the read view of the files and the
action's arguments as text. By kind it returns: `search` the text and the number of lines found,
`read` the text, `write` the text and the edits. DONE and ACTION need no code: they end a routine.
"""

MOST = 20  # lines that one SEARCH shows


def search(files, file, keyword):
    found, problem = _matching(files, file, keyword)
    if problem:
        return problem, 0
    shown = found[-MOST:]
    if len(shown) < len(found):
        shown.append(f"(the last {len(shown)} of {len(found)} matching lines)")
    return "\n".join(shown), len(found)


def count(files, file, keyword):
    found, problem = _matching(files, file, keyword)
    return problem or f"{len(found)} lines of {file} contain '{keyword}'."


def read(files, file, from_line="1"):
    start = _positive(from_line)
    if start is None:
        return f"'{from_line}' is not a line number; lines are counted from 1."
    return files.read(file, start).text


def tail(files, file, n):
    wanted = _positive(n)
    if wanted is None:
        return f"'{n}' is not a number of lines; ask for 1 or more."
    lines, problem = _lines(files, file)
    if problem:
        return problem
    return files.read(file, max(1, len(lines) - wanted + 1)).text


def append(files, file, text):
    return f"Added to {file}.", [("append", file, text)]


def write(files, file, text):
    return f"Wrote {file}.", [("replace", file, text)]


def create(files, file):
    if files.text(file) is not None:
        return f"{file} already exists; it was left untouched.", []
    return f"Created {file}.", [("replace", file, "")]


def _matching(files, file, keyword):
    """The lines of the file that contain the keyword, or a sentence why there are none."""
    lines, problem = _lines(files, file)
    if problem:
        return [], problem
    wanted = keyword.lower()
    found = [line for line in lines if wanted in line.lower()]
    return found, "" if found else f"No line of {file} contains '{keyword}'."


def _lines(files, file):
    """The file's lines, or a sentence: a missing file and an empty file are two answers."""
    text = files.text(file)
    if text is None:
        return [], f"There is no file {file}."
    if not text:
        return [], f"{file} is empty."
    return text.rstrip("\n").split("\n"), ""


def _positive(text):
    """The whole number from 1 on that the text writes in plain digits, or None."""
    digits = text.strip()
    if digits.isascii() and digits.isdigit() and len(digits) < 10 and int(digits) > 0:
        return int(digits)
    return None
