"""What people are called, as names of folders and of namespaces: safe, and never two the same."""

from __future__ import annotations

import re
from hashlib import sha256

MOST_CHARS = 120
_ODD = re.compile(r"[^a-z0-9_@-]+|^-")


def label(text: str) -> str:
    """Any text as a name that is safe everywhere; two texts never have the same name.

    Lower-case ASCII letters, digits, `_`, `-` and `@` stay. Everything else becomes `=` and the
    hexadecimal digits of its bytes, also capitals: where a file system folds case, Bob is not bob.
    Empty text is `=`, a long one `=sha-` and its SHA-256. So names like `=files` are free for
    other uses.
    """
    data = text.encode("utf-8", "surrogatepass")
    if text == "langgraph":  # a namespace may not begin with it
        return f"={data[0]:02x}{text[1:]}"
    plain = _ODD.sub(_escaped, text)
    if len(plain) > MOST_CHARS:
        return f"=sha-{sha256(data).hexdigest()}"
    return plain or "="


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"={byte:02x}" for byte in found[0].encode("utf-8", "surrogatepass"))
