"""Compares the responses that clients got with what the database contains."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import Enum, StrEnum
from threading import Lock
from uuid import UUID


class Action(StrEnum):
    ATTEND = "attend"
    CANCEL = "cancel"
    JOIN = "join the waitlist"
    LEAVE = "leave the waitlist"
    BE_REMOVED = "be removed by the creator"
    DELETE_ACCOUNT = "delete the account"


class Place(Enum):
    """What a user has at an event. Those who wait can be promoted at any time."""

    SEAT = "has a seat"
    WAITING = "waits"
    NEITHER = "has no seat and does not wait"


class Outcome(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Response:
    """`status` is None when the connection ended without a response."""

    status: int | None
    code: str | None
    started: float
    ended: float

    @property
    def outcome(self) -> Outcome:
        if self.status in (200, 201, 204):
            return Outcome.ACKNOWLEDGED
        if self.status is None or self.code == "outcome_unknown":
            return Outcome.UNKNOWN
        return Outcome.REJECTED


# Every response that a user with a valid session may get to an action.
EXPECTED = {
    (200, None),
    (201, None),
    (204, None),
    (404, "attendee_not_found"),
    (404, "event_not_found"),
    (409, "already_attending"),
    (409, "capacity_exhausted"),
    (409, "seats_available"),
    (409, "event_cancelled"),
    (409, "read_only_event"),
    (503, "try_again"),
    (503, "outcome_unknown"),
    (None, None),
}
# The place after an acknowledged action, by the place before.
PLACES_AFTER = {
    Action.ATTEND: dict.fromkeys(Place, Place.SEAT),
    Action.CANCEL: {
        Place.SEAT: Place.NEITHER,
        Place.WAITING: Place.WAITING,
        Place.NEITHER: Place.NEITHER,
    },
    Action.JOIN: dict.fromkeys(Place, Place.WAITING),
    Action.LEAVE: {
        Place.SEAT: Place.SEAT,
        Place.WAITING: Place.NEITHER,
        Place.NEITHER: Place.NEITHER,
    },
    Action.BE_REMOVED: dict.fromkeys(Place, Place.NEITHER),
    Action.DELETE_ACCOUNT: dict.fromkeys(Place, Place.NEITHER),
}
# The places in which a user can get this response. Other responses are possible in each place.
PLACES_BEFORE = {
    (Action.JOIN, 200, None): {Place.WAITING},
    (Action.JOIN, 201, None): {Place.NEITHER},
    (Action.JOIN, 409, "already_attending"): {Place.SEAT},
    (Action.JOIN, 409, "seats_available"): {Place.NEITHER},
    (Action.ATTEND, 409, "capacity_exhausted"): {Place.WAITING, Place.NEITHER},
    (Action.BE_REMOVED, 204, None): {Place.SEAT},
    (Action.BE_REMOVED, 404, "attendee_not_found"): {Place.WAITING, Place.NEITHER},
}


class Ledger:
    """Records attempts by event and user, in order; no user makes two at the same time."""

    def __init__(self) -> None:
        self._attempts = defaultdict(list)
        self._lock = Lock()
        self.responses: list[Response] = []

    def record(self, event: UUID, user: UUID, action: Action, response: Response) -> None:
        with self._lock:
            self._attempts[event, user].append((action, response))
            self.responses.append(response)

    def attempts(self) -> list[tuple[tuple[UUID, UUID], list[tuple[Action, Response]]]]:
        """The actions of each user at each event, in order, with their responses."""
        with self._lock:
            return list(self._attempts.items())

    def outcome_counts(self) -> Counter:
        with self._lock:
            return Counter(response.outcome for response in self.responses)

    def response_counts(self) -> Counter:
        with self._lock:
            return Counter((response.status, response.code) for response in self.responses)

    def acknowledged(self) -> int:
        return self.outcome_counts()[Outcome.ACKNOWLEDGED]

    def slowest_s(self) -> float:
        with self._lock:
            return max(
                (response.ended - response.started for response in self.responses), default=0
            )

    def violations(self, sample_data) -> list[str]:
        """Everything that breaks an invariant. Call it when the clients have stopped."""
        found = [
            f"{count} responses were {status} {code}"
            for (status, code), count in self.response_counts().items()
            if (status, code) not in EXPECTED
        ]
        found += map(str, sample_data.verify().differences)
        for event in {event for event, _ in self._attempts}:
            found += self._violations_of(event, sample_data)
        return found

    def _violations_of(self, event, sample_data) -> list[str]:
        seats = sample_data.seats(event)
        if seats is None:
            return []  # deleted; verify finds seats that were left behind
        capacity, count, attendees = seats
        waitlist_count, waiting = sample_data.waitlist(event)
        attempted = {user for other, user in self._attempts if other == event}
        others = (attendees | waiting) - attempted
        found = [f"{each} has a place and never asked for it" for each in others]
        if not count == len(attendees) <= capacity:
            found.append(f"capacity {capacity}, count {count}, {len(attendees)} rows")
        if waitlist_count != len(waiting):
            found.append(f"waitlist count {waitlist_count}, {len(waiting)} rows")
        if count < capacity and waiting:
            found.append(f"{capacity - count} free seats, and {len(waiting)} wait")
        if both := attendees & waiting:
            found.append(f"{len(both)} attend and wait")
        for user in attempted:
            place = Place.SEAT if user in attendees else Place.NEITHER
            if user in waiting:
                place = Place.WAITING
            attempts = self._attempts[event, user]
            if place not in possible_places(attempts):
                last = [
                    (str(each), response.status, response.code) for each, response in attempts[-9:]
                ]
                found.append(f"{user} {place.value}, but the last responses were {last}")
        return found


def possible_places(attempts) -> set[Place]:
    """The places that a user can have now. Empty if the responses contradict each other."""
    places = {Place.NEITHER}
    for action, response in attempts:
        places &= PLACES_BEFORE.get((action, response.status, response.code), places)
        after = {PLACES_AFTER[action][each] for each in places}
        if response.outcome is Outcome.ACKNOWLEDGED:
            places = after
        elif response.outcome is Outcome.UNKNOWN:
            places |= after
        if Place.WAITING in places:
            places.add(Place.SEAT)
    return places
