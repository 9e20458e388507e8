from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.errors import Invalid
from domain.events.description import Capacity, Description, Location, Title
from domain.events.schedule import EventStatus, Schedule
from domain.events.state import NO_REASON, CancellationReason
from domain.events.time_zone import TimeZone, time_zone_names
from tests.builders import HOUR, NOON

TICK = timedelta(microseconds=1)


def test_a_title_is_trimmed():
    assert Title("  Tea \t\n") == "Tea"


@pytest.mark.parametrize("text", ["", " \n ", "x" * 201])
def test_a_title_has_1_to_200_characters(text):
    with pytest.raises(Invalid):
        Title(text)


def test_a_title_is_measured_after_trimming():
    assert len(Title(f"  {'x' * 200}  ")) == 200


def test_a_description_has_up_to_10000_characters_and_is_not_trimmed():
    assert Description("") == ""
    assert Description(f" {'x' * 9_998} ") == f" {'x' * 9_998} "
    with pytest.raises(Invalid):
        Description("x" * 10_001)


def test_a_location_is_trimmed_and_may_be_empty():
    assert Location("  The green room\n") == "The green room"
    assert Location(" ") == ""
    assert len(Location(f" {'x' * 300} ")) == 300
    with pytest.raises(Invalid):
        Location("x" * 301)


@pytest.mark.parametrize("seats", [1, 1_000_000])
def test_the_bounds_of_capacity_are_inclusive(seats):
    assert Capacity(seats) == seats


@pytest.mark.parametrize("seats", [-1, 0, 1_000_001, 2**63])
def test_capacity_is_bounded(seats):
    with pytest.raises(Invalid):
        Capacity(seats)


def test_a_reason_is_trimmed_and_has_up_to_1000_characters():
    assert CancellationReason(" It rains.\nSorry! ") == "It rains.\nSorry!"
    assert CancellationReason(" ") == NO_REASON == ""
    assert len(CancellationReason(f" {'x' * 1_000} ")) == 1_000
    with pytest.raises(Invalid) as exc_info:
        CancellationReason("x" * 1_001)
    assert exc_info.value.field == "reason"


@pytest.mark.parametrize("text", ["\0", "rain\x1b[2J", "rain\x85again"])
def test_a_reason_has_no_control_characters(text):
    with pytest.raises(Invalid) as exc_info:
        CancellationReason(text)
    assert exc_info.value.field == "reason"


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "GB"])
def test_a_time_zone_is_a_name_in_the_iana_database(name):
    assert TimeZone(name) == name
    assert ZoneInfo(TimeZone(name)).key == name


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "utc",
            "europe/berlin",
            " UTC",
            "UTC\n",
            "CET-1CEST",
            "+01:00",
            "Europe",
            "Mars/Base",
        ),
        *("localtime", "Factory", "posixrules", "posix/UTC", "right/UTC", "../UTC", "/etc/passwd"),
        "\0",
    ],
    ids=ascii,
)
def test_nothing_else_is_a_time_zone(name):
    with pytest.raises(Invalid) as exc_info:
        TimeZone(name)
    assert exc_info.value.field == "timezone"
    assert "case-sensitive" in exc_info.value.problem


def test_every_time_zone_can_be_loaded():
    assert len(time_zone_names()) > 400
    assert all(ZoneInfo(name).utcoffset(NOON) is not None for name in time_zone_names())


@pytest.mark.parametrize("length", [timedelta(0), -TICK])
def test_a_schedule_ends_after_it_starts(length):
    with pytest.raises(Invalid):
        Schedule(NOON, NOON + length)


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (NOON - TICK, EventStatus.UPCOMING),
        (NOON, EventStatus.ONGOING),
        (NOON + HOUR - TICK, EventStatus.ONGOING),
        (NOON + HOUR, EventStatus.PAST),
    ],
)
def test_the_start_is_inclusive_and_the_end_exclusive(now, status):
    assert Schedule(NOON, NOON + HOUR).status_at(now) is status


def test_a_planned_schedule_starts_in_the_future():
    assert Schedule.planned(NOON + TICK, NOON + HOUR, now=NOON) == Schedule(
        NOON + TICK, NOON + HOUR
    )
    with pytest.raises(Invalid) as exc_info:
        Schedule.planned(NOON, NOON + HOUR, now=NOON)
    assert exc_info.value.field == "start_time"
