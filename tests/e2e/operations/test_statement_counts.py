"""What a request costs the database does not grow with the data: its statements are counted."""

import pytest

from adapters.postgres.connection import DriverConnection

SESSION_CHECK = "SELECT require_live_session("
NOT_COUNTED = ("BEGIN", "COMMIT", SESSION_CHECK)


@pytest.fixture
def statements_of(monkeypatch):
    """The number of SQL statements that a request sends, besides the check of the session."""
    executed = []
    execute = DriverConnection.execute

    def record(connection, sql, values=None):
        text = sql.decode() if isinstance(sql, bytes) else sql
        executed.extend(each for each in text.split(";") if not each.startswith(NOT_COUNTED))
        return execute(connection, sql, values)

    monkeypatch.setattr(DriverConnection, "execute", record)

    def count(request, *arguments, **options):
        executed.clear()
        response = request(*arguments, **options)
        assert response.is_success, response.text
        return len(executed)

    return count


@pytest.fixture
def messages_of(monkeypatch):
    """The number of round trips that a request takes."""
    messages = []
    execute = DriverConnection.execute

    def record(connection, sql, values=None):
        messages.append(sql)
        return execute(connection, sql, values)

    monkeypatch.setattr(DriverConnection, "execute", record)

    def count(request, *arguments, **options):
        messages.clear()
        response = request(*arguments, **options)
        assert response.is_success, response.text
        return len(messages)

    return count


def test_the_session_is_checked_in_the_same_round_trip(messages_of, ada, visitor):
    event = ada.published()
    feed = ada.post("/v1/profile/calendar/").json()["url"]

    assert messages_of(ada.get, "/v1/events/") == 1
    assert messages_of(ada.get, event) == 1
    assert messages_of(ada.get, f"{event}calendar.ics") == 1
    assert messages_of(visitor.get, feed) == 1
    assert messages_of(ada.publish) == 2
    assert messages_of(ada.attend, event) == 2
    assert messages_of(ada.cancel, event) == 2
    assert messages_of(ada.patch, event, capacity=50) == 3


@pytest.fixture(params=["a few events and attendees", "many of them"])
def event(request, ada, visitor):
    event = ada.published()
    if request.param == "many of them":
        for _ in range(10):
            ada.attend(ada.published())
        for _ in range(4):
            visitor.joins().attend(event)
    return event


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, 1),
        ({"count": "false"}, 1),
        ({"status": "upcoming", "attending": "false", "created": "true", "sort": "-start_time"}, 1),
        ({"status": "past"}, 1),  # an empty first page
        ({"search": "tea 100% ☕", "type": "meetup", "creator": "ada", "available": "true"}, 1),
        ({"search": "te", "sort": "-attendees_count", "ends_after": "2020-01-01T00:00:00Z"}, 1),
        ({"offset": 1000}, 2),  # beyond the end the count is asked for by itself
    ],
)
def test_a_page_of_events(statements_of, ada, event, query, expected):
    assert statements_of(ada.get, "/v1/events/", params=query) == expected


def test_a_page_by_cursor(statements_of, ada, event):
    ada.published()
    cursor = ada.get("/v1/events/", params={"limit": 1}).json()["next_cursor"]

    assert statements_of(ada.get, "/v1/events/", params={"cursor": cursor}) == 1


def test_one_event(statements_of, ada, event):
    assert statements_of(ada.get, event) == 1


def test_an_event_as_a_calendar(statements_of, ada, event):
    assert statements_of(ada.get, f"{event}calendar.ics") == 1


def test_a_calendar_that_a_program_reads(statements_of, ada, event, visitor):
    feed = ada.post("/v1/profile/calendar/").json()["url"]

    assert statements_of(visitor.get, feed) == 1


def test_attendees(statements_of, ada, event):
    assert statements_of(ada.get, f"{event}attendees/") == 2


def test_a_seat_taken_and_given_back(statements_of, grace, event):
    assert statements_of(grace.attend, event) == 3
    assert statements_of(grace.attend, event) == 2  # nothing to write
    assert statements_of(grace.cancel, event) == 3
    assert statements_of(grace.cancel, event) == 2


def test_an_event_published_and_changed(statements_of, ada, event):
    assert statements_of(ada.publish) == 2
    assert statements_of(ada.patch, event, capacity=50) == 4
