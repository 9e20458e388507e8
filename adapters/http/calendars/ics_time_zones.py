"""Local times, and the VTIMEZONE components that define them (RFC 5545 section 3.6.5)."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import MAXYEAR, UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from domain.events.time_zone import time_zone_names

# LRU size; about 0.4 KiB each. Writing a year of a zone takes 0.4 ms.
CACHED_YEARS = 2048
MINUTE = timedelta(minutes=1)
WEEK = timedelta(weeks=1) // MINUTE
END = b"END:VTIMEZONE\r\n"


def local_time(instant: datetime, zone: str) -> datetime:
    """In this zone, or in UTC if the local time is ambiguous or the zone unknown.

    When clocks go back, local times occur twice. They mean the first (RFC 5545 section 3.3.5), but
    some apps take the second. A zone is unknown if an instance with a newer time zone database
    stored it.
    """
    utc = instant.astimezone(UTC)
    if zone not in time_zone_names() or utc.year >= MAXYEAR - 1:
        return utc
    local = utc.astimezone(ZoneInfo(zone))
    first, second = (local.replace(fold=fold).utcoffset() for fold in (0, 1))
    return local if first == second else utc


def time_zone_lines(zone_years: Iterable[tuple[str, int]]) -> bytes:
    """A VTIMEZONE for each zone, valid in the given years."""
    return b"".join(
        _time_zone(zone, (_year_lines(*each) for each in years))
        for zone, years in groupby(sorted(zone_years), key=lambda each: each[0])
    )


def _time_zone(zone: str, years: Iterable[bytes]) -> bytes:
    timezone = Timezone()
    timezone.add("tzid", zone)
    return b"".join((timezone.to_ical().removesuffix(END), *years, END))


@lru_cache(CACHED_YEARS)
def _year_lines(zone: str, year: int) -> bytes:
    return b"".join(each.to_ical() for each in _observances(ZoneInfo(zone), year))


def _observances(zone: ZoneInfo, year: int) -> Iterator[TimezoneStandard | TimezoneDaylight]:
    """The offset at the start of the year, then each change.

    Timezone.from_tzinfo of icalendar lists changes as RDATE, which apps misread (ADR 15).
    """
    first, last = (datetime(each, 1, 1, tzinfo=zone).astimezone(UTC) for each in (year, year + 1))
    minutes = range((last - first) // MINUTE + 1)

    def local(minute: int) -> datetime:
        return (first + minute * MINUTE).astimezone(zone)

    def offset(minute: int) -> timedelta | None:
        return local(minute).utcoffset()

    yield _observance(local(0), local(0), local(0))
    for start, end in pairwise([*minutes[::WEEK], minutes[-1]]):
        if offset(start) != (new := offset(end)):
            onset = bisect_left(minutes, True, start, end, key=lambda each: offset(each) == new)
            # Adding to a time with a zone keeps its offset.
            yield _observance(local(start) + (onset - start) * MINUTE, local(start), local(end))


def _observance(
    onset: datetime, before: datetime, after: datetime
) -> TimezoneStandard | TimezoneDaylight:
    """A change of the offset; `onset` is in the local time before it."""
    observance = TimezoneDaylight() if after.dst() else TimezoneStandard()
    observance.DTSTART = onset.replace(tzinfo=None)
    observance.TZOFFSETFROM = before.utcoffset()
    observance.TZOFFSETTO = after.utcoffset()
    observance.add("tzname", after.tzname())
    return observance
