"""PUT: a file that holds one line `key: text` per key, the newest ones last."""


def put(files, file, key, text):
    key = " ".join(key.split())
    lines = [line for line in (files.text(file) or "").split("\n") if line]
    kept = [line for line in lines if not line.startswith(f"{key}: ")]
    said = "Replaced" if len(kept) < len(lines) else "Added"
    new = " ".join(f"{key}: {text}".split("\n"))
    return f"{said} {key} in {file}.", [("replace", file, "\n".join([*kept, new]))]
