"""When people can register for an event."""

from dataclasses import dataclass
from datetime import datetime

from domain.errors import Invalid
from domain.events.errors import RegistrationClosed, RegistrationNotOpen


@dataclass(frozen=True, slots=True)
class RegistrationWindow:
    """`opens_at` is inclusive, `closes_at` exclusive. By default, it is open until the start."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None

    def require_before(self, start_time: datetime) -> None:
        """Raises Invalid unless opens_at < closes_at <= start_time."""
        if self.closes_at is not None and self.closes_at > start_time:
            raise Invalid("registration_closes_at", "Must not be after start_time.")
        if self.opens_at is None:
            return
        if self.closes_at is not None and self.opens_at >= self.closes_at:
            raise Invalid("registration_closes_at", "Must be after registration_opens_at.")
        if self.opens_at >= start_time:
            raise Invalid("registration_opens_at", "Must be before start_time.")

    def require_open(self, now: datetime) -> None:
        """Raises RegistrationNotOpen or RegistrationClosed."""
        if self.opens_at is not None and now < self.opens_at:
            raise RegistrationNotOpen(self.opens_at)
        if self.closes_at is not None and self.is_closed(now):
            raise RegistrationClosed(self.closes_at)

    def is_closed(self, now: datetime) -> bool:
        return self.closes_at is not None and now >= self.closes_at
