"""Waitlists of full events."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import text

from domain.events.waitlist import MAX_WAITING
from tests.concurrency import run_concurrently
from tests.e2e.client import an_event_body, in_hours
from tests.e2e.pagination.pages import all_pages
from tests.e2e.problems import is_problem


@pytest.fixture
def mary(visitor):
    return visitor.new_member("mary")


@pytest.fixture
def event(ada):
    """An event of Ada's that is full: she has the only seat."""
    return full_event(ada)


def full_event(ada, **fields):
    event = ada.new_event(capacity=1, **fields)
    assert ada.attend(event).status_code == 204
    return event


def join(event, *people):
    for person in people:
        assert person.join_waitlist(event).status_code == 201


def position(person, event):
    return person.get(event).json()["waitlist_position"]


def usernames(organiser, event, people):
    page = organiser.get(f"{event}{people}/").json()
    return [each["username"] for each in page["results"]]


def has_seat(person, event):
    view = person.get(event).json()
    assert not (view["is_attending"] and view["waitlist_position"])
    return view["is_attending"]


# Joining and leaving


def test_people_wait_in_the_order_in_which_they_joined(ada, grace, mary, event):
    first, second = grace.join_waitlist(event), mary.join_waitlist(event)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == {"position": 1, "joined_at": first.json()["joined_at"]}
    assert second.json()["position"] == 2
    assert first.json()["joined_at"] < second.json()["joined_at"]
    assert [position(person, event) for person in (grace, mary, ada)] == [1, 2, None]
    view = ada.get(event).json()
    assert (view["attendees_count"], view["seats_left"], view["waitlist_count"]) == (1, 0, 2)
    assert ada.get("/v1/events/").json()["results"] == [view]
    assert [each["waitlist_position"] for each in mary.get("/v1/events/").json()["results"]] == [2]


def test_joining_twice_changes_nothing(ada, grace, mary, event):
    join(event, grace)
    place = mary.join_waitlist(event).json()

    again = mary.join_waitlist(event)
    ada.patch(event, waitlist_enabled=False)
    while_disabled = mary.join_waitlist(event)

    for response in (again, while_disabled):
        assert (response.status_code, response.json()) == (200, place)
    grace.leave_waitlist(event)
    assert mary.join_waitlist(event).json() == place | {"position": 1}
    assert ada.get(event).json()["waitlist_count"] == 1


def test_when_somebody_leaves_the_others_move_up(ada, grace, mary, event):
    join(event, grace, mary)

    assert grace.leave_waitlist(event).status_code == 204
    assert (position(grace, event), position(mary, event)) == (None, 1)
    assert ada.get(event).json()["waitlist_count"] == 1


def test_leaving_without_waiting_changes_nothing(ada, grace, event):
    join(event, grace)

    for person in (ada, ada):
        assert person.leave_waitlist(event).status_code == 204
    assert has_seat(ada, event)
    assert ada.get(event).json()["waitlist_count"] == 1


def test_whoever_joins_again_starts_at_the_end(grace, mary, event):
    join(event, grace, mary)

    grace.leave_waitlist(event)

    assert grace.join_waitlist(event).json()["position"] == 2
    assert position(mary, event) == 1


def test_whoever_gives_back_a_promoted_seat_starts_at_the_end(ada, grace, mary, event):
    join(event, grace, mary)
    ada.cancel(event)
    assert has_seat(grace, event)

    grace.cancel(event)

    assert has_seat(mary, event)
    assert position(grace, event) is None
    join(event, ada)
    assert grace.join_waitlist(event).json()["position"] == 2


def test_people_who_join_at_the_same_time_get_different_positions(visitor, ada, event):
    people = [visitor.new_member("guest") for _ in range(8)]

    responses = run_concurrently(*[lambda each=each: each.join_waitlist(event) for each in people])

    positions = [response.json()["position"] for response in responses]
    assert sorted(positions) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [position(each, event) for each in people] == positions


