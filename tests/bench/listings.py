"""Paths of event lists, by description."""

from datetime import timedelta
from urllib.parse import urlencode

from tests.bench.dataset import Dataset
from tests.bench.texts import IN_1_OF_100, IN_1_OF_1000, IN_ALL, IN_ONE, word

DAY = timedelta(days=1)


def filtered(data: Dataset) -> dict[str, str]:
    filters = {
        "all": {},
        "upcoming": {"status": "upcoming"},
        "ongoing": {"status": "ongoing"},
        "past": {"status": "past"},
        "attending": {"attending": "true"},
        "not attending": {"attending": "false"},
        "waiting": {"waiting": "true"},
        "not waiting": {"waiting": "false"},
        "created": {"created": "true"},
        "not created": {"created": "false"},
        "starts_after": {"starts_after": (data.loaded_at + 100 * DAY).isoformat()},
        "starts_before": {"starts_before": (data.loaded_at - 100 * DAY).isoformat()},
        "ends_after": {"ends_after": data.loaded_at.isoformat()},
        "ends_before": {"ends_before": data.loaded_at.isoformat()},
        "type, 1 of 5": {"type": "workshop"},
        "type, 1 of 100": {"type": "conference"},
        "creator": {"creator": "P-5"},
        "available": {"available": "true"},
    }
    return {
        f"list, {name}, {sort}": _path(sort=sort, **query)
        for name, query in filters.items()
        for sort in ("start_time", "-start_time")
    }


def other_sorts() -> dict[str, str]:
    filters = {"all": {}, "creator": {"creator": "P-5"}}
    return {
        f"list, {name}, {sort}": _path(sort=sort, **query)
        for name, query in filters.items()
        for sort in ("created_at", "-created_at", "title", "-title")
    }


def searches() -> dict[str, str]:
    words = {
        "none": "nowhere",
        "one event": IN_ONE,
        "1 of 1,000": IN_1_OF_1000,
        "3 of 1,000": word(123),
        "1 of 100": IN_1_OF_100,
        "all": IN_ALL,
        "almost all, by one letter": "e",
    }
    return {
        f"search, a word of {name}, {sort}": _path(sort=sort, search=search)
        for name, search in words.items()
        for sort in ("start_time", "title")
    } | {
        "search, a word of all, upcoming": _path(search=IN_ALL, status="upcoming"),
        "search, a word of one, upcoming": _path(search=IN_ONE, status="upcoming"),
    }


def bounded_reads(data: Dataset) -> dict[str, str]:
    """Lists that are rejected with 422 if they would have to read too many events."""
    day = {
        "starts_after": (data.loaded_at + 100 * DAY).isoformat(),
        "starts_before": (data.loaded_at + 101 * DAY).isoformat(),
    }
    return {
        "list, upcoming, created_at": _path(sort="created_at", status="upcoming"),
        "list, upcoming, -created_at": _path(sort="-created_at", status="upcoming"),
        "list, upcoming, title": _path(sort="title", status="upcoming"),
        "list, a day, title": _path(sort="title", **day),
        "list, all, -attendees_count": _path(sort="-attendees_count"),
        "list, upcoming, -attendees_count": _path(sort="-attendees_count", status="upcoming"),
        "list, type, 1 of 100, -attendees_count": _path(sort="-attendees_count", type="conference"),
        "list, a day, -attendees_count": _path(sort="-attendees_count", **day),
        "list, full (there are none)": _path(available="false"),
        "list, full (there are none), a day": _path(available="false", **day),
        "list, full (there are none), title": _path(available="false", sort="title"),
        "search, a word of 1 of 1,000, -attendees_count": _path(
            sort="-attendees_count", search=IN_1_OF_1000
        ),
        "search, a word of 1 of 100, -attendees_count": _path(
            sort="-attendees_count", search=IN_1_OF_100
        ),
        "search, a word of all, -attendees_count": _path(sort="-attendees_count", search=IN_ALL),
        "search, a word of all, a day, -attendees_count": _path(
            sort="-attendees_count", search=IN_ALL, **day
        ),
        # This order starts with the 10,000 events that do not match.
        "search, a word of almost all, by one letter, -title": _path(sort="-title", search="e"),
    }


def counts() -> dict[str, str]:
    counted = {"count": "true"}
    return {
        "list, type, 1 of 5, counted": _path(type="workshop", **counted),
        "list, available, counted": _path(available="true", **counted),
        "search, a word of one event, counted": _path(search=IN_ONE, **counted),
        "search, a word of 1 of 100, counted": _path(search=IN_1_OF_100, **counted),
        "search, a word of all, counted": _path(search=IN_ALL, **counted),
    }


def _path(**query: str) -> str:
    return "/v1/events/?" + urlencode({"count": "false"} | query)
