"""Compares the responses that clients got with what the database contains."""

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
        if self.status == 204:
            return Outcome.ACKNOWLEDGED
        if self.status is None or self.code == "outcome_unknown":
            return Outcome.UNKNOWN
        return Outcome.REJECTED


# Every response that a user with a valid session may get to attend and cancel.
EXPECTED = {
    (204, None),
    (404, "event_not_found"),
    (409, "capacity_exhausted"),
    (409, "event_cancelled"),
    (409, "read_only_event"),
    (503, "try_again"),
    (503, "outcome_unknown"),
    (None, None),
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
        found += map(str, verify(sample_data.engine).differences)
        for event in {event for event, _ in self._attempts}:
            found += self._violations_of(event, sample_data.seats(event))
        return found

    def _violations_of(self, event, seats) -> list[str]:
        if seats is None:
            return []  # deleted; verify finds seats that were left behind
        capacity, count, attendees = seats
        attempted = {user for other, user in self._attempts if other == event}
        found = [f"{each} has a seat and never attended" for each in attendees - attempted]
        if not count == len(attendees) <= capacity:
            found.append(f"capacity {capacity}, count {count}, {len(attendees)} rows")
        for user in attempted:
            attempts, has_seat = self._attempts[event, user], user in attendees
            if has_seat not in possible_states(attempts):
                last = [(str(action), response.outcome) for action, response in attempts[-5:]]
                found.append(f"{user} has a seat: {has_seat}, but the last outcomes were {last}")
        return found


def possible_states(attempts) -> set[bool]:
    """Whether a user can have a seat after these attempts: True, False or both."""
    states = {False}
    for action, response in attempts:
        is_attend = action is Action.ATTEND
        if response.outcome is Outcome.ACKNOWLEDGED:
            states = {is_attend}
        elif response.outcome is Outcome.UNKNOWN:
            states = states | {is_attend}
    return states
