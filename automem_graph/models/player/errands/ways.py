"""The ways to say and to ask things that the player knows: WHO is somebody, WHAT is the value.

People have more ways than these, and what is said in another way is not understood.
"""

from __future__ import annotations

OF_PEOPLE = {
    "home": (
        r"(?:has given up .+ and )?(?:lives|has a flat|rents .+) in WHAT",
        r"(?:has moved to|is settling in nicely in) WHAT",
        r"has been living in WHAT for years",
    ),
    "work": (
        r"(?:has changed jobs and )?works at WHAT",
        r"(?:has|has started) a (?:new )?job at WHAT",
        r"(?:earns a living at|is on the staff of) WHAT",
        r"has left .+ for WHAT",
    ),
    "birthday": (
        r"(?:has a birthday|was born|celebrates every year|blows out candles) on WHAT",
        r"has put me right: the birthday is on WHAT",
        r"is not to be congratulated on .+ but on WHAT",
    ),
    "favourite drink": (
        r"always asks for WHAT",
        r"likes WHAT better than any other drink",
        r"has WHAT as a favourite drink",
        r"has gone off .+ and takes WHAT",
        r"drinks nothing but WHAT",
        r"has a new favourite drink, WHAT",
    ),
    "dog": (
        r"has a dog called WHAT",
        r"named the dog WHAT",
        r"walks a dog that answers to WHAT",
        r"never goes out without WHAT, the dog",
        r"has another dog now, WHAT",
        r"has given the dog a new name, WHAT",
    ),
    "extension": (
        r"(?:can be rung|answers the telephone) on extension WHAT",
        r"has (?:the extension|a new extension,) WHAT",
        r"is not on extension \d+ any more but on WHAT",
        r"answers on WHAT",
        r"picks up if you dial WHAT",
    ),
    "allergy": (
        r"is allergic to WHAT",
        r"must not eat WHAT",
        r"cannot stand WHAT, it is an allergy",
        r"comes out in a rash from WHAT",
        r"has been tested: the allergy is to (?P<what>\w+), not to \w+",
        r"can eat .+ after all, but no WHAT",
    ),
}
"""What is said of somebody after the name, by what it tells."""

OF_THINGS = (
    r"I (?:keep|have put) (?P<thing>(?:the|my) [a-z ]+?) (?P<what>(?:in|on|under|behind) .+)",
    r"If you look for (?P<thing>the [a-z ]+), it is WHAT",
    r"I tidied up, and (?P<thing>the [a-z ]+?) went WHAT",
    r"(?P<thing>The [a-z ]+?) is (?P<what>(?:in|on|under|behind) .+?)",
    r"I have changed the code of (?P<lock>the [a-z ]+) to WHAT",
    r"I set (?P<lock>the [a-z ]+) to (?P<what>\d+)",
    r"(?P<lock>The [a-z ]+) (?:opens with|has a new code,) WHAT",
    r"I go to WHAT, who is my (?P<thing>[a-z ]+)",
    r"WHAT is my (?P<thing>[a-z ]+?)",
    r"You will hear a lot of WHAT, my (?P<thing>[a-z ]+)",
    r"My (?P<thing>[a-z ]+) is called WHAT",
    r"Of all the people I know, WHAT is the only (?P<thing>[a-z ]+) of mine",
    r"When I need a (?P<thing>[a-z ]+), WHAT comes",
    r"When I need the (?P<thing>[a-z ]+), I find it WHAT",
    r"To open (?P<lock>the [a-z ]+), enter WHAT",
    r"I have a new (?P<thing>[a-z ]+), WHAT",
    r"The (?P<thing>[a-z ]+) that I trust is WHAT",
    r"I (?:have signed up|have a date|had to rebook)(?: for)? the (?P<thing>[a-zA-Z ]+),"
    r" (?:on |for )?WHAT",
    r"(?P<thing>The [a-zA-Z ]+) takes place on WHAT",
    r"(?P<thing>The [a-zA-Z ]+) has been (?:fixed for|moved to|put off to) WHAT",
    r"Every week there is the (?P<thing>[a-zA-Z ]+): WHAT",
    r"(?:From now on )?(?P<thing>(?:the|My) [a-zA-Z ]+) is on WHAT",
    r"I call WHAT (?P<other>for .+)",
    r".+ has retired, so I go to WHAT (?P<other>for .+)",
    r"They have put (?P<other>the .+) on WHAT",
    r"I have to keep WHAT free for (?P<other>the .+) from now on",
    r"A call from (?P<other>the .+): they can only do WHAT",
    r"I have agreed on WHAT with (?P<other>the .+)",
)
"""What is said of things; `lock` has a code, and `other` is a thing in other words."""

OVER = (
    r"(?P<thing>The [a-zA-Z ]+) has been cancelled(?: for good)?",
    r"I have (?:called off|given up) (?P<other>the [a-zA-Z ]+)",
    r"A call from (?P<other>the .+): they have to cancel, and there is no new date",
)

OTHER_WORDS = {
    "pipes": "plumber",
    "teeth": "dentist",
    "haircut": "hairdresser",
    "tax return": "tax adviser",
    "wiring": "electrician",
    "cat": "vet",
    "alterations": "tailor",
    "stretching": "yoga class",
    "clay": "pottery class",
    "singing": "choir rehearsal",
    "language hour": "Italian lesson",
    "boards": "chess club",
    "optician": "eye test",
    "heating engineer": "boiler inspection",
    "garage": "car service",
    "nurse": "flu jab",
    "registry office": "passport renewal",
    "piano tuner": "piano tuning",
}

ASKED_OF_PEOPLE = {
    "home": (
        r"where does WHO live",
        r"which city does WHO live in",
        r"i want to send WHO a card",
        r"to which city do i travel if i visit WHO at home",
    ),
    "work": (
        r"where does WHO work",
        r"where would i find WHO on a working day",
        r"who employs WHO",
        r"who pays WHO's wages",
    ),
    "birthday": (
        r"when is WHO's birthday",
        r"on which day do i congratulate WHO",
        r"what date was WHO born on",
        r"when do i need a cake for WHO",
    ),
    "favourite drink": (
        r"what does WHO like to drink",
        r"what do i pour when WHO comes",
        r"which drink do i buy for WHO",
        r"what is WHO's favourite drink",
    ),
    "dog": (r"what is WHO's dog called", r"what is the name of the dog that WHO has"),
    "extension": (
        r"what is WHO's extension",
        r"which number do i dial for WHO",
        r"i have to ring WHO",
        r"how do i reach WHO on the telephone",
    ),
    "allergy": (
        r"what is WHO allergic to",
        r"what do i leave out when i cook for WHO",
        r"which food is bad for WHO",
    ),
}

ASKED_OF_THINGS = (
    r"where (?:do i keep|should i look for) the (?P<thing>[a-z ]+)",
    r"which number opens (?P<lock>the [a-z ]+)",
    r"i stand in front of (?P<lock>the [a-z ]+)",
    r"how do i get (?P<lock>the [a-z ]+) open",
    r"i cannot find the (?P<thing>[a-z ]+)",
    r"which name does my (?P<thing>[a-z ]+) go by",
    r"which (?P<thing>[a-z ]+) do i call",
    r"on which day and at what time is the (?P<thing>[a-z ]+)",
    r"when do i have to be at the (?P<thing>[a-z ]+)",
    r"what date and time do i have for the (?P<thing>[a-z ]+)",
    r"when is the (?P<thing>[a-z ]+) due",
    r"what is my (?P<thing>[a-z ]+) called",
)