def test_attending_a_full_event_does_not_join_the_waitlist(ada, grace, event):
    assert is_problem(grace.attend(event), 409, "capacity_exhausted")
    assert ada.get(event).json()["waitlist_count"] == 0

    join(event, grace)
    assert is_problem(grace.attend(event), 409, "capacity_exhausted")
    assert position(grace, event) == 1


# Who cannot join


def assert_cannot_join(person, event, code, detail):
    response = person.join_waitlist(event)
    assert is_problem(response, 409, code)
    assert response.json()["detail"] == detail
    assert position(person, event) is None
    return response


def test_nobody_joins_while_seats_are_free(ada, grace):
    detail = "The event has free seats. Attend it instead."

    assert_cannot_join(grace, ada.new_event(capacity=1), "seats_available", detail)


def test_attendees_cannot_join(ada, event):
    assert_cannot_join(ada, event, "already_attending", "You already attend the event.")


def test_nobody_joins_a_disabled_waitlist(ada, grace):
    event = full_event(ada, waitlist_enabled=False)

    detail = "The event's waitlist is disabled."
    assert_cannot_join(grace, event, "waitlist_disabled", detail)


def test_nobody_joins_a_full_waitlist(grace, mary, event, empty_database):
    fill_waitlist(empty_database, event, MAX_WAITING - 1)

    assert grace.join_waitlist(event).json()["position"] == MAX_WAITING
    detail = "The waitlist is full: 10,000 people are waiting."
    assert_cannot_join(mary, event, "waitlist_full", detail)

    grace.leave_waitlist(event)
    assert mary.join_waitlist(event).json()["position"] == MAX_WAITING


def fill_waitlist(engine, event, count):
    event_id = event.rsplit("/", 2)[1]
    with engine.begin() as connection:
        for statement in (
            """
            INSERT INTO users (id, username, password_hash, created_at)
            SELECT gen_random_uuid(), 'guest-' || number, 'hash', now()
            FROM generate_series(1, :count) AS number
            """,
            """
            INSERT INTO waitlist_entries (event_id, user_id, number, joined_at)
            SELECT :event_id, id, substr(username, 7)::bigint, now()
            FROM users WHERE password_hash = 'hash'
            """,
            "UPDATE events SET waitlist_count = :count, last_waitlist_number = :count",
        ):
            values = {"count": count, "event_id": event_id}
            names = [name for name in values if f":{name}" in statement]
            connection.execute(text(statement), {name: values[name] for name in names})


def test_nobody_joins_a_cancelled_event(ada, grace, event):
    ada.call_off(event)

    assert_cannot_join(grace, event, "event_cancelled", "The event is cancelled.")


def test_nobody_joins_a_draft(ada, grace):
    draft = ada.new_event(capacity=1, state="draft")

    detail = "The event is a draft. Publish or delete it."
    assert_cannot_join(ada, draft, "event_not_published", detail)
    assert is_problem(grace.join_waitlist(draft), 404, "event_not_found")


def test_nobody_joins_before_registration_opens(ada, grace):
    event = full_event(ada)
    opens = "2099-01-01T00:00:00Z"
    start, end = "2099-05-17T16:00:00Z", "2099-05-17T18:00:00Z"
    ada.patch(event, start_time=start, end_time=end, registration_opens_at=opens)

    detail = "Registration opens on 2099-01-01 at 00:00 UTC."
    response = assert_cannot_join(grace, event, "registration_not_open", detail)
    assert response.json()["registration_opens_at"] == opens


def test_nobody_joins_after_registration_has_closed(visitor, ada, grace, mary):
    event = full_event(ada, registration_closes_at=in_hours(12))
    place = grace.join_waitlist(event).json()
    closes_at = ada.get(event).json()["registration_closes_at"]

    with later(hours=13):
        mary = visitor.log_in_again(mary)
        response = mary.join_waitlist(event)
        assert is_problem(response, 409, "registration_closed")
        assert response.json()["registration_closes_at"] == closes_at
        again = visitor.log_in_again(grace).join_waitlist(event)
        assert (again.status_code, again.json()) == (200, place)


