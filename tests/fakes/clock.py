from datetime import datetime, timedelta

from application.ports.clock import Clock
from tests.builders import NOON


class FakeClock(Clock):
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by
