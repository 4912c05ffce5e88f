"""Small talk: it names people, things and even values, and changes nothing that is known."""

from __future__ import annotations

ABOUT_PEOPLE = (
    "I ran into {who} at the market.",
    "{who} sends you regards, for what it is worth.",
    "{who} sent me a funny photograph this morning.",
    "I still owe {who} a letter.",
    "{who} has a cold and is in a foul mood.",
    "I had a long call with {who} last night.",
    "{who} laughed at my new hat.",
    "{who} and {other} came round for supper.",
    "I saw {who} and {other} at the cinema.",
    "{who} lent {other} an umbrella.",
    "{who} asked after {other}, who had not been heard of for a while.",
    "{who} was late again, as always.",
    "{who} has read that thick novel twice.",
    "I played cards with {who} until midnight, and {other} won.",
    "{who} is in a good mood these days.",
    "{who} told me the whole story of the broken window.",
    "{who} wants to learn the accordion.",
    "{who} beat {other} at table tennis.",
    "{who} spent the weekend in {city} and came back tired.",
    "{who} has a brother who lives in {city}.",
    "{who} nearly took a job at {work}, and then did not.",
    "{who} once worked at {work}, long before we met.",
    "{who} had {drink} for once and did not finish it.",
    "{who} dreams of a house in {city}, but that will never happen.",
    "{who} walked the neighbours' dog, which is called {dog}.",
    "{who} cooked for all of us, with {food}, and {other} had seconds.",
    "{who} met {other} at {work} by chance.",
    "{who} dialled {number} by mistake and had a nice chat with a stranger.",
)

ABOUT_THINGS = (
    "I dreamt that the {thing} was {place}.",
    "I wonder what a new {thing} would cost.",
    "{who} asked whether I still have the {thing}.",
    "Somebody tried {number} on the {lock}, and it stayed shut.",
    "The {lock} squeaks when it rains.",
    "{surname} is said to be a good {role}, but I have no complaints about mine.",
    "The {role} had a hat on today.",
    "I thought about {weekday} for the {course}, but it stays as it is.",
    "{who} wants to come along to the {course} one day.",
    "I am a little nervous about the {once}.",
    "{who} had a dreadful {once} last year.",
)

ABOUT_NOTHING = (
    "The bus was late again.",
    "It has been raining since the morning.",
    "Good morning!",
    "I slept badly, the moon was too bright.",
    "Such a quiet day.",
    "The bread turned out well this time.",
    "I have read half of the newspaper and understood less.",
    "Thanks, that will do for now.",
)

GREETING = "Good morning! From today on I shall tell you what is on my mind, and ask when I forget."
