"""Two of v0's memory actions, with shorter answers."""

MOST = 6  # lines that one SEARCH shows


def search(files, file, keyword):
    wanted = keyword.lower()
    lines = (files.text(file) or "").split("\n")
    found = [line for line in lines if line and wanted in line.lower()]
    return "\n".join(found[-MOST:]) or f"No {keyword} in {file}.", len(found)


def append(files, file, text):
    return f"Added to {file}.", [("append", file, text)]