def later(**delta):
    return time_machine.travel(datetime.now(UTC) + timedelta(**delta), tick=False)


def test_nobody_joins_or_leaves_once_the_event_has_started(visitor, grace, mary, event):
    join(event, grace)

    with later(hours=24, minutes=1):
        detail = (
            "The event has already started. You can no longer edit, call off, delete, attend, or "
            "leave it."
        )
        assert_cannot_join(visitor.log_in_again(mary), event, "read_only_event", detail)
        response = visitor.log_in_again(grace).leave_waitlist(event)
        assert is_problem(response, 409, "read_only_event")


# Promotion


@pytest.fixture
def waiting(visitor, event):
    """Three people who wait, in order."""
    people = [visitor.new_member(name) for name in ("first", "second", "third")]
    join(event, *people)
    return people


@pytest.mark.parametrize("ending", ["cancels", "deletes their account"])
def test_the_first_in_line_gets_the_seat_of_somebody_who(visitor, ada, grace, mary, ending):
    guest = visitor.new_member("guest")
    event = ada.new_event(capacity=2)
    for person in (ada, guest):
        person.attend(event)
    join(event, grace, mary)

    response = guest.cancel(event) if ending == "cancels" else guest.delete_account()

    assert response.status_code == 204
    assert (has_seat(grace, event), has_seat(mary, event)) == (True, False)
    assert (position(grace, event), position(mary, event)) == (None, 1)
    view = ada.get(event).json()
    assert (view["attendees_count"], view["waitlist_count"]) == (2, 1)
    assert usernames(ada, event, "attendees") == [ada.username, grace.username]


def test_the_seat_of_a_removed_attendee_goes_to_the_first_in_line(ada, grace, mary):
    event = ada.new_event(capacity=1)
    grace.attend(event)
    join(event, mary)

    assert ada.remove_attendee(event, grace).status_code == 204

    assert has_seat(mary, event)
    assert not has_seat(grace, event)
    join(event, grace)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_raised_capacity_promotes_as_many_as_there_are_new_seats(ada, event, waiting, method):
    first, second, third = waiting
    times = {name: ada.get(event).json()[name] for name in ("start_time", "end_time")}
    body = an_event_body(**times, capacity=3)

    response = ada.http.request(method, event, json=body)

    assert response.status_code == 200
    view = response.json()
    assert view == ada.get(event).json()
    assert (view["attendees_count"], view["seats_left"], view["waitlist_count"]) == (3, 0, 1)
    attendees = ada.get(f"{event}attendees/").json()["results"]
    assert {each["username"] for each in attendees} == {
        *(person.username for person in (ada, first, second)),
    }
    assert len({each["registered_at"] for each in attendees}) == 2  # promoted at the same time
    assert position(third, event) == 1


def test_seats_stay_free_if_fewer_people_wait(ada, event, waiting):
    view = ada.patch(event, capacity=100).json()

    assert (view["attendees_count"], view["seats_left"], view["waitlist_count"]) == (4, 96, 0)
    assert all(has_seat(person, event) for person in waiting)


def test_an_organiser_who_waits_can_promote_themselves(ada, grace):
    event = ada.new_event(capacity=1)
    grace.attend(event)
    join(event, ada)
    assert ada.patch(event, title="Coffee").json()["waitlist_position"] == 1

    view = ada.patch(event, capacity=2).json()

    assert (view["is_attending"], view["waitlist_position"]) == (True, None)
    assert view == ada.get(event).json()


def test_a_deleted_account_no_longer_waits(ada, event, waiting):
    first, second, third = waiting

    assert first.delete_account().status_code == 204

    assert (position(second, event), position(third, event)) == (1, 2)
    assert ada.get(event).json()["waitlist_count"] == 2
    ada.cancel(event)
    assert usernames(ada, event, "attendees") == [second.username]


# Exceptions: free seats next to people who wait


