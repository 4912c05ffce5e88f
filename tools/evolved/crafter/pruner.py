"""Cuts the longest file once it has too many lines, the oldest first; pinned lines stay."""

MOST = 100  # lines of a file; prompts/system.md names the number too
LEFT = 75  # lines after a cut, so that not every step cuts again
FEWEST = 10  # of these without a pin, however many have one
PIN = "!"
SPARED = ("map.md", "done.md")  # one line for each thing, so that none is old


def after_log(state, seen, files):
    long = [(lines, name) for name, lines in files.index() if lines > MOST and name not in SPARED]
    if not long:
        return [], state
    name = max(long)[1]
    lines = (files.text(name) or "").rstrip("\n").split("\n")
    pinned = {number for number, line in enumerate(lines) if line.startswith(PIN)}
    others = [number for number in range(len(lines)) if number not in pinned]
    stay = pinned.union(others[-max(LEFT - len(pinned), FEWEST) :])
    kept = [line for number, line in enumerate(lines) if number in stay]
    return ([("replace", name, "\n".join(kept))] if len(kept) < len(lines) else []), state
