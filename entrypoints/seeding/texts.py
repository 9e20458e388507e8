"""What events of each kind are called, what is said of them, and how long and large they are."""

from dataclasses import dataclass

from domain.events.description import EventType


@dataclass(frozen=True)
class Kind:
    """Titles may have a {topic}, a {city} and a {year}; descriptions have the first two."""

    titles: tuple[str, ...]
    topics: tuple[str, ...]
    descriptions: tuple[str, ...]
    starts: tuple[int, ...]  # hours of the day, UTC
    minutes: tuple[int, ...]
    rooms: tuple[str, ...]


CRAFTS = (
    *("Python", "PostgreSQL", "Rust", "Kubernetes", "accessible web design", "data journalism"),
    *("observability", "embedded Linux", "functional programming", "open hardware", "game design"),
    *("technical writing", "incident response", "home automation", "machine translation", "GIS"),
)
HANDS = (
    *("sourdough", "bicycle repair", "linocut printing", "watercolour", "bookbinding", "pottery"),
    *("knitting", "beekeeping", "wood carving", "screen printing", "pasta making", "first aid"),
    *("calligraphy", "darning", "photography", "composting", "soldering", "ukulele"),
)
PASTIMES = (
    *("board games", "pub quiz", "karaoke", "salsa", "chess", "potluck dinner", "film night"),
    *("five-a-side football", "trivia", "swing dance", "tea tasting", "picnic", "open mic"),
)
CAUSES = (
    *("book swap", "flea market", "blood drive", "riverbank clean-up", "repair day", "plant sale"),
    *("neighbourhood assembly", "choir concert", "charity run", "seed exchange", "open studio"),
)
KINDS = {
    EventType.MEETUP: Kind(
        titles=("{topic} meetup {city}", "An evening of {topic}", "{city} {topic} user group"),
        topics=CRAFTS,
        descriptions=(
            "Two talks on {topic}, time for questions, and pizza. Newcomers are welcome.",
            "We meet each month to show what we built with {topic}. Bring something, or just come.",
            "Lightning talks on {topic}: five minutes each, no slides needed. Doors open early.",
        ),
        starts=(17, 18, 19),
        minutes=(120, 150, 180),
        rooms=("Room {n}", "The library's hall", "Co-working space, floor {n}", "The back room"),
    ),
    EventType.CONFERENCE: Kind(
        titles=("{topic} Conference {city} {year}", "{topic} Days {year}", "{city} {topic} Summit"),
        topics=CRAFTS,
        descriptions=(
            "Talks in three tracks, hallway conversations, and the state of {topic} in {city}.",
            "Practitioners of {topic} tell what worked, what failed, and what they would do again.",
            "Keynotes in the morning, workshops in the afternoon. Lunch and coffee are included.",
        ),
        starts=(8, 9),
        minutes=(480, 1_920, 3_360),
        rooms=("Congress centre, hall {n}", "University, building {n}", "The old slaughterhouse"),
    ),
    EventType.WORKSHOP: Kind(
        titles=("{topic} for beginners", "Hands-on {topic}", "A day of {topic}", "{topic} basics"),
        topics=HANDS,
        descriptions=(
            "Small group, all materials are there. You go home with something that you made.",
            "An introduction to {topic} in {city}. No experience is needed; wear old clothes.",
            "For those who tried {topic} before and want to get further. Bring your questions.",
        ),
        starts=(9, 10, 13),
        minutes=(180, 240, 360),
        rooms=("Workshop {n}", "The makerspace", "Community centre, room {n}", "Studio {n}"),
    ),
    EventType.WEBINAR: Kind(
        titles=(
            "{topic} in one hour",
            "Ask me anything: {topic}",
            "{topic}: what is new in {year}",
        ),
        topics=CRAFTS,
        descriptions=(
            "A live demonstration of {topic}, then questions. The link comes by mail before.",
            "What changed in {topic} this year, and what to do about it. It will be recorded.",
            "Bring the problem that you are stuck with: three people who know {topic} listen.",
        ),
        starts=(8, 11, 15, 18),
        minutes=(45, 60, 90),
        rooms=("Online",),
    ),
    EventType.SOCIAL: Kind(
        titles=(
            "{topic} and good company",
            "Friday {topic}",
            "{topic} in the park",
            "{city} {topic}",
        ),
        topics=PASTIMES,
        descriptions=(
            "Come alone or bring friends. We explain everything, and nobody keeps the score.",
            "Everyone in {city} who likes {topic}, and everyone who might. Drinks on the house.",
            "Our {topic} evening is back. It gets full, so give your seat back if you can't come.",
        ),
        starts=(14, 16, 18, 19),
        minutes=(120, 180, 240),
        rooms=("The corner café", "City park, by the fountain", "The reading room", "Bar {n}"),
    ),
    EventType.OTHER: Kind(
        titles=(
            "{city} {topic}",
            "{topic} on the square",
            "{city} {topic} {year}",
            "{topic} for all",
        ),
        topics=CAUSES,
        descriptions=(
            "Neighbours for neighbours: come by, lend a hand, stay for coffee and cake.",
            "The {topic} takes place in any weather. Whoever wants to help comes an hour before.",
            "All that is raised goes to the children's library in {city}.",
        ),
        starts=(8, 10, 13, 15),
        minutes=(120, 240, 360, 480),
        rooms=("Market square", "Town hall, room {n}", "St. Mary's, parish hall", "Gym {n}"),
    ),
}
# Of ten events: how many are of each kind.
MIX = {
    EventType.MEETUP: 3,
    EventType.CONFERENCE: 1,
    EventType.WORKSHOP: 2,
    EventType.WEBINAR: 1,
    EventType.SOCIAL: 2,
    EventType.OTHER: 1,
}
