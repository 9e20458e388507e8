from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is due, and for how long the first of it has been; 0 if nothing is."""

    count: int
    age_s: float


@dataclass(frozen=True, slots=True)
class Backlogs:
    """The worker's due work. Failed attempts are due at their next attempt."""

    messages: Backlog
    deliveries: Backlog
    mails: Backlog


# Raises Unavailable.
ReadBacklogs: TypeAlias = Callable[[], Backlogs]
