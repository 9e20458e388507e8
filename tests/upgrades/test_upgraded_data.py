"""This release works on the previous release's data, sessions and tokens included."""

from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest
from icalendar import Calendar
from sqlalchemy import create_engine

from adapters.postgres.schema.tables import metadata
from tests.e2e.client import Visitor
from tests.e2e.conformance import Document
from tests.e2e.problems import is_problem
from tests.postgres import a_database
from tests.processes import run_cli
from tests.schemas import schema_of
from tests.service import a_service
from tests.upgrades.old_database import SNAPSHOT, a_database_of_old_release, database_settings

ALL = {"Morning tea", "Nobody's breakfast", "Long walk", "Chess for one"}
PAST, ORPHANED, UPCOMING, FULL = (
    f"/v1/events/{SNAPSHOT['events'][name]}/" for name in ("over", "orphaned", "upcoming", "full")
)


@pytest.fixture(scope="module")
def upgraded(postgres, root):
    """The URL of an old database, migrated with the command."""
    with a_database_of_old_release(postgres) as url:
        migration = run_cli(root, "migrate", **database_settings(url))
        assert (migration.returncode, migration.stderr) == (0, "")
        yield url


@pytest.fixture(scope="module")
def visitor(upgraded):
    # Close each connection after its response: the many clients here are never closed.
    app = "tests.upgrades.app_after_upgrade:create_app()"
    with a_service(
        database_settings(upgraded)["DATABASE_URL"], app, GUNICORN_CMD_ARGS="--keep-alive=0"
    ) as service:
        assert httpx.get(f"{service.base_url}/readyz").status_code == 200
        document = Document(httpx.get(f"{service.base_url}/api/schema/").json())
        yield Visitor(service.base_url, document)


@pytest.fixture
def ada(visitor):
    return visitor.with_token(SNAPSHOT["access_token"])


@pytest.fixture
def grace(visitor):
    tokens = visitor.log_in("grace", SNAPSHOT["password"])
    assert tokens.status_code == 200, tokens.text
    return visitor.with_token(tokens.json()["access_token"])


def test_access_and_refresh_tokens_are_still_valid(visitor, ada):
    assert ada.get("/v1/profile/").json()["email"] == "ada@example.org"

    pair = visitor.refresh(SNAPSHOT["refresh_token"])

    assert pair.status_code == 200
    assert visitor.with_token(pair.json()["access_token"]).is_logged_in()


def test_used_and_revoked_tokens_stay_invalid(visitor):
    spent, revoked = SNAPSHOT["spent_refresh_token"], SNAPSHOT["revoked_refresh_token"]

    assert is_problem(visitor.refresh(spent), 401, "refresh_token_reused")
    assert is_problem(visitor.refresh(revoked), 401, "invalid_token")


def test_a_deleted_account_stays_deleted(visitor, ada):
    assert is_problem(visitor.log_in("gone", SNAPSHOT["password"]), 401, "invalid_credentials")
    assert ada.get(ORPHANED).json()["creator"]["username"] is None


def test_old_events_are_found_by_new_filters(ada):
    assert set(ada.event_titles()) == ALL
    assert ada.event_titles(search="wal") == ["Long walk"]
    assert set(ada.event_titles(search="☕", type="other")) == ALL
    assert ada.event_titles(created="true", sort="title") == ["Long walk", "Morning tea"]
    assert "Chess for one" not in ada.event_titles(available="true")
    assert ada.get(UPCOMING).json()["location"] == ""


def test_old_events_can_be_attended_and_cancelled(visitor, grace):
    newcomer = visitor.new_member("newcomer")

    assert newcomer.attend(UPCOMING).status_code == 204
    assert newcomer.cancel(UPCOMING).status_code == 204
    assert is_problem(newcomer.attend(FULL), 409, "capacity_exhausted")
    assert is_problem(newcomer.attend(PAST), 409, "read_only_event")
    assert grace.get(UPCOMING).json()["is_attending"] is True
    assert grace.cancel(UPCOMING).status_code == 204
    assert grace.attend(UPCOMING).status_code == 204


def test_an_old_event_is_updated_with_if_match(ada):
    etag = ada.get(UPCOMING).headers["ETag"]

    changed = ada.http.patch(UPCOMING, json={"type": "social"}, headers={"If-Match": etag})

    assert (changed.status_code, changed.json()["type"]) == (200, "social")
    stale = ada.http.patch(UPCOMING, json={"type": "other"}, headers={"If-Match": etag})
    assert stale.status_code == 412


def test_old_attendees_are_exported_as_csv(ada):
    table = ada.get(f"{PAST}attendees/", headers={"Accept": "text/csv"})

    assert table.status_code == 200
    assert {line.split(",")[1] for line in table.text.split()} == {"username", "ada", "Grace", ""}


def test_old_events_appear_in_calendars(visitor, ada):
    file = ada.get(f"{PAST}calendar.ics")
    feed = visitor.get(urlsplit(ada.post("/v1/profile/calendar/").json()["url"]).path)

    [event] = Calendar.from_ical(file.content).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Morning tea"
    titles = {str(each["SUMMARY"]) for each in Calendar.from_ical(feed.content).walk("VEVENT")}
    assert titles == {"Morning tea", "Long walk", "Chess for one"}


def test_attendee_counts_match_the_seats_after_the_upgrade(upgraded, root):
    verification = run_cli(root, "verify-data", **database_settings(upgraded))

    assert verification.returncode == 0
    assert verification.stdout == "4 events, 7 seats: 0 differ.\n"


def test_the_upgraded_schema_equals_the_declared_schema(upgraded, postgres):
    with a_database(postgres, migrated=False) as url, ExitStack() as stack:
        engines = [create_engine(each) for each in (upgraded, url)]
        for engine in engines:
            stack.callback(engine.dispose)
        metadata.create_all(engines[1])

        assert schema_of(engines[0]) == schema_of(engines[1])