def test_while_the_waitlist_is_disabled_people_keep_their_positions_and_get_no_seat(
    ada, grace, mary, event
):
    join(event, grace, mary)
    ada.patch(event, waitlist_enabled=False)

    ada.cancel(event)

    assert [position(person, event) for person in (grace, mary)] == [1, 2]
    view = ada.get(event).json()
    assert (view["seats_left"], view["waitlist_count"]) == (1, 2)
    assert ada.patch(event, capacity=2).json()["attendees_count"] == 0


def test_whoever_waits_can_take_a_free_seat_and_leaves_the_waitlist(ada, grace, mary, event):
    join(event, grace, mary)
    ada.patch(event, waitlist_enabled=False)
    ada.cancel(event)

    assert mary.attend(event).status_code == 204

    assert has_seat(mary, event)
    assert position(grace, event) == 1
    assert ada.get(event).json()["waitlist_count"] == 1
    assert usernames(ada, event, "waitlist") == [grace.username]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_enabling_the_waitlist_again_promotes(ada, grace, mary, event, method):
    join(event, grace, mary)
    before = ada.get(event).json()
    ada.patch(event, waitlist_enabled=False)
    ada.cancel(event)

    # With PUT, the omitted field gets its default.
    body = {name: before[name] for name in ("title", "start_time", "end_time", "capacity")}
    view = ada.http.request(
        method, event, json=body if method == "PUT" else {"waitlist_enabled": True}
    ).json()

    assert (view["waitlist_enabled"], view["attendees_count"], view["waitlist_count"]) == (
        *(True, 1, 1),
    )
    assert has_seat(grace, event)


def test_nobody_is_promoted_after_registration_has_closed_until_it_is_extended(visitor, ada, grace):
    event = full_event(ada, registration_closes_at=in_hours(12))
    join(event, grace)

    with later(hours=13):
        ada, grace = visitor.log_in_again(ada), visitor.log_in_again(grace)
        ada.cancel(event)
        assert position(grace, event) == 1
        assert ada.get(event).json()["seats_left"] == 1
        assert is_problem(grace.attend(event), 409, "registration_closed")

        view = ada.patch(event, registration_closes_at=None).json()
        assert (view["attendees_count"], view["waitlist_count"]) == (1, 0)
        assert has_seat(grace, event)


def test_people_who_wait_are_promoted_before_registration_opens_again(ada, grace, event):
    join(event, grace)
    ada.patch(event, registration_opens_at=in_hours(12))

    ada.cancel(event)

    assert has_seat(grace, event)


# The end of a waitlist


def assert_has_ended(event, ada, grace):
    for person in (ada, grace):
        view = person.get(event).json()
        assert (view["waitlist_count"], view["waitlist_position"]) == (0, None)
    assert grace.event_titles(waiting="true") == []
    assert ada.get(f"{event}waitlist/").json() == {
        "count": 0,
        "next": None,
        "previous": None,
        "next_cursor": None,
        "results": [],
    }


def test_the_start_of_the_event_ends_the_waitlist(visitor, ada, grace, event):
    join(event, grace)

    with later(hours=24):
        assert_has_ended(event, visitor.log_in_again(ada), visitor.log_in_again(grace))


def test_calling_off_the_event_ends_the_waitlist(ada, grace, event):
    join(event, grace)

    response = ada.call_off(event)

    assert response.json()["waitlist_count"] == 0
    assert_has_ended(event, ada, grace)
    ada.cancel(event)
    assert not has_seat(grace, event)
    assert grace.leave_waitlist(event).status_code == 204


def test_deleting_the_organisers_account_ends_the_waitlist(ada, grace, mary):
    event = ada.new_event(capacity=1)
    grace.attend(event)
    join(event, mary)

    ada.delete_account()

    assert mary.get(event).json()["waitlist_count"] == 0
    assert mary.event_titles(waiting="true") == []


def test_deleting_the_event_deletes_its_waitlist(ada, grace, event, empty_database):
    join(event, grace)

    assert ada.delete(event).status_code == 204

    assert is_problem(grace.join_waitlist(event), 404, "event_not_found")
    assert is_problem(grace.leave_waitlist(event), 404, "event_not_found")
    assert is_problem(ada.get(f"{event}waitlist/"), 404, "event_not_found")
    assert grace.event_titles(waiting="true") == []
    with empty_database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM waitlist_entries")) == 0


