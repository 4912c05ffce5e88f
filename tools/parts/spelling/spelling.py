"""Other words for the actions of Crafter and NetHack. Case, blanks and underscores never matter.

What is not known here stays as it was said, without quotation marks and remarks in brackets.
"""

import re

CRAFTER = (
    (r"(?:(?:move|go|walk|turn|face|step|head) )?(?:left|west)", "Move West"),
    (r"(?:(?:move|go|walk|turn|face|step|head) )?(?:right|east)", "Move East"),
    (r"(?:(?:move|go|walk|turn|face|step|head) )?(?:up|north)", "Move North"),
    (r"(?:(?:move|go|walk|turn|face|step|head) )?(?:down|south)", "Move South"),
    (r"(?:collect|gather|chop|cut|mine|take|drink|eat|attack|hit|use|interact|harvest)\b.*", "Do"),
    (r"(?:wait|rest|stay|do nothing|no op)", "Noop"),
    (r"(?:go to sleep|fall asleep|nap)", "Sleep"),
    (r"(?:place|build|put|craft|make)(?: down)? (?:a )?(?:crafting )?table", "Place Table"),
    (r"(?:place|build|put|craft|make)(?: down)? (?:a )?(furnace)", r"Place \1"),
    (r"(?:place|put)(?: down)? (?:a )?(stone)", r"Place \1"),
    (r"(?:place|plant|put)(?: down)? (?:a )?sapling", "Place Plant"),
    (r"(?:make|craft|build) (?:a |an )?wood(?:en)? (pickaxe|sword)", r"Make Wood \1"),
    (r"(?:make|craft|build) (?:a |an )?(stone|iron) (pickaxe|sword)", r"Make \1 \2"),
)
NETHACK = (
    (r"(?:(?:move|go|walk|run) )?far (north|south)[ -]?(east|west)", r"far \1\2"),
    (r"(?:(?:move|go|walk|run) far|run) (north|south|east|west)", r"far \1"),
    (r"(?:move|go|walk|step|head|attack) (north|south|east|west)", r"\1"),
    (r"(?:(?:move|go|walk|step|head|attack) )?(north|south)[ -]?(east|west)", r"\1\2"),
    (r"(?:descend|go down|take stairs down)(?: the)?(?: stairs)?", "down"),
    (r"(?:ascend|go up|take stairs up)(?: the)?(?: stairs)?", "up"),
    (r"(kick|open|close|search|eat|read|zap|wear|throw|drop)\b.*", r"\1"),
    (r"drink\b.*", "quaff"),
    (r"pick\b.*", "pickup"),
    (r"take off\b.*", "takeoff"),
    (r"put on\b.*", "puton"),
    (r"(?:rest|stay|do nothing)", "wait"),
    (r"(?:escape|cancel)", "esc"),
    (r"(?:confirm|enter|return|continue)", "more"),
)

LONGEST = 100  # characters of what can be an action


def canonicalise(action, seen):
    if len(action) > LONGEST:
        return action
    said = re.sub(r"\s*\(.*\)$", "", action.strip(), flags=re.DOTALL).strip("\"'`*. \n")
    if len(said) < 2:
        return action  # a key of NetHack's
    plain = " ".join(said.replace("_", " ").lower().split())
    for words, meant in _words(seen["observation"]):
        found = re.fullmatch(words, plain)
        if found:
            return found.expand(meant)
    return said


def _words(text):
    """Those of the game that the text is of; none of a third one's."""
    if "\n\nMap:\n" in text:
        return NETHACK
    return CRAFTER if re.search(r"^You face [a-z ]+\.$", text, re.MULTILINE) else ()
