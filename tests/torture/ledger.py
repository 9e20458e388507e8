"""What clients were told, held against what the database has."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from uuid import UUID

from adapters.postgres.maintenance.verify import verify


class Action(StrEnum):
    ATTEND = "attend"
    CANCEL = "cancel"


class Outcome(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """`status` is None when the connection ended without an answer."""

    status: int | None
    code: str | None
    begun: float
    ended: float

    @property
    def outcome(self) -> Outcome:
        if self.status == 204:
            return Outcome.ACKNOWLEDGED
        if self.status is None or self.code == "outcome_unknown":
            return Outcome.UNKNOWN
        return Outcome.REFUSED


# All that an attempt to attend or cancel may be told, here where everybody has a session.
EXPECTED = {
    (204, None),
    (404, "event_not_found"),
    (409, "capacity_exhausted"),
    (503, "try_again"),
    (503, "outcome_unknown"),
    (None, None),
}


class Ledger:
    """Attempts, each person's in order: nobody makes two at the same time."""

    def __init__(self) -> None:
        self._attempts = defaultdict(list)
        self._lock = Lock()
        self.answers: list[Answer] = []

    def record(self, event: UUID, person: UUID, action: Action, answer: Answer) -> None:
        with self._lock:
            self._attempts[event, person].append((action, answer))
            self.answers.append(answer)

    def counts(self) -> Counter:
        with self._lock:
            return Counter(answer.outcome for answer in self.answers)

    def told(self) -> Counter:
        with self._lock:
            return Counter((answer.status, answer.code) for answer in self.answers)

    def acknowledged(self) -> int:
        return self.counts()[Outcome.ACKNOWLEDGED]

    def slowest_s(self) -> float:
        with self._lock:
            return max((answer.ended - answer.begun for answer in self.answers), default=0)

    def violations(self, town) -> list[str]:
        """Everything that is not as it must be; the clients have stopped."""
        found = [
            f"{count} were told {status} {code}"
            for (status, code), count in self.told().items()
            if (status, code) not in EXPECTED
        ]
        found += map(str, verify(town.engine).differences)
        for event in {event for event, _ in self._attempts}:
            found += self._violations_of(event, town.seats(event))
        return found

    def _violations_of(self, event, seats) -> list[str]:
        if seats is None:
            return []  # deleted, seats and all: verify finds those that stayed
        capacity, count, present = seats
        attempted = {person for of, person in self._attempts if of == event}
        found = [f"{each} has a seat and never tried" for each in present - attempted]
        if not count == len(present) <= capacity:
            found.append(f"capacity {capacity}, count {count}, {len(present)} rows")
        for person in attempted:
            if (person in present) not in may_have_seat(self._attempts[event, person]):
                told = [
                    (str(action), answer.outcome)
                    for action, answer in self._attempts[event, person]
                ]
                found.append(f"{person} has a seat: {person in present}, but was told {told[-5:]}")
        return found


def may_have_seat(attempts) -> set[bool]:
    """Whether someone who made these attempts in turn can have a seat at the end."""
    possible = {False}
    for action, answer in attempts:
        wanted = action is Action.ATTEND
        if answer.outcome is Outcome.ACKNOWLEDGED:
            possible = {wanted}
        elif answer.outcome is Outcome.UNKNOWN:
            possible = possible | {wanted}
    return possible
