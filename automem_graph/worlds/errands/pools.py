"""Who and what the messages are about, and the values that facts take."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PEOPLE = (
    *_words("Clara Anita Priya Ruth Ingrid Naomi Beatriz Sofia Hilde Yasmin"),
    *_words("Tom Viktor Samuel Idris Mateo Jonas Pavel Emil Bruno Kenji"),
)
"""First names; those in the first half are women's."""

RELATIONS = (
    *("cousin", "neighbour", "boss", "trainer", "flatmate", "colleague", "godchild", "gardener"),
    *("bandmate", "lawyer", "teacher", "pen friend"),
)
"""What somebody is to the person who writes."""

CITIES = (
    *_words("Lisbon Porto Trieste Ghent Malmo Graz Leeds Tampere Split Bergen Lucerne"),
    *_words("Gdansk Valencia Utrecht Galway Riga Turin Aarhus Nantes Seville"),
)
WORKPLACES = (
    *("the library", "the post office", "the town hall", "the harbour office", "the hospital"),
    *("the glass factory", "the print shop", "the observatory", "the garden centre"),
    *("the radio station", "the music school", "the tram depot", "the brewery", "the zoo"),
    *("the insurance office", "the sawmill", "the airport", "the art museum"),
)
DRINKS = (
    *("ginger tea", "black coffee", "oat milk", "elderflower lemonade", "tomato juice"),
    *("hot chocolate", "buttermilk", "apple cider", "iced coffee", "green tea", "tonic water"),
    *("cherry juice", "malt beer", "mint tea", "grape juice", "red wine"),
)
DOGS = (
    *_words("Biscuit Pepper Moritz Waffle Comet Rusty Tinka Olive Sherlock Pickle Nelson"),
    *_words("Tapioca Banjo Poppy Fergus Ludo"),
)
FOODS = (
    *_words("walnuts celery strawberries shellfish mustard sesame lupins peaches kiwis soya"),
    *_words("peanuts eggs almonds lentils mangoes hazelnuts"),
)
THINGS = (
    *("spare key", "passport", "drill", "sewing machine", "tent", "first aid kit", "camera"),
    *("vaccination card", "torch", "bicycle pump", "picnic blanket", "soldering iron"),
)
PLACES = (
    *("in the blue tin", "under the flower pot", "in the cellar", "in the top drawer"),
    *("behind the atlas", "in the hall cupboard", "on the wardrobe", "in the garden shed"),
    *("in the laundry basket", "under the stairs", "in the suitcase", "in the kitchen dresser"),
    *("in the piano stool", "behind the boiler", "in the glove compartment", "in the attic"),
)
LOCKS = ("bike lock", "garage door", "locker", "letter box", "tool chest", "front gate")

ROLES = {
    "plumber": "for the pipes",
    "dentist": "for my teeth",
    "hairdresser": "for a haircut",
    "tax adviser": "for the tax return",
    "electrician": "for the wiring",
    "vet": "for the cat",
    "tailor": "for alterations",
}
"""Who does something for the person who writes, and how one speaks of it without the word."""

SURNAMES = (
    *("Mr. Osei", "Ms. Lind", "Mr. Castellan", "Ms. Okafor", "Mr. Brandt", "Ms. Duval"),
    *("Mr. Hale", "Ms. Ferrante", "Mr. Novak", "Ms. Quist", "Mr. Sato", "Ms. Moreau"),
    *("Mr. Pike", "Ms. Haddad", "Mr. Lowe", "Ms. Vance"),
)
COURSES = {
    "yoga class": "the stretching",
    "pottery class": "the evening with the clay",
    "choir rehearsal": "the singing",
    "Italian lesson": "the language hour",
    "chess club": "the evening with the boards",
}
"""What takes place every week, and how one speaks of it without the word."""

APPOINTMENTS = {
    "eye test": "the optician",
    "boiler inspection": "the heating engineer",
    "car service": "the garage",
    "flu jab": "the nurse",
    "passport renewal": "the registry office",
    "piano tuning": "the piano tuner",
}
"""What takes place once, and who rings about it."""

WEEKDAYS = _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
MONTHS = (
    *_words("January February March April May June"),
    *_words("July August September October November December"),
)


def is_woman(name: str) -> bool:
    """Whether somebody is called she."""
    return PEOPLE.index(name) < len(PEOPLE) // 2
