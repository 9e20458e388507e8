"""The number of SQL statements per request does not grow with the data."""

import pytest

IGNORED = (b"BEGIN", b"COMMIT", b"SELECT require_live_session(")


@pytest.fixture
def count_statements(messages):
    """Counts the SQL statements of a request, without the session check."""

    def count(request, *arguments, **options):
        messages.clear()
        assert_success(request(*arguments, **options))
        statements = b";".join(messages).split(b";")
        return len([each for each in statements if not each.startswith(IGNORED)])

    return count


@pytest.fixture
def count_round_trips(messages):
    """Counts the round trips of a request."""

    def count(request, *arguments, **options):
        messages.clear()
        assert_success(request(*arguments, **options))
        return len(messages)

    return count


def assert_success(response):
    assert response.is_success, response.text


def test_the_session_is_checked_in_the_same_round_trip(count_round_trips, ada, grace, visitor):
    event = ada.new_event()
    feed = ada.post("/v1/profile/calendar/").json()["url"]

    assert count_round_trips(ada.get, "/v1/events/") == 1
    assert count_round_trips(ada.get, event) == 1
    assert count_round_trips(ada.get, f"{event}calendar.ics") == 1
    assert count_round_trips(visitor.get, feed) == 1
    assert count_round_trips(ada.create_event) == 1
    assert count_round_trips(ada.attend, event) == 2
    assert count_round_trips(ada.cancel, event) == 2
    assert count_round_trips(ada.patch, event, capacity=50) == 3
    full_event = ada.new_event(capacity=1)
    ada.attend(full_event)
    assert count_round_trips(grace.join_waitlist, full_event) == 2
    assert count_round_trips(grace.leave_waitlist, full_event) == 3  # reads the entry
    assert count_round_trips(ada.publish, ada.new_event(state="draft")) == 3
    assert count_round_trips(ada.call_off, event) == 3


def test_a_login_takes_three_round_trips(count_round_trips, messages, ada, visitor):
    assert count_round_trips(visitor.log_in, ada.username) == 3

    messages.clear()
    assert visitor.log_in(ada.username, "wrong").status_code == 401
    assert len(messages) == 3


@pytest.fixture(params=["a few events and attendees", "many of them"])
def event(request, ada, visitor):
    event = ada.new_event()
    if request.param == "many of them":
        for _ in range(10):
            ada.attend(ada.new_event())
        for _ in range(4):
            visitor.new_member().attend(event)
    return event


@pytest.fixture(params=[1, 5])
def full_event(request, ada, visitor):
    """With one or a few people on the waitlist."""
    event = ada.new_event(capacity=1)
    ada.attend(event)
    for _ in range(request.param):
        assert visitor.new_member().join_waitlist(event).status_code == 201
    return event


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, 1),
        ({"count": "false"}, 1),
        ({"status": "upcoming", "attending": "false", "created": "true", "sort": "-start_time"}, 1),
        ({"status": "past"}, 1),  # an empty first page
        ({"state": "published", "registration": "open"}, 1),
        ({"search": "tea 100% ☕", "type": "meetup", "creator": "ada", "available": "true"}, 1),
        ({"search": "te", "sort": "-attendees_count", "ends_after": "2020-01-01T00:00:00Z"}, 1),
        ({"offset": 1000}, 2),  # beyond the end, the count is a separate statement
    ],
)
def test_a_page_of_events_takes_one_statement(count_statements, ada, event, query, expected):
    assert count_statements(ada.get, "/v1/events/", params=query) == expected


def test_a_page_by_cursor_takes_one_statement(count_statements, ada, event):
    ada.new_event()
    cursor = ada.get("/v1/events/", params={"limit": 1}).json()["next_cursor"]

    assert count_statements(ada.get, "/v1/events/", params={"cursor": cursor}) == 1


def test_one_event_takes_one_statement(count_statements, ada, event):
    assert count_statements(ada.get, event) == 1


def test_an_event_calendar_takes_one_statement(count_statements, ada, event):
    assert count_statements(ada.get, f"{event}calendar.ics") == 1


def test_a_calendar_feed_takes_one_statement(count_statements, ada, event, visitor):
    feed = ada.post("/v1/profile/calendar/").json()["url"]

    assert count_statements(visitor.get, feed) == 1


def test_a_page_of_attendees_takes_two_statements(count_statements, ada, event):
    assert count_statements(ada.get, f"{event}attendees/") == 2


def test_attending_and_cancelling_take_four_statements(count_statements, grace, event):
    assert count_statements(grace.attend, event) == 4  # lock, read, write, outbox
    assert count_statements(grace.attend, event) == 2  # nothing to write
    assert count_statements(grace.cancel, event) == 4
    assert count_statements(grace.cancel, event) == 2


def test_waitlists_add_no_statement_to_reads(count_statements, grace, full_event):
    grace.join_waitlist(full_event)

    assert count_statements(grace.get, "/v1/events/") == 1
    assert count_statements(grace.get, "/v1/events/", params={"waiting": "true"}) == 1
    assert count_statements(grace.get, full_event) == 1


def test_a_page_of_the_waitlist_takes_two_statements(count_statements, ada, full_event):
    assert count_statements(ada.get, f"{full_event}waitlist/") <= 2


def test_joining_leaving_and_promoting_take_the_same_statements_however_many_people_wait(
    count_statements, ada, grace, full_event
):
    assert count_statements(grace.join_waitlist, full_event) == 6
    # Reads the position and rolls back.
    assert count_statements(grace.join_waitlist, full_event) == 5
    assert count_statements(grace.leave_waitlist, full_event) == 6
    assert count_statements(grace.leave_waitlist, full_event) == 3
    grace.join_waitlist(full_event)
    assert count_statements(ada.cancel, full_event) == 8  # two messages in one


def test_creating_and_updating_take_few_statements(count_statements, ada, event):
    assert count_statements(ada.create_event) == 1
    assert count_statements(ada.patch, event, capacity=50) == 5
