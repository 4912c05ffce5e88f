"""How things are said: for each kind of fact the sentences that tell, change, end and ask it.

`{who}` is a person or a thing, `{what}` the value and `{old}` the one before. A sentence that
begins with `{who}` may be said of `she`, after one that named her, or of `my sister`; `{alias}` is
a thing in other words. Those of a kind that hold `{alias}` come only where the thing has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """The ways to speak of one kind of fact; `end` says that there is no such thing any more."""

    tell: tuple[str, ...]
    change: tuple[str, ...]
    ask: tuple[str, ...]
    end: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "relation": Kind(
        tell=(
            "{who} is my {what}.",
            "You will hear a lot of {who}, my {what}.",
            "My {what} is called {who}.",
            "Of all the people I know, {who} is the only {what} of mine.",
        ),
        change=(),
        ask=(
            "Who is my {what}?",
            "What is the name of my {what}?",
            "Which name does my {what} go by?",
        ),
    ),
    "home": Kind(
        tell=(
            "{who} lives in {what}.",
            "{who} has a flat in {what}.",
            "{who} has been living in {what} for years.",
            "{who} rents two rooms in {what}.",
        ),
        change=(
            "{who} has moved to {what}.",
            "{who} lives in {what} now.",
            "{who} has given up the flat in {old} and lives in {what} now.",
            "{who} is settling in nicely in {what}, the new home.",
            "{who} is {what}'s newest inhabitant, boxes and all.",
        ),
        ask=(
            "Where does {who} live?",
            "Which city does {who} live in these days?",
            "I want to send {who} a card. Which city does it go to?",
            "To which city do I travel if I visit {who} at home?",
        ),
    ),
    "work": Kind(
        tell=(
            "{who} works at {what}.",
            "{who} has a job at {what}.",
            "{who} earns a living at {what}.",
            "{who} is on the staff of {what}.",
        ),
        change=(
            "{who} has changed jobs and works at {what} now.",
            "{who} has started a new job at {what}.",
            "{who} has left {old} for {what}.",
            "{who} starts the mornings at {what} now, with a new contract.",
        ),
        ask=(
            "Where does {who} work?",
            "Where would I find {who} on a working day?",
            "Who employs {who} at the moment?",
            "Who pays {who}'s wages?",
        ),
    ),
    "birthday": Kind(
        tell=(
            "{who} has a birthday on {what}.",
            "{who} was born on {what}.",
            "{who} celebrates every year on {what}.",
            "{who} blows out candles on {what}.",
        ),
        change=(
            "{who} has put me right: the birthday is on {what}.",
            "{who} was born on {what}, I had that wrong.",
            "{who} is not to be congratulated on {old} but on {what}.",
            "{who} showed me a passport: born on {what}, I was mistaken.",
        ),
        ask=(
            "When is {who}'s birthday?",
            "On which day do I congratulate {who}?",
            "What date was {who} born on?",
            "When do I need a cake for {who}?",
        ),
    ),
    "drink": Kind(
        tell=(
            "{who} always asks for {what}.",
            "{who} likes {what} better than any other drink.",
            "{who} has {what} as a favourite drink.",
            "{who} is happy with {what} at any hour.",
        ),
        change=(
            "{who} has gone off {old} and takes {what} now.",
            "{who} drinks nothing but {what} now.",
            "{who} has a new favourite drink, {what}.",
            "{who} cannot be tempted by {old} any longer, {what} it has to be.",
        ),
        ask=(
            "What does {who} like to drink?",
            "What do I pour when {who} comes?",
            "What is {who}'s favourite drink?",
            "Which drink do I buy for {who}?",
        ),
    ),
    "dog": Kind(
        tell=(
            "{who} has a dog called {what}.",
            "{who} never goes out without {what}, the dog.",
            "{who} named the dog {what}.",
            "{who} walks a dog that answers to {what}.",
        ),
        change=(
            "{who} has another dog now, {what}.",
            "{who} has given the dog a new name, {what}.",
            "{who} calls the dog {what} since last week.",
        ),
        ask=(
            "What is {who}'s dog called?",
            "What is the name of the dog that {who} has?",
            "I meet {who} with the dog. How do I call it?",
        ),
    ),
    "extension": Kind(
        tell=(
            "{who} can be rung on extension {what}.",
            "{who} has the extension {what}.",
            "{who} answers the telephone on extension {what}.",
            "{who} picks up if you dial {what}.",
        ),
        change=(
            "{who} has a new extension, {what}.",
            "{who} is not on extension {old} any more but on {what}.",
            "{who} answers on {what} now, it is another desk.",
            "{who} has been given another line, {what}.",
        ),
        ask=(
            "What is {who}'s extension?",
            "Which number do I dial for {who}?",
            "I have to ring {who}. On which extension?",
            "How do I reach {who} on the telephone?",
        ),
    ),
    "allergy": Kind(
        tell=(
            "{who} is allergic to {what}.",
            "{who} must not eat {what}.",
            "{who} cannot stand {what}, it is an allergy.",
            "{who} comes out in a rash from {what}.",
        ),
        change=(
            "{who} has been tested: the allergy is to {what}, not to {old}.",
            "{who} can eat {old} after all, but no {what}.",
            "{who} blames {what} for the rash by now, and no longer {old}.",
        ),
        ask=(
            "What is {who} allergic to?",
            "What do I leave out when I cook for {who}?",
            "Which food is bad for {who}?",
        ),
    ),
    "place": Kind(
        tell=(
            "The {who} is {what}.",
            "I keep the {who} {what}.",
            "If you look for the {who}, it is {what}.",
            "When I need the {who}, I find it {what}.",
        ),
        change=(
            "I have put the {who} {what}.",
            "The {who} is {what} now.",
            "I tidied up, and the {who} went {what}.",
            "The {who} has found a better home {what}.",
        ),
        ask=(
            "Where is the {who}?",
            "Where do I keep the {who}?",
            "Where should I look for the {who}?",
            "I cannot find the {who}. Where did I say it was?",
        ),
    ),
    "code": Kind(
        tell=(
            "The code of the {who} is {what}.",
            "The {who} opens with {what}.",
            "I set the {who} to {what}.",
            "To open the {who}, enter {what}.",
        ),
        change=(
            "I have changed the code of the {who} to {what}.",
            "The {who} opens with {what} now.",
            "The {who} has a new code, {what}.",
            "Forget the old number of the {who}, {what} it is.",
        ),
        ask=(
            "What is the code of the {who}?",
            "Which number opens the {who}?",
            "I stand in front of the {who}. What do I enter?",
            "How do I get the {who} open?",
        ),
    ),
    "service": Kind(
        tell=(
            "My {who} is {what}.",
            "I go to {what}, who is my {who}.",
            "The {who} that I trust is {what}.",
            "When I need a {who}, {what} comes.",
        ),
        change=(
            "{what} is my {who} now.",
            "I have a new {who}, {what}.",
            "I call {what} {alias} now.",
            "{old} has retired, so I go to {what} {alias}.",
            "{what} has taken over from {old} {alias}.",
        ),
        ask=(
            "Who is my {who}?",
            "What is my {who} called?",
            "Which {who} do I call?",
            "Whose number do I look up when I need a {who}?",
        ),
    ),
    "weekly": Kind(
        tell=(
            "My {who} is on {what}.",
            "I have signed up for the {who}, on {what}.",
            "The {who} takes place on {what}.",
            "Every week there is the {who}: {what}.",
        ),
        change=(
            "The {who} has been moved to {what}.",
            "From now on the {who} is on {what}.",
            "They have put {alias} on {what}.",
            "I have to keep {what} free for {alias} from now on.",
            "{alias} is on another day and time from now on, {what}.",
        ),
        end=(
            "The {who} has been cancelled for good.",
            "I have given up {alias}.",
        ),
        ask=(
            "When is my {who}?",
            "On which day and at what time is the {who}?",
            "When do I have to be at the {who}?",
            "How does the {who} fit into my week, day and time?",
        ),
    ),
    "once": Kind(
        tell=(
            "My {who} is on {what}.",
            "I have a date for the {who}, {what}.",
            "The {who} has been fixed for {what}.",
            "I wrote the {who} down for {what}.",
        ),
        change=(
            "The {who} has been put off to {what}.",
            "I had to rebook the {who}, for {what}.",
            "A call from {alias}: they can only do {what}.",
            "I have agreed on {what} with {alias}.",
            "{alias} had to find another date, and {what} is what we settled on.",
        ),
        end=(
            "I have called off the {who}.",
            "A call from {alias}: they have to cancel, and there is no new date.",
        ),
        ask=(
            "When is my {who}?",
            "What date and time do I have for the {who}?",
            "When is the {who} due?",
            "Remind me of the date and time of the {who}, will you?",
        ),
    ),
}
