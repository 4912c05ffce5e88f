"""Several parts behind one set of hooks, in the order of `parts`: name to module.

Each part has a state of its own, kept under its name in the scaffold's state; a part that lacks a
hook is passed over. hooks.py should define only the hooks that one of its parts has.
"""


def initial_files(parts, task):
    """All parts' files; of two with one name, the later part's."""
    texts = {}
    for _, hook in _having(parts, "initial_files"):
        texts.update(hook(task))
    return texts


def observe(parts, state, seen, files):
    """All parts' notes, a line each or more."""
    notes = []
    shares = _shares(parts, state)
    for name, hook in _having(parts, "observe"):
        said, shares[name] = hook(shares[name], seen, files)
        notes.append(said)
    return "\n".join(note for note in notes if note), shares


def after_log(parts, state, seen, files):
    """All parts' edits. Each part sees the files as LOG left them, not the other parts' edits."""
    edits = []
    shares = _shares(parts, state)
    for name, hook in _having(parts, "after_log"):
        asked, shares[name] = hook(shares[name], seen, files)
        edits.extend(asked)
    return edits, shares


def canonicalise(parts, action, seen):
    """The action as it comes out of one part after the other."""
    for _, hook in _having(parts, "canonicalise"):
        action = hook(action, seen)
    return action


def review(parts, action, state, seen, files):
    """The first part's reason; None where no part has one."""
    shares = _shares(parts, state)
    for name, hook in _having(parts, "review"):
        reason = hook(action, shares[name], seen, files)
        if reason:
            return reason
    return None


def _having(parts, hook):
    """The parts that have this hook, with it."""
    return [(name, getattr(part, hook)) for name, part in parts.items() if hasattr(part, hook)]


def _shares(parts, state):
    """Each part's state: empty where there is none yet; without those of parts that are gone."""
    found = {name: state.get(name) for name in parts}
    return {name: share if isinstance(share, dict) else {} for name, share in found.items()}
