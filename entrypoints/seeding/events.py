"""Events that people publish, and the seats that are taken at them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from faker import Faker

from domain.events.description import Capacity, Description, EventType, Location, Title
from domain.events.event import Event, Seat
from domain.events.schedule import Schedule
from entrypoints.seeding.texts import KINDS, MIX

LOCALES = ("en_GB", "de_DE", "fr_FR", "es_ES", "pl_PL")
PLACES_OF_A_LOCALE = 60
# Most events are near: days from now of the start.
SPREAD_DAYS, EARLIEST_DAYS, LATEST_DAYS = 45, -250, 350
PUBLISHED_BEFORE_DAYS = 7, 90
QUARTER = timedelta(minutes=15)
# What recurs among events, by their number: some nobody attends, some are full, some are under way.
CYCLE, EMPTY, FULL, UNDER_WAY = 10, (4,), (1, 7), (3,)
LEAST_FULL, MOST_FULL = 0.1, 0.95
USUAL_CAPACITIES = (8, 12, 20, 30, 50, 80, 120, 250)


@dataclass(frozen=True)
class SeededEvent:
    """`event` counts the seats that it comes with: who takes them, and when."""

    event: Event
    seats: Sequence[tuple[UUID, datetime]]


class Events:
    """Draws them one after another; `seats` are taken at one on average, by as many people."""

    def __init__(self, chance: Random, new_id: Callable[[], UUID], seats: int) -> None:
        self._chance = chance
        self._new_id = new_id
        self._seats = seats
        faker = Faker(LOCALES)
        faker.seed_instance(chance.random())
        self._places = [
            (faker[locale].city(), faker[locale].street_address().replace("\n", ", "))
            for locale in LOCALES
            for _ in range(PLACES_OF_A_LOCALE)
        ]
        self._types = [kind for kind, often in MIX.items() for _ in range(often)]

    def event(self, number: int, people: Sequence[UUID], now: datetime) -> SeededEvent:
        """The people are those to choose from, at least one."""
        event_type = self._chance.choice(self._types)
        schedule = self._schedule(event_type, number, now)
        taken, capacity = self._fullness(number, len(people))
        before = timedelta(days=self._chance.uniform(*PUBLISHED_BEFORE_DAYS))
        published_at = min(schedule.start_time, now) - before
        title, description, location = self._texts(event_type, schedule.start_time.year)
        event_id = self._new_id()
        creator_id, attendees = self._chance.choice(people), self._chance.sample(people, taken)
        last = min(schedule.start_time, now)
        seats = list(self._seats_of(attendees, published_at, last))
        event = Event(
            id=event_id,
            creator_id=creator_id,
            title=title,
            description=description,
            schedule=schedule,
            capacity=capacity,
            attendees_count=taken,
            seat=Seat(creator_id),
            created_at=published_at,
            updated_at=published_at,
            type=event_type,
            location=location,
            revision=0,
        )
        return SeededEvent(event, seats)

    def _schedule(self, event_type: EventType, number: int, now: datetime) -> Schedule:
        kind = KINDS[event_type]
        length = timedelta(minutes=self._chance.choice(kind.minutes))
        if number % CYCLE in UNDER_WAY:
            this_quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
            begun = this_quarter - QUARTER * self._chance.randrange(length // QUARTER - 1)
            return Schedule(begun, begun + length)
        days = self._chance.gauss(0, SPREAD_DAYS)
        day = now + timedelta(days=min(max(days, EARLIEST_DAYS), LATEST_DAYS))
        start = day.replace(
            hour=self._chance.choice(kind.starts),
            minute=self._chance.choice((0, 0, 30)),
            second=0,
            microsecond=0,
        )
        return Schedule(start, start + length)

    def _fullness(self, number: int, people: int) -> tuple[int, Capacity]:
        place = number % CYCLE
        usual = self._chance.choice(USUAL_CAPACITIES)
        # The others make up for those that nobody attends.
        average = self._seats * CYCLE / (CYCLE - len(EMPTY))
        drawn = round(self._chance.uniform(0.5, 1.5) * average)
        taken = 0 if place in EMPTY else min(drawn, people)
        if place in FULL and taken:
            return taken, Capacity(taken)
        if not taken:
            return 0, Capacity(usual)
        part = self._chance.uniform(LEAST_FULL, MOST_FULL)
        return taken, Capacity(taken + 1 + round(taken * (1 - part) / part))

    def _texts(self, event_type: EventType, year: int) -> tuple[Title, Description, Location]:
        kind, choice = KINDS[event_type], self._chance.choice
        city, street = choice(self._places)
        words = {"topic": choice(kind.topics), "city": city, "year": year}
        title = choice(kind.titles).format_map(words)
        room = choice(kind.rooms).format(n=self._chance.randrange(1, 20))
        is_online = event_type is EventType.WEBINAR
        return (
            Title(title[0].upper() + title[1:]),
            Description(choice(kind.descriptions).format_map(words)),
            Location(room if is_online else f"{room}, {street}, {city}"),
        )

    def _seats_of(
        self, people: Sequence[UUID], first: datetime, last: datetime
    ) -> Iterator[tuple[UUID, datetime]]:
        for person in people:
            yield person, first + (last - first) * self._chance.random()