# Who sees a waitlist


def test_the_organiser_lists_who_waits(ada, event, waiting):
    page = ada.get(f"{event}waitlist/").json()

    assert page == {
        "count": 3,
        "next": None,
        "previous": None,
        "next_cursor": None,
        "results": [
            {
                "id": person.id,
                "username": person.username,
                "joined_at": person.join_waitlist(event).json()["joined_at"],
                "position": number,
            }
            for number, person in enumerate(waiting, start=1)
        ],
    }


def test_only_the_organiser_lists_who_waits(grace, mary, event):
    join(event, grace)

    for person in (grace, mary):
        response = person.get(f"{event}waitlist/")
        assert is_problem(response, 403, "not_event_creator")
        assert grace.username not in response.text


def test_the_waitlist_has_pages_by_cursor_and_by_offset(ada, event, waiting):
    names = [person.username for person in waiting]
    path = f"{event}waitlist/"

    by_cursor = all_pages(ada, path, limit=2)
    by_offset = ada.get(path, params={"limit": 2, "offset": 1}).json()

    results = [each for page in by_cursor for each in page["results"]]
    assert [each["username"] for each in results] == names
    assert [each["position"] for each in results] == [1, 2, 3]
    assert [page["count"] for page in by_cursor] == [3, None]
    assert [each["position"] for each in by_offset["results"]] == [2, 3]
    assert ada.get(by_offset["previous"]).json()["results"] == results[:2]


def test_a_cursor_continues_after_its_entry_when_others_leave(ada, event, waiting):
    first, _, third = waiting
    page = ada.get(f"{event}waitlist/", params={"limit": 2}).json()

    first.leave_waitlist(event)

    [rest] = ada.get(f"{event}waitlist/", params={"cursor": page["next_cursor"]}).json()["results"]
    assert (rest["username"], rest["position"]) == (third.username, 2)


def test_a_cursor_of_another_list_is_rejected(ada, event, waiting):
    ada.patch(event, capacity=2)
    query = {"limit": 1}
    of_attendees = ada.get(f"{event}attendees/", params=query).json()["next_cursor"]
    of_waitlist = ada.get(f"{event}waitlist/", params=query).json()["next_cursor"]

    for path, cursor in (("waitlist/", of_attendees), ("attendees/", of_waitlist)):
        response = ada.get(f"{event}{path}", params={"cursor": cursor})
        assert is_problem(response, 422, "validation_failed")
        assert response.json()["errors"].keys() == {"cursor"}


def test_the_filter_finds_the_events_that_the_caller_waits_for(ada, grace, mary, event):
    full_event(ada, title="Coffee")
    join(event, grace, mary)

    assert grace.event_titles(waiting="true") == ["Tea"]
    assert grace.event_titles(waiting="true", status="upcoming", sort="-created_at") == ["Tea"]
    assert grace.event_titles(waiting="true", attending="true") == []
    assert grace.event_titles(waiting="false") == ["Coffee"]
    assert ada.event_titles(waiting="true") == []
    assert grace.get("/v1/events/", params={"waiting": "true"}).json()["count"] == 1

    ada.cancel(event)  # Grace gets the seat.
    assert grace.event_titles(waiting="true") == []
    assert grace.event_titles(attending="true") == ["Tea"]
    mary.leave_waitlist(event)
    assert mary.event_titles(waiting="true") == []


@pytest.mark.parametrize("value", ["yes", "1", "True", ""])
def test_the_filter_is_true_or_false(ada, value):
    response = ada.get("/v1/events/", params={"waiting": value})

    assert response.json()["errors"] == {"waiting": ["Must be true or false."]}


def test_an_unlisted_event_is_listed_for_those_who_wait(ada, grace, mary):
    event = full_event(ada, visibility="unlisted")
    assert grace.event_titles() == []

    join(event, grace)
    assert grace.event_titles() == grace.event_titles(waiting="true") == ["Tea"]
    assert grace.event_titles(search="tea") == ["Tea"]
    assert mary.event_titles() == []

    grace.leave_waitlist(event)
    assert grace.event_titles() == []


