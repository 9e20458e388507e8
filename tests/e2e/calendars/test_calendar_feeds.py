"""Calendar feeds, which calendar programs read from a secret URL."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar
from sqlalchemy import text

from tests.e2e.client import in_hours
from tests.e2e.problems import is_problem

FEED = "/v1/profile/calendar/"


def new_feed(person):
    """Create a feed and return its path."""
    response = person.post(FEED)
    assert response.status_code == 201, response.text
    return urlsplit(response.json()["url"]).path


def events_at(visitor, path):
    response = visitor.get(path)
    assert response.status_code == 200, response.text
    return Calendar.from_ical(response.content).walk("VEVENT")


def titles_at(visitor, path):
    return [str(event["SUMMARY"]) for event in events_at(visitor, path)]


def test_a_feed_is_created_read_and_deleted(visitor, ada, base_url):
    assert is_problem(ada.get(FEED), 404, "no_calendar_feed")

    created = ada.post(FEED)
    url = created.json()["url"]

    assert created.status_code == 201
    assert created.json().keys() == {"url", "created_at"}
    assert created.headers["Location"] == url
    assert url.startswith(f"{base_url}/v1/calendars/")
    status = ada.get(FEED)
    assert status.json() == {"created_at": created.json()["created_at"]}
    assert visitor.get(url).status_code == 200

    deleted = [ada.delete(FEED) for _ in range(2)]
    assert [each.status_code for each in deleted] == [204, 204]
    assert is_problem(ada.get(FEED), 404, "no_calendar_feed")
    assert is_problem(visitor.get(url), 404, "calendar_not_found")
    for response in (created, status, *deleted):
        assert response.headers["Cache-Control"] == "no-store"


def test_a_feed_needs_no_token_and_has_caching_headers(visitor, ada):
    path = new_feed(ada)

    for client in (visitor, visitor.with_token("rubbish")):
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert response.headers["Content-Disposition"] == 'inline; filename="turnout.ics"'
        assert response.headers["Cache-Control"] == "private, no-cache"
    calendar = Calendar.from_ical(response.content)
    assert (calendar["NAME"], calendar["X-WR-CALNAME"]) == ("Turnout", "Turnout")
    assert calendar["REFRESH-INTERVAL"].to_ical() == b"PT1H"
    assert visitor.http.head(path).headers["ETag"] == response.headers["ETag"]


def test_a_feed_lists_the_events_that_its_owner_creates_or_attends(visitor, ada, grace):
    path = new_feed(ada)
    other_event = grace.new_event(title="hers", start_time=in_hours(2), end_time=in_hours(9))
    grace.new_event(title="another of hers")
    assert titles_at(visitor, path) == []

    own_event = ada.new_event(title="mine", start_time=in_hours(1), end_time=in_hours(9))
    ada.attend(own_event)
    ada.attend(other_event)
    assert titles_at(visitor, path) == ["hers", "mine"]
    grace.patch(other_event, title="still hers")
    [first, _] = events_at(visitor, path)
    assert (first["SUMMARY"], first["SEQUENCE"]) == ("still hers", 1)
    assert str(first["URL"]).endswith(other_event)
    ada.cancel(own_event)
    assert titles_at(visitor, path) == ["still hers", "mine"]
    ada.cancel(other_event)
    ada.delete(own_event)
    assert titles_at(visitor, path) == []


def test_an_event_looks_the_same_in_the_feed_and_in_its_own_file(visitor, ada):
    event = ada.new_event()
    [single] = Calendar.from_ical(ada.get(f"{event}calendar.ics").content).walk("VEVENT")

    assert events_at(visitor, new_feed(ada)) == [single]


def test_a_feed_has_cancelled_events_but_no_drafts(visitor, ada, grace):
    path = new_feed(ada)
    draft, mine, hers = ada.new_event(state="draft"), ada.new_event(), grace.new_event()
    ada.attend(hers)
    etags = [visitor.get(path).headers["ETag"]]

    for organiser, event in ((ada, mine), (grace, hers)):
        organiser.call_off(event)
        etags.append(visitor.get(path).headers["ETag"])
    assert [event["STATUS"] for event in events_at(visitor, path)] == ["CANCELLED"] * 2

    ada.publish(draft)
    etags.append(visitor.get(path).headers["ETag"])
    assert len(events_at(visitor, path)) == 3
    assert len(set(etags)) == 4


def test_a_feed_shows_each_event_in_its_zone(visitor, ada):
    path = new_feed(ada)
    for timezone in ("UTC", "Asia/Kolkata", "Australia/Sydney"):
        ada.new_event(
            timezone=timezone, start_time="2099-07-01T10:00Z", end_time="2099-07-01T11:00Z"
        )

    lines = set(visitor.get(path).text.splitlines())

    assert lines >= {
        "DTSTART:20990701T100000Z",
        "DTSTART;TZID=Asia/Kolkata:20990701T153000",
        "DTSTART;TZID=Australia/Sydney:20990701T200000",
        "TZID:Asia/Kolkata",
        "TZID:Australia/Sydney",
    }


def test_a_zone_that_only_a_newer_database_knows_does_not_break_a_feed(visitor, ada, engine):
    times = {"start_time": "2099-07-01T10:00Z", "end_time": "2099-07-01T11:00Z"}
    path, event = new_feed(ada), ada.new_event(**times)
    with engine.begin() as connection:
        connection.execute(text("UPDATE events SET timezone = 'Europe/Atlantis'"))

    for response in (visitor.get(path), ada.get(f"{event}calendar.ics")):
        assert "DTSTART:20990701T100000Z" in response.text


def test_the_etag_changes_only_with_the_feed(visitor, ada, grace):
    path, event = new_feed(ada), ada.new_event()
    etag = visitor.get(path).headers["ETag"]
    known = {"If-None-Match": etag}
    grace.attend(event)
    grace.new_event()

    same = visitor.get(path, headers=known)
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", etag)

    ada.patch(event, title="Coffee")
    changed = visitor.get(path, headers=known)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


def test_the_etag_changes_with_the_events_of_the_feed(visitor, ada, grace):
    path, other = new_feed(ada), grace.new_event()
    etags = [visitor.get(path).headers["ETag"]]
    for change in (
        lambda: ada.attend(other),
        lambda: grace.patch(other, description="Bring two cups."),
        ada.new_event,
        lambda: grace.delete(other),
    ):
        change()
        response = visitor.get(path, headers={"If-None-Match": etags[-1]})
        assert response.status_code == 200
        etags.append(response.headers["ETag"])
    ada.attend(another := grace.new_event())
    ada.cancel(another)

    assert len(set(etags)) == 5
    assert visitor.get(path).headers["ETag"] == etags[-1]
    for host in ("other.example", "another.example"):
        etags.append(visitor.get(path, headers={"Host": host}).headers["ETag"])
    assert len(set(etags)) == 7


def test_the_etag_changes_with_the_format_of_the_file(visitor, ada, monkeypatch):
    path = new_feed(ada)
    etag = visitor.get(path).headers["ETag"]

    monkeypatch.setattr("adapters.http.calendars.responses.FEED_FILE", "another release")

    assert visitor.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_an_unchanged_feed_is_not_rendered(visitor, ada, monkeypatch):
    path = new_feed(ada)
    ada.new_event()
    etag = visitor.get(path).headers["ETag"]

    def fail(*_):
        raise AssertionError("rendered")

    monkeypatch.setattr("adapters.http.calendars.ics._file", fail)

    for method in ("GET", "HEAD"):
        response = visitor.http.request(method, path, headers={"If-None-Match": etag})
        assert (response.status_code, response.content) == (304, b"")
        assert (response.headers["ETag"], "Content-Type" in response.headers) == (etag, False)
    assert is_problem(visitor.get(path, headers={"If-Match": '"x"'}), 412, "precondition_failed")
    assert visitor.get(path).status_code == 500  # fail() is called


def test_a_new_feed_replaces_the_previous_one(visitor, ada, grace):
    other = new_feed(grace)
    first, second = new_feed(ada), new_feed(ada)

    assert first != second
    assert is_problem(visitor.get(first), 404, "calendar_not_found")
    assert titles_at(visitor, second) == titles_at(visitor, other) == []


def test_of_feeds_created_concurrently_one_is_valid(visitor, ada):
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: new_feed(ada), range(8)))

    assert sorted(visitor.get(path).status_code for path in paths) == [200] + [404] * 7


def test_a_feed_is_deleted_with_the_account(visitor, ada):
    path = new_feed(ada)
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
        "x" * 42 + "%0A",
        "x" * 42 + "=",
        "%D9%A0" * 43,
        "..",
        "x.ics",
        "'; --",
    ],
    ids=lambda secret: secret[:12],
)
def test_every_invalid_secret_gets_the_same_404(visitor, ada, secret):
    new_feed(ada)
    visitor.http.headers["X-Request-ID"] = "the-same"
    unknown = visitor.get(f"/v1/calendars/{'y' * 43}.ics")
    assert is_problem(unknown, 404, "calendar_not_found")

    response = visitor.get(f"/v1/calendars/{secret}.ics")

    assert response.status_code == 404
    assert response.content == unknown.content
    assert response.headers.items() - unknown.headers.items() <= {
        ("date", response.headers["Date"])
    }


@pytest.mark.parametrize("suffix", ["/", "?nocache=1", "/?a&a=1&%E9", "?" + "&" * 200])
def test_parameters_and_a_trailing_slash_are_ignored(visitor, ada, suffix):
    path = new_feed(ada)
    ada.new_event(title="mine")

    assert titles_at(visitor, path + suffix) == ["mine"]


def test_unknown_parameters_of_other_paths_are_rejected(ada):
    path = f"{ada.new_event()}calendar.ics"

    assert ada.get(f"{path}/").status_code == 200
    assert is_problem(ada.get(f"{path}?nocache=1"), 422, "validation_failed")


def test_a_malformed_secret_does_not_reach_the_database(container, visitor, monkeypatch):
    def fail(*_):
        raise AssertionError("queried")

    monkeypatch.setattr(container.calendar_queries(), "entries", fail)

    assert is_problem(visitor.get("/v1/calendars/x.ics"), 404, "calendar_not_found")
    assert visitor.get(f"/v1/calendars/{'x' * 43}.ics").status_code == 500  # fail() is called
