"""Each hook calls those of the parts, in this order; each part keeps a state of its own."""

import survey

PARTS = {"survey": survey}


def observe(state, seen, files):
    said, state = _each("observe", state, seen, files)
    return "\n".join(filter(None, said)), state


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
