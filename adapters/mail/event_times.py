"""The time of an event, in its time zone, for people."""

from datetime import MAXYEAR, UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from application.ports.mail_templates import EventDetails
from domain.events.time_zone import time_zone_names

DASH = "\N{EN DASH}"


def time_of(event: EventDetails) -> str:
    """Such as `Friday, 4 December 2026, 19:00-21:00 (Europe/Berlin, UTC+01:00)`."""
    zone = event.time_zone
    # An instance with a newer time zone database may have stored a zone that is unknown here. In
    # the last year, local times may be too large.
    if zone not in time_zone_names() or event.end_time.astimezone(UTC).year == MAXYEAR:
        zone = "UTC"
    start, end = (each.astimezone(ZoneInfo(zone)) for each in (event.start_time, event.end_time))
    offsets = [_offset(start), _offset(end)]
    if offsets[0] != offsets[1]:
        # The same local time may occur twice.
        first, last = f"{_time(start)} {offsets[0]}", f"{_end(start, end)} {offsets[1]}"
        return f"{_day(start)}, {first} {DASH} {last} ({zone})"
    separator = DASH if start.date() == end.date() else f" {DASH} "
    names = ", ".join(dict.fromkeys((zone, offsets[0])))
    return f"{_day(start)}, {_time(start)}{separator}{_end(start, end)} ({names})"


def _end(start: datetime, end: datetime) -> str:
    return _time(end) if start.date() == end.date() else f"{_day(end)}, {_time(end)}"


def _day(local: datetime) -> str:
    return f"{local:%A}, {local.day} {local:%B} {local.year}"


def _time(local: datetime) -> str:
    return f"{local.time()}" if local.second or local.microsecond else f"{local:%H:%M}"


def _offset(local: datetime) -> str:
    """Such as UTC+01:00."""
    return str(timezone(local.utcoffset() or timedelta(0)))
