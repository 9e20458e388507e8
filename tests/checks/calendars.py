"""Check that two parsers read the right times from a calendar feed: `make check-calendars`.

The parsers are icalendar and ical.js. They know time zones only from the file.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from icalendar import Calendar

from adapters.http.calendars.ics import feed_file
from tests.unit.adapters.ics_files import EVENTS, an_entry

ICAL_JS = "ical.js@2.2.1"  # the parser of Thunderbird
READ_CALENDAR = Path(__file__).with_name("read_calendar.cjs")
HALF_HOUR = timedelta(minutes=30)
MARGIN = timedelta(hours=6)
YEAR = [datetime(2030, 1, 1, tzinfo=UTC) + number * HALF_HOUR for number in range(365 * 48)]
ZONES = (
    "Europe/Berlin",
    "Europe/Dublin",  # standard time is in summer
    "America/New_York",
    "America/Sao_Paulo",  # clocks do not change
    "Australia/Sydney",
    "Australia/Lord_Howe",  # clocks change by half an hour
    "Antarctica/Troll",  # clocks change by two hours
    "Asia/Kolkata",
    "Africa/Casablanca",  # clocks change for Ramadan
    "Africa/Cairo",  # clocks change at midnight
)


def moments(zone):
    """Noon of some days, and each half hour near a change of the clocks."""
    changes = [
        each
        for each in YEAR
        if each.astimezone(zone).utcoffset() != (each - HALF_HOUR).astimezone(zone).utcoffset()
    ]
    near = [each for each in YEAR if any(abs(each - change) <= MARGIN for change in changes)]
    return YEAR[24 :: 48 * 30] + near


def times_of(entry):
    return [expected(each, entry.timezone) for each in (entry.start_time, entry.end_time)]


def expected(instant, zone):
    """In local time, or in UTC if the local time occurs twice."""
    local = instant.astimezone(ZoneInfo(zone))
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        return [f"{instant:%Y-%m-%dT%H:%M:%S}Z", instant.timestamp()]
    return [f"{local:%Y-%m-%dT%H:%M:%S}", instant.timestamp()]


def read_with_icalendar(file):
    calendar = Calendar.from_ical(file)
    zones = {each.tz_name: each.to_tz(lookup_tzid=False) for each in calendar.timezones}

    def read(time):
        zone = zones[time.params["TZID"]] if "TZID" in time.params else UTC
        text = time.dt.strftime("%Y-%m-%dT%H:%M:%S") + ("Z" if zone is UTC else "")
        return [text, time.dt.replace(tzinfo=zone).timestamp()]

    return [[read(event["DTSTART"]), read(event["DTEND"])] for event in calendar.events]


def read_with_ical_js(file):
    with TemporaryDirectory() as directory:
        subprocess.run(["npm", "install", "--silent", "--prefix", directory, ICAL_JS], check=True)
        result = subprocess.run(
            ["node", READ_CALENDAR],
            input=file,
            env=os.environ | {"NODE_PATH": f"{directory}/node_modules"},
            stdout=subprocess.PIPE,
            check=True,
        )
    return json.loads(result.stdout)


def main():
    entries = [
        an_entry(start_time=start, end_time=start + HALF_HOUR, timezone=name)
        for name in ZONES
        for start in moments(ZoneInfo(name))
    ]
    file = feed_file(entries, EVENTS)
    for read in (read_with_icalendar, read_with_ical_js):
        differences = [
            f"{read.__name__}, {entry.timezone}: {times} instead of {right}"
            for entry, times in zip(entries, read(file), strict=True)
            if times != (right := times_of(entry))
        ]
        if differences:
            sys.exit("\n".join(differences[:10]))
    sys.stdout.write(f"icalendar and ical.js read the right times of {len(entries)} events.\n")


if __name__ == "__main__":
    main()
