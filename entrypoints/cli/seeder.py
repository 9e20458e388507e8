"""Demo data: people and events generated with Faker, added through the use cases."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from faker import Faker

from application.accounts.sign_up import SignUp
from application.caller import Caller
from application.events.attend_event import AttendEvent
from application.events.call_off_event import CallOffEvent
from application.events.create_event import CreateEvent
from application.events.join_waitlist import JoinWaitlist
from application.ports.account_queries import Profile
from application.ports.clock import Clock
from application.ports.event_queries import EventView
from application.ports.password_hasher import PasswordHasher
from domain.accounts.credentials import Password, Username
from domain.accounts.errors import UsernameTaken
from domain.events.access import AttendeesVisibleTo, Visibility
from domain.events.description import Capacity, Description, EventType, Location, Title
from domain.events.errors import CapacityExhausted, SeatsAvailable
from domain.events.event import NewEvent
from domain.events.registration import RegistrationWindow
from domain.events.state import CancellationReason, EventState
from domain.events.time_zone import TimeZone
from entrypoints.container import Container

# Only this many people create and attend events, so that memory is bounded.
MAX_PEOPLE = 10_000
# Upcoming events per user.
NO_MAXIMUM = 1_000_000
# Indexed by event number. The lengths are coprime, so every combination occurs.
WHEN = ("past",) * 3 + ("ongoing",) + ("upcoming",) * 6
FILL = ("empty", "full", "full") + ("partial",) * 4
STATES = (EventState.PUBLISHED,) * 7 + (EventState.DRAFT, EventState.CANCELLED)
WINDOWS = ("none",) * 6 + ("opens", "closes", "closes", "both", "later")
ACCESS = (
    *((Visibility.PUBLIC, AttendeesVisibleTo.EVERYONE),) * 9,
    (Visibility.PUBLIC, AttendeesVisibleTo.ATTENDEES),
    (Visibility.PUBLIC, AttendeesVisibleTo.ORGANISER),
    (Visibility.UNLISTED, AttendeesVisibleTo.ATTENDEES),
    (Visibility.UNLISTED, AttendeesVisibleTo.ORGANISER),
)


class Kind(NamedTuple):
    """Titles may contain {topic}, {city} and {host}."""

    topics: tuple[str, ...]
    titles: tuple[str, ...]
    start_hour: int  # local time
    hours: int


TECHNOLOGY = (
    *("Python", "PostgreSQL", "Rust", "Kubernetes", "observability", "open hardware"),
    *("game design", "data journalism", "accessible web design", "home automation"),
)
CRAFTS = "sourdough", "bicycle repair", "linocut printing", "watercolour", "pottery", "first aid"
PASTIMES = "board games", "karaoke", "salsa", "chess", "film night", "tea tasting", "open mic"
CAUSES = "book swap", "flea market", "blood drive", "plant sale", "choir concert", "charity run"
KINDS = {
    EventType.MEETUP: Kind(TECHNOLOGY, ("{topic} meetup {city}", "{city} {topic} group"), 18, 3),
    EventType.CONFERENCE: Kind(TECHNOLOGY, ("{topic} Days {city}", "{city} {topic} Summit"), 8, 32),
    EventType.WORKSHOP: Kind(CRAFTS, ("{topic} for beginners", "{topic} with {host}"), 10, 4),
    EventType.WEBINAR: Kind(TECHNOLOGY, ("{topic} in one hour", "Ask {host}: {topic}"), 15, 1),
    EventType.SOCIAL: Kind(PASTIMES, ("Friday {topic} {city}", "{topic} with {host}"), 19, 3),
    EventType.OTHER: Kind(CAUSES, ("{city} {topic}", "{topic} in {city}"), 9, 6),
}
# Cities and streets are British.
TIME_ZONE = TimeZone("Europe/London")
ONLINE_TIME_ZONES = "UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"
REASONS = (
    "The speaker is ill. We are sorry!",
    "The venue has to close for repairs.",
    "Too few people have registered.",
)
DESCRIPTIONS = (
    "Hosted by {host}. Newcomers are welcome, and no experience is needed.",
    "{topic} with {host}. Doors open half an hour early.",
    "Back in {city}: {topic}. It fills up fast, so give back your seat if you can't come.",
)


class SettableClock(Clock):
    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


class CachingHasher(PasswordHasher):
    """Hashes each password only once: demo accounts share one, and Argon2 is slow on purpose."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._hash = cache(hasher.hash)

    def hash(self, password: str) -> str:
        return self._hash(password)

    def matches(self, password: str, password_hash: str | None) -> bool:
        return self._hasher.matches(password, password_hash)

    def is_outdated(self, password_hash: str) -> bool:
        return self._hasher.is_outdated(password_hash)


