"""Each hook calls those of the parts, in this order; each part keeps a state of its own."""

import position
import pruner

PARTS = {"position": position, "pruner": pruner}


def observe(state, seen, files):
    said, state = _each("observe", state, seen, files)
    return "\n".join(filter(None, said)), state


def after_log(state, seen, files):
    """Each part sees the files as LOG left them, not the other parts' edits."""
    asked, state = _each("after_log", state, seen, files)
    return [edit for edits in asked for edit in edits], state


def _each(hook, state, seen, files):
    said, shares = [], {name: _share(state, name) for name in PARTS}
    for name, call in _having(hook):
        answer, shares[name] = call(shares[name], seen, files)
        said.append(answer)
    return said, shares


def _having(hook):
    return [(name, getattr(part, hook)) for name, part in PARTS.items() if hasattr(part, hook)]


def _share(state, name):
    share = state.get(name)
    return share if isinstance(share, dict) else {}
