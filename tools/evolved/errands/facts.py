"""FACT: facts.md holds one line `about: text` per thing, a new text in the place of the old one."""

FILE = "facts.md"


def fact(files, about, text):
    about = " ".join(about.replace(":", " ").split())
    lines = [line for line in (files.text(FILE) or "").split("\n") if line]
    starts = f"{about}: ".casefold()
    old = [line for line in lines if line.casefold().startswith(starts)]
    new = " ".join(f"{about}: {text}".split())
    kept = [line for line in lines if line not in old]
    said = f"It said before: {old[-1]}" if old else f"It is the first line about {about}."
    return f"Set in {FILE}. {said}", [("replace", FILE, "\n".join([*kept, new]))]
