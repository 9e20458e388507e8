"""The system clock and ids."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from application.ports.clock import Clock


class SystemClock(Clock):
    """The only code that reads the current time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def new_id() -> UUID:
    """A new UUIDv7."""
    return uuid7()