def test_an_unlisted_event_is_hidden_when_its_waitlist_ends(ada, grace):
    event = full_event(ada, visibility="unlisted")
    join(event, grace)

    ada.call_off(event)

    assert grace.event_titles() == []
    assert grace.get(event).status_code == 200


def test_people_who_wait_are_not_attendees(ada, grace, event):
    join(event, grace)

    assert grace.event_titles(attending="true") == []
    assert usernames(ada, event, "attendees") == [ada.username]
    assert grace.username not in ada.get(f"{event}attendees/", headers={"Accept": "text/csv"}).text
    assert grace.username not in grace.get(f"{event}calendar.ics").text

    ada.patch(event, attendees_visible_to="attendees")
    assert is_problem(grace.get(f"{event}attendees/"), 403, "attendees_hidden")


def test_the_calendar_feed_has_the_event_only_after_the_promotion(visitor, ada, grace, event):
    feed = urlsplit(grace.post("/v1/profile/calendar/").json()["url"]).path

    def titles():
        return [
            str(each["SUMMARY"])
            for each in Calendar.from_ical(visitor.get(feed).content).walk("VEVENT")
        ]

    join(event, grace)
    assert titles() == []
    ada.cancel(event)
    assert titles() == ["Tea"]


# Versions


def test_joining_is_not_an_edit(ada, grace, event):
    before = ada.get(event)
    etag = before.headers["ETag"]

    join(event, grace)

    after = ada.get(event, headers={"If-None-Match": etag})
    assert after.status_code == 200  # not 304: the count is shown
    assert after.json() == before.json() | {"waitlist_count": 1}
    assert after.headers["ETag"] != etag
    changed = ada.http.patch(event, json={"title": "Coffee"}, headers={"If-Match": etag})
    assert changed.status_code == 200


def test_a_promotion_is_not_an_edit(ada, grace, event):
    join(event, grace)
    before = ada.get(event)

    ada.cancel(event)

    assert ada.get(event).json()["updated_at"] == before.json()["updated_at"]
    headers = {"If-Match": before.headers["ETag"]}
    assert ada.http.delete(event, headers=headers).status_code == 204


def test_a_failed_precondition_promotes_nobody(ada, grace, event):
    join(event, grace)

    response = ada.http.patch(event, json={"capacity": 2}, headers={"If-Match": '"stale"'})

    assert is_problem(response, 412, "precondition_failed")
    assert position(grace, event) == 1


# Removing attendees


def test_the_organiser_removes_an_attendee_who_can_attend_again(ada, grace):
    event = ada.new_event(capacity=1)
    grace.attend(event)

    assert ada.remove_attendee(event, grace).status_code == 204

    assert not has_seat(grace, event)
    assert ada.get(event).json()["seats_left"] == 1
    assert grace.attend(event).status_code == 204


def test_only_attendees_can_be_removed(ada, grace, mary, event):
    join(event, grace)

    for person in (grace, mary):
        response = ada.remove_attendee(event, person)
        assert is_problem(response, 404, "attendee_not_found")
        assert response.json()["detail"] == f"User {person.id} does not attend the event."
    assert position(grace, event) == 1


def test_only_the_organiser_removes_attendees(ada, grace, mary, event):
    for person in (grace, mary):
        assert is_problem(person.remove_attendee(event, ada), 403, "not_event_creator")
    assert has_seat(ada, event)


def test_attendees_of_a_cancelled_event_can_be_removed_until_its_start(visitor, ada, grace):
    event = ada.new_event()
    for person in (ada, grace):
        person.attend(event)
    ada.call_off(event)

    assert ada.remove_attendee(event, grace).status_code == 204
    assert ada.get(event).json()["attendees_count"] == 1
    with later(hours=24):
        ada = visitor.log_in_again(ada)
        assert is_problem(ada.remove_attendee(event, ada), 409, "read_only_event")
