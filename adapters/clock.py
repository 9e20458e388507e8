from datetime import UTC, datetime

from application.ports.clock import Clock


class SystemClock(Clock):
    """The only reader of the wall clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)