class Seeder:
    """Signs people up, publishes events, takes seats and joins waitlists, at plausible times."""

    def __init__(self, container: Container, seed: str | None = None) -> None:
        new_work, new_id = container.work(), container.ids()
        hasher = CachingHasher(container.hasher())
        self._now = container.clock().now()
        self._clock = clock = SettableClock(self._now)
        self._sign_up = SignUp(new_work, container.password_rules(), hasher, clock, new_id)
        self._create_event = CreateEvent(new_work, clock, new_id, NO_MAXIMUM)
        self._attend_event = AttendEvent(new_work, clock)
        self._join_waitlist = JoinWaitlist(new_work, clock)
        self._call_off_event = CallOffEvent(new_work, clock)
        # Two, so that a taken username does not change the events of a seed.
        self._people_faker, self._events_faker = Faker("en_GB"), Faker("en_GB")
        self._people_faker.seed_instance(seed)
        self._events_faker.seed_instance(seed)
        self._random = self._events_faker.random
        self.password = Password(secrets.token_urlsafe(9))
        self.people: list[Profile] = []

    @property
    def known_people(self) -> list[Profile]:
        """People whose names the command prints.

        They create the drafts, which only the creator sees, and the events with a waitlist, which
        only the creator can list.
        """
        return self.people[:3]

    def run(
        self, people: int, events: int, seats: int, on_progress: Callable[[int], object]
    ) -> None:
        """Add at least one person, and events with `seats` attendees on average.

        `on_progress` gets the number of rows added, with the average for the seats of an event.
        If it fails, what has been added remains. Raises Unavailable.
        """
        for _ in range(people):
            person = self._add_person()
            if len(self.people) < MAX_PEOPLE:
                self.people.append(person)
            on_progress(1)
        for number in range(events):
            self._add_event(number, seats)
            on_progress(1 + seats)

    def _add_person(self) -> Profile:
        faker = self._people_faker
        # Before the first event is published.
        self._clock.instant = self._now - timedelta(days=faker.random.uniform(400, 900))
        while True:
            number = faker.random_element(("", "%#", "%###"))
            username = Username(faker.numerify(faker.user_name() + number))
            with suppress(UsernameTaken):
                # Without an email address, which would get a mail.
                return self._sign_up(username, self.password, None)

    def _add_event(self, number: int, seats: int) -> None:
        faker, random = self._events_faker, self._random
        event_type = random.choice(list(KINDS))
        kind = KINDS[event_type]
        is_online = event_type is EventType.WEBINAR
        timezone = TimeZone(random.choice(ONLINE_TIME_ZONES)) if is_online else TIME_ZONE
        start_time, end_time = self._schedule(kind, timezone, WHEN[number % len(WHEN)])
        last = min(start_time, self._now)
        created_at = last - timedelta(days=random.uniform(7, 90))
        window = self._window(WINDOWS[number % len(WINDOWS)], created_at, start_time)
        state = STATES[number % len(STATES)]
        is_draft = state is EventState.DRAFT
        visibility, attendees_visible_to = ACCESS[number % len(ACCESS)]
        # People take seats between `first` and `last`, and join the waitlist in the last quarter.
        first, last = min(window.opens_at or created_at, last), min(window.closes_at or last, last)
        is_attended = not is_draft and first < last
        taken, capacity = self._seats(seats, FILL[number % len(FILL)] if is_attended else "empty")
        words = {"topic": random.choice(kind.topics), "city": faker.city(), "host": faker.name()}
        address = f"{faker.building_number()} {faker.street_name()}, {words['city']}"
        creator = random.choice(self.people)
        is_upcoming = state is EventState.PUBLISHED and start_time > self._now
        has_waitlist = is_upcoming and taken == capacity
        if is_draft or has_waitlist:
            creator = self.known_people[number // len(STATES) % len(self.known_people)]

        self._clock.instant = created_at
        event: EventView = self._create_event(
            Caller(creator.id),
            NewEvent(
                title=Title(_sentence(random.choice(kind.titles).format_map(words))),
                description=Description(_sentence(random.choice(DESCRIPTIONS).format_map(words))),
                start_time=start_time,
                end_time=end_time,
                timezone=timezone,
                capacity=Capacity(capacity),
                type=event_type,
                location=Location("Online" if is_online else address),
                visibility=visibility,
                attendees_visible_to=attendees_visible_to,
                registration_opens_at=window.opens_at,
                registration_closes_at=window.closes_at,
                state=EventState.DRAFT if is_draft else EventState.PUBLISHED,
            ),
            respond=lambda view: view,
        )
        sold_out_at = last - (last - first) / 4
        waiting = random.randint(1, 1 + taken // 2) if has_waitlist else 0
        people = random.sample(self.people, min(taken + waiting, len(self.people)))
        # If the service is running, others may take seats or give them back.
        with suppress(CapacityExhausted, SeatsAvailable):
            for person in people[:taken]:
                self._clock.instant = first + (sold_out_at - first) * random.random()
                self._attend_event(event.id, Caller(person.id))
            joined_at = sorted(random.random() for _ in people[taken:])
            for person, fraction in zip(people[taken:], joined_at, strict=True):
                self._clock.instant = sold_out_at + (last - sold_out_at) * fraction
                self._join_waitlist(event.id, Caller(person.id))
        if state is EventState.CANCELLED:
            self._clock.instant = sold_out_at
            self._call_off_event(
                event.id, Caller(creator.id), CancellationReason(random.choice(REASONS))
            )

    def _schedule(self, kind: Kind, timezone: str, when: str) -> tuple[datetime, datetime]:
        random, length = self._random, timedelta(hours=kind.hours)
        if when == "ongoing":
            start = self._now - length * random.uniform(0, 0.5)
            start = start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)
        else:
            # Most are close to now. Past events start at least 3 days ago: all of them have ended.
            nearest, farthest = (1, 120) if when == "upcoming" else (-3, -250)
            day = self._now + timedelta(days=random.triangular(nearest, farthest, nearest))
            local = day.astimezone(ZoneInfo(timezone))
            start = local.replace(hour=kind.start_hour, minute=0, second=0, microsecond=0)
        start = start.astimezone(UTC)
        return start, start + length

    def _window(self, kind: str, created_at: datetime, start_time: datetime) -> RegistrationWindow:
        """Opens within a day of the creation or in the future; closes a day before the start."""
        opens_at = closes_at = None
        if kind in {"opens", "both"}:
            opens_at = created_at + timedelta(days=self._random.uniform(0.1, 1))
        if kind in {"closes", "both"}:
            closes_at = start_time - timedelta(days=1)
        if kind == "later" and start_time > self._now:
            opens_at = self._now + (start_time - self._now) / 2
        return RegistrationWindow(_whole_minute(opens_at), closes_at)

    def _seats(self, average: int, fill: str) -> tuple[int, int]:
        """How many seats are taken, and how many there are."""
        # The other events make up for the empty ones and the drafts.
        average_taken = average * len(FILL) / (len(FILL) - 1) * len(STATES) / (len(STATES) - 1)
        drawn = round(average_taken * self._random.uniform(0.5, 1.5))
        taken = 0 if fill == "empty" else min(drawn, len(self.people))
        free = 0 if fill == "full" and taken else self._random.randint(1, taken + 20)
        return taken, taken + free


def _whole_minute(instant: datetime | None) -> datetime | None:
    return instant and instant.replace(second=0, microsecond=0)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
