"""Titles and descriptions of the events, all of similar length.

Some words are in all of them and some in few, to search for.
"""

from domain.events.description import EventType

SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru")
IN_ALL, IN_ONE, IN_1_OF_100, IN_1_OF_1000 = "tea", "unicorn", "morning", "harvest"
UNIQUE_EVENT = 77
COMMON_TYPES = [each for each in EventType if each is not EventType.CONFERENCE]


def title(number: int) -> str:
    time = "Morning" if number % 100 == 42 else "Evening"
    return f"{'Unicorn' if number == UNIQUE_EVENT else time} number {number}"


def description(number: int) -> str:
    problem, program, machine = (word(number // step) for step in (1, 7, 53))
    there = "Harvest" if number % 1000 == 5 else "There is"
    return f"Bring a {problem}, leave with a {program}. {there} tea, and a {machine} to try it on."


def type_of(number: int) -> EventType:
    """1 of 100 is a conference."""
    return EventType.CONFERENCE if number % 100 == 99 else COMMON_TYPES[number % 5]


def word(number: int) -> str:
    """One of 1,000 words; each is in 3 of 1,000 descriptions."""
    return "".join(SYLLABLES[int(digit)] for digit in f"{number % 1000:03}") + "s"
