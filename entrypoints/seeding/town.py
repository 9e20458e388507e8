"""People and events, drawn and written batch by batch, in bounded memory."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from adapters.persistence.bulk import BulkWriter
from entrypoints.seeding.events import Events
from entrypoints.seeding.people import People

PEOPLE_AT_ONCE = 1_000
ROWS_AT_ONCE = 20_000
# Of these the newest are known here, and meet each other: creators and attendees are of them.
CROWD = 10_000
SHOWN = 3


@dataclass
class Town:
    people: People
    events: Events
    writer: BulkWriter
    now: datetime
    usernames: list[str] = field(default_factory=list)  # some to log in with
    _crowd: deque[UUID] = field(default_factory=lambda: deque(maxlen=CROWD))

    def grow(self, people: int, events: int, seats: int, told: Callable[[int], None]) -> None:
        """Add so many; `told` is called with how many people or events are there now.

        What a batch wrote stays, whatever becomes of the next. Raises Unavailable.
        """
        events_at_once = max(1, ROWS_AT_ONCE // (seats + 1))
        batches = max(-(-people // PEOPLE_AT_ONCE), -(-events // events_at_once))
        for batch in range(batches):
            # Both grow together, so that everybody meets somebody; the first batch has a person.
            newcomers = -(-people * (batch + 1) // batches) + -people * batch // batches
            self._settle(newcomers)
            told(newcomers)
            first, end = events * batch // batches, events * (batch + 1) // batches
            crowd = list(self._crowd)
            drawn = [self.events.event(number, crowd, self.now) for number in range(first, end)]
            self.writer.add_events(
                [each.event for each in drawn],
                [(each.event.id, *seat) for each in drawn for seat in each.seats],
            )
            told(len(drawn))

    def _settle(self, number: int) -> None:
        while number:
            drawn = [self.people.person(self.now) for _ in range(number)]
            # Names that somebody has are drawn anew: there are more than enough of them.
            kept = self.writer.add_people(drawn)
            self._crowd.extend(user.id for user in kept)
            self.usernames += [user.username for user in kept[: SHOWN - len(self.usernames)]]
            number -= len(kept)
