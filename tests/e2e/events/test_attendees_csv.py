"""The CSV export of attendees, for the creator of an event."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import httpx
import pytest
import time_machine

from application.errors import Unavailable
from application.events import export_attendees
from tests.e2e.client import in_hours
from tests.e2e.problems import is_problem

CSV = {"Accept": "text/csv"}


def rows(response):
    assert response.status_code == 200, response.text
    header, *rows = csv.reader(StringIO(response.content.decode(), newline=""))
    assert header == ["id", "username", "registered_at"]
    return rows


@pytest.fixture
def path(ada):
    """The attendees path of one of Ada's events."""
    return f"{ada.new_event()}attendees/"


@pytest.fixture
def guests(visitor, path):
    guests = [visitor.new_member("guest") for _ in range(5)]
    for guest in guests:
        guest.attend(path.removesuffix("attendees/"))
    return guests


def test_the_creator_exports_all_attendees_in_order_of_registration(ada, guests, path, monkeypatch):
    monkeypatch.setattr(export_attendees, "PAGE", 2)
    listed = ada.get(path).json()["results"]

    response = ada.get(path, headers=CSV)

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert response.headers["Content-Disposition"] == 'attachment; filename="attendees.csv"'
    assert response.headers["Vary"] == ada.get(path).headers["Vary"] == "Accept, Accept-Encoding"
    assert rows(response) == [
        [each["id"], each["username"], each["registered_at"]] for each in listed
    ]
    assert [each["username"] for each in listed] == [guest.username for guest in guests]
    assert response.text.count("\r\n") == response.text.count("\n") == 6


def test_an_event_without_attendees_has_only_a_header(ada, path):
    assert rows(ada.get(path, headers=CSV)) == []


def test_json_is_the_default(ada, path):
    for accept in ("*/*", "application/json", "application/json, text/csv", "text/csv;q=0.5, */*"):
        response = ada.get(path, headers={"Accept": accept})
        assert response.headers["Content-Type"] == "application/json", accept
    assert ada.get(path, headers={"Accept": "text/csv, */*;q=0.5"}).text.startswith("id,")


def test_only_the_creator_can_export(visitor, ada, grace, guests, path):
    for person in (grace, guests[0]):
        response = person.get(path, headers=CSV)
        assert is_problem(response, 403, "not_event_creator")
        assert response.json()["detail"] == "Only the event's creator can do this."
        assert person.get(path).status_code == 200
    assert is_problem(visitor.get(path, headers=CSV), 401, "not_authenticated")
    unknown = f"/v1/events/{uuid4()}/attendees/"
    assert is_problem(ada.get(unknown, headers=CSV), 404, "event_not_found")


@pytest.mark.parametrize(
    "query", [{"limit": "1"}, {"offset": "0"}, {"count": "true"}, {"limit": "5", "count": "false"}]
)
def test_pagination_parameters_are_rejected(ada, path, query):
    response = ada.get(path, params=query, headers=CSV)

    assert is_problem(response, 422, "validation_failed")
    reason = "Not allowed with Accept: text/csv, which returns all attendees."
    assert response.json()["errors"] == {name: [reason] for name in query}
    assert ada.get(path, params=query).status_code == 200


def test_a_cursor_is_rejected(ada, guests, path):
    cursor = ada.get(path, params={"limit": 1}).json()["next_cursor"]

    response = ada.get(path, params={"cursor": cursor}, headers=CSV)

    assert response.json()["errors"].keys() == {"cursor"}


@pytest.mark.parametrize("sign", ["@", "+", "-"])
def test_a_username_that_looks_like_a_formula_is_escaped(visitor, ada, path, sign):
    guest = visitor.new_member(f"{sign}SUM")
    guest.attend(path.removesuffix("attendees/"))

    [row] = rows(ada.get(path, headers=CSV))

    assert row[:2] == [guest.id, f"'{guest.username}"]


def test_a_deleted_attendee_is_listed_without_a_username(visitor, ada, grace):
    event = ada.new_event(start_time=in_hours(1), end_time=in_hours(2))
    grace.attend(event)

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1, minutes=1)):
        visitor.log_in_again(grace).delete_account()
        table = visitor.log_in_again(ada).get(f"{event}attendees/", headers=CSV)

    assert [row[:2] for row in rows(table)] == [[grace.id, ""]]


def test_head_returns_the_headers_without_the_table(ada, guests, path):
    response = ada.http.head(path, headers=CSV)

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Content-Type"].startswith("text/csv")


@pytest.fixture
def failing_at(container, monkeypatch):
    """Makes the database unavailable when the page with this number is read."""
    queries = container.event_queries()
    find = queries.attendees
    monkeypatch.setattr(export_attendees, "PAGE", 2)
    requests = []

    def fail_at(page_number):
        def find_or_fail(event_id, page_request, caller):
            requests.append(page_request)
            if len(requests) == page_number:
                raise Unavailable
            return find(event_id, page_request, caller)

        monkeypatch.setattr(queries, "attendees", find_or_fail)

    return fail_at


def test_an_error_before_the_first_line_returns_a_problem(ada, guests, path, failing_at):
    failing_at(1)

    assert is_problem(ada.get(path, headers=CSV), 503, "try_again")


@pytest.mark.parametrize("page_number", [2, 3])
def test_an_error_during_the_transfer_aborts_it(ada, guests, path, failing_at, page_number):
    failing_at(page_number)

    with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
        ada.get(path, headers=CSV)
