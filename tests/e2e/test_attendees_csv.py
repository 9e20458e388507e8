"""All attendees of an event as a table, for its creator."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import httpx
import pytest
import time_machine

from adapters.postgres.events.queries import PostgresEventQueries
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
    """Of the attendees of an event of Ada's."""
    return f"{ada.published()}attendees/"


@pytest.fixture
def guests(visitor, path):
    guests = [visitor.joins("guest") for _ in range(5)]
    for guest in guests:
        guest.attend(path.removesuffix("attendees/"))
    return guests


def test_the_creator_gets_all_in_order_of_registration(ada, guests, path, monkeypatch):
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


def test_an_event_that_nobody_attends_has_a_table(ada, path):
    assert rows(ada.get(path, headers=CSV)) == []


def test_json_stays_what_everyone_gets_who_does_not_prefer_csv(ada, path):
    for accept in ("*/*", "application/json", "application/json, text/csv", "text/csv;q=0.5, */*"):
        response = ada.get(path, headers={"Accept": accept})
        assert response.headers["Content-Type"] == "application/json", accept
    assert ada.get(path, headers={"Accept": "text/csv, */*;q=0.5"}).text.startswith("id,")


def test_nobody_but_the_creator_gets_it(visitor, ada, grace, guests, path):
    for person in (grace, guests[0]):
        refusal = person.get(path, headers=CSV)
        assert is_problem(refusal, 403, "not_event_creator")
        assert refusal.json()["detail"] == "Only the event's creator can do this."
        assert person.get(path).status_code == 200
    assert is_problem(visitor.get(path, headers=CSV), 401, "not_authenticated")
    unknown = f"/v1/events/{uuid4()}/attendees/"
    assert is_problem(ada.get(unknown, headers=CSV), 404, "event_not_found")


@pytest.mark.parametrize(
    "query", [{"limit": "1"}, {"offset": "0"}, {"count": "true"}, {"limit": "5", "count": "false"}]
)
def test_a_part_of_it_can_not_be_asked_for(ada, path, query):
    response = ada.get(path, params=query, headers=CSV)

    assert is_problem(response, 422, "validation_failed")
    reason = "Not allowed with Accept: text/csv, which returns all attendees."
    assert response.json()["errors"] == {name: [reason] for name in query}
    assert ada.get(path, params=query).status_code == 200


def test_nor_can_what_follows_a_page(ada, guests, path):
    cursor = ada.get(path, params={"limit": 1}).json()["next_cursor"]

    response = ada.get(path, params={"cursor": cursor}, headers=CSV)

    assert response.json()["errors"].keys() == {"cursor"}


@pytest.mark.parametrize("sign", ["@", "+", "-"])
def test_a_name_that_would_be_a_formula_is_harmless(visitor, ada, path, sign):
    guest = visitor.joins(f"{sign}SUM")
    guest.attend(path.removesuffix("attendees/"))

    [row] = rows(ada.get(path, headers=CSV))

    assert row[:2] == [guest.id, f"'{guest.username}"]


def test_of_an_account_that_is_gone_the_place_stays(visitor, ada, grace):
    event = ada.published(start_time=in_hours(1), end_time=in_hours(2))
    grace.attend(event)

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1, minutes=1)):
        visitor.joins_again(grace).delete_account()
        table = visitor.joins_again(ada).get(f"{event}attendees/", headers=CSV)

    assert [row[:2] for row in rows(table)] == [[grace.id, ""]]


def test_head_tells_the_type_without_the_table(ada, guests, path):
    response = ada.http.head(path, headers=CSV)

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Content-Type"].startswith("text/csv")


@pytest.fixture
def failing_at(monkeypatch):
    """Lets the database be lost when the page of that number is looked for."""
    find = PostgresEventQueries.attendees
    monkeypatch.setattr(export_attendees, "PAGE", 2)
    found = []

    def fail_at(number):
        def find_or_fail(queries, event_id, page_request, caller):
            found.append(page_request)
            if len(found) == number:
                raise Unavailable
            return find(queries, event_id, page_request, caller)

        monkeypatch.setattr(PostgresEventQueries, "attendees", find_or_fail)

    return fail_at


def test_a_fault_before_the_first_line_is_a_problem(ada, guests, path, failing_at):
    failing_at(1)

    assert is_problem(ada.get(path, headers=CSV), 503, "try_again")


@pytest.mark.parametrize("number", [2, 3])
def test_a_fault_on_the_way_breaks_the_transfer_off(ada, guests, path, failing_at, number):
    failing_at(number)

    with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
        ada.get(path, headers=CSV)
