"""The calendar that a person's programs read from a secret address."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar

from adapters.postgres.calendars.queries import PostgresCalendarQueries
from tests.e2e.client import in_hours
from tests.e2e.problems import is_problem

ADDRESS = "/v1/profile/calendar/"


def opened(person):
    """The path of a new address."""
    response = person.post(ADDRESS)
    assert response.status_code == 201, response.text
    return urlsplit(response.json()["url"]).path


def events_at(visitor, path):
    response = visitor.get(path)
    assert response.status_code == 200, response.text
    return Calendar.from_ical(response.content).walk("VEVENT")


def titles_at(visitor, path):
    return [str(event["SUMMARY"]) for event in events_at(visitor, path)]


def test_an_address_is_made_told_of_and_ended(visitor, ada, base_url):
    assert is_problem(ada.get(ADDRESS), 404, "no_calendar_feed")

    made = ada.post(ADDRESS)
    url = made.json()["url"]

    assert made.status_code == 201
    assert made.json().keys() == {"url", "created_at"}
    assert made.headers["Location"] == url
    assert url.startswith(f"{base_url}/v1/calendars/")
    told = ada.get(ADDRESS)
    assert told.json() == {"created_at": made.json()["created_at"]}
    assert visitor.get(url).status_code == 200

    ended = [ada.delete(ADDRESS) for _ in range(2)]
    assert [each.status_code for each in ended] == [204, 204]
    assert is_problem(ada.get(ADDRESS), 404, "no_calendar_feed")
    assert is_problem(visitor.get(url), 404, "calendar_not_found")
    for response in (made, told, *ended):
        assert response.headers["Cache-Control"] == "no-store"


def test_a_program_needs_no_token_and_is_told_how_to_keep_the_file(visitor, ada):
    path = opened(ada)

    for reader in (visitor, visitor.bearing("rubbish")):
        response = reader.get(path)
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert response.headers["Content-Disposition"] == 'inline; filename="turnout.ics"'
        assert response.headers["Cache-Control"] == "private, no-cache"
    calendar = Calendar.from_ical(response.content)
    assert (calendar["NAME"], calendar["X-WR-CALNAME"]) == ("Turnout", "Turnout")
    assert calendar["REFRESH-INTERVAL"].to_ical() == b"PT1H"
    assert visitor.http.head(path).headers["ETag"] == response.headers["ETag"]


def test_the_feed_follows_its_owner(visitor, ada, grace):
    path = opened(ada)
    hers = grace.published(title="hers", start_time=in_hours(2), end_time=in_hours(9))
    grace.published(title="another of hers")
    assert titles_at(visitor, path) == []

    mine = ada.published(title="mine", start_time=in_hours(1), end_time=in_hours(9))
    ada.attend(mine)
    ada.attend(hers)
    assert titles_at(visitor, path) == ["hers", "mine"]
    grace.patch(hers, title="still hers")
    [first, _] = events_at(visitor, path)
    assert (first["SUMMARY"], first["SEQUENCE"]) == ("still hers", 1)
    assert str(first["URL"]).endswith(hers)
    ada.cancel(mine)
    assert titles_at(visitor, path) == ["still hers", "mine"]
    ada.cancel(hers)
    ada.delete(mine)
    assert titles_at(visitor, path) == []


def test_the_feed_and_the_file_of_an_event_say_the_same(visitor, ada):
    event = ada.published()
    [alone] = Calendar.from_ical(ada.get(f"{event}calendar.ics").content).walk("VEVENT")

    assert events_at(visitor, opened(ada)) == [alone]


def test_the_tag_changes_with_the_feed_and_not_before(visitor, ada, grace):
    path, event = opened(ada), ada.published()
    tag = visitor.get(path).headers["ETag"]
    known = {"If-None-Match": tag}
    grace.attend(event)
    grace.published()

    same = visitor.get(path, headers=known)
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)

    ada.patch(event, title="Coffee")
    changed = visitor.get(path, headers=known)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_a_new_address_ends_the_one_before_at_once(visitor, ada, grace):
    other = opened(grace)
    first, second = opened(ada), opened(ada)

    assert first != second
    assert is_problem(visitor.get(first), 404, "calendar_not_found")
    assert titles_at(visitor, second) == titles_at(visitor, other) == []


def test_of_addresses_made_at_once_one_is_good(visitor, ada):
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: opened(ada), range(8)))

    assert sorted(visitor.get(path).status_code for path in paths) == [200] + [404] * 7


def test_the_address_ends_with_the_account(visitor, ada):
    path = opened(ada)
    ada.delete_account()

    assert is_problem(visitor.get(path), 404, "calendar_not_found")


@pytest.mark.parametrize(
    "secret",
    [
        "x" * 43,
        "x" * 42,
        "x" * 44,
        "x" * 5000,
        "x",
        "%00" * 43,
        "x" * 42 + "%00",
        "é" * 43,
        "%ff" * 43,
        "x" * 42 + "%0A",
        "x" * 42 + "=",
        "%D9%A0" * 43,
        "..",
        "x.ics",
        "'; --",
    ],
    ids=lambda secret: secret[:12],
)
def test_whatever_is_no_address_is_the_same_404(visitor, ada, secret):
    opened(ada)
    visitor.http.headers["X-Request-ID"] = "the-same"
    unknown = visitor.get(f"/v1/calendars/{'y' * 43}.ics")
    assert is_problem(unknown, 404, "calendar_not_found")

    response = visitor.get(f"/v1/calendars/{secret}.ics")

    assert response.status_code == 404
    assert response.content == unknown.content
    assert response.headers.items() - unknown.headers.items() <= {
        ("date", response.headers["Date"])
    }


def test_a_text_of_another_form_does_not_reach_the_database(visitor, monkeypatch):
    def refuse(*_):
        raise AssertionError("asked")

    monkeypatch.setattr(PostgresCalendarQueries, "entries", refuse)

    assert is_problem(visitor.get("/v1/calendars/x.ics"), 404, "calendar_not_found")
    assert visitor.get(f"/v1/calendars/{'x' * 43}.ics").status_code == 500  # it would be seen
