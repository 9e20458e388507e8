"""The time zone of the venue."""

from functools import cache
from zoneinfo import available_timezones

from domain.errors import Invalid

# Names in the database that are not zones: this machine's zone, and a placeholder.
NOT_ZONES = {"localtime", "Factory"}


@cache
def time_zone_names() -> frozenset[str]:
    """The names in the system's time zone database, or in the tzdata package."""
    return frozenset(available_timezones() - NOT_ZONES)


class TimeZone(str):
    """A name in the IANA time zone database, such as Europe/Berlin. Raises Invalid."""

    __slots__ = ()

    def __new__(cls, name: str) -> "TimeZone":
        if name not in time_zone_names():
            raise Invalid("timezone", "Must be an IANA time zone, such as Europe/Berlin.")
        return super().__new__(cls, name)


UTC = TimeZone("UTC")
