"""This release on the data of the one before: people go on where they were."""

from contextlib import ExitStack
from types import SimpleNamespace
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
from tests.processes import finished
from tests.schemas import schema_of
from tests.service import a_service
from tests.upgrades.previous_release import STORY, a_database_of_before, environment_of

ALL = {"Morning tea", "Nobody's breakfast", "Long walk", "Chess for one"}
OVER, ORPHANED, UPCOMING, FULL = (
    f"/v1/events/{STORY['events'][name]}/" for name in ("over", "orphaned", "upcoming", "full")
)


@pytest.fixture(scope="module")
def upgraded(postgres, root):
    """The URL of a database of before that was migrated by the command, as an operator does."""
    with a_database_of_before(postgres) as url:
        migration = finished(root, "migrate", **environment_of(url))
        assert (migration.returncode, migration.stderr) == (0, "")
        yield url


@pytest.fixture(scope="module")
def visitor(upgraded):
    place = SimpleNamespace(**{k.lower(): v for k, v in environment_of(upgraded).items()})
    # Each answer ends its connection: nobody closes those of the many people here.
    app = "tests.upgrades.app_after_upgrade:create_app()"
    with a_service(place, app, GUNICORN_CMD_ARGS="--keep-alive=0") as service:
        assert httpx.get(f"{service.base_url}/readyz").status_code == 200
        document = Document(httpx.get(f"{service.base_url}/api/schema/").json())
        yield Visitor(service.base_url, document)


@pytest.fixture
def ada(visitor):
    return visitor.bearing(STORY["access_token"])


@pytest.fixture
def grace(visitor):
    tokens = visitor.log_in("grace", STORY["password"])
    assert tokens.status_code == 200, tokens.text
    return visitor.bearing(tokens.json()["access_token"])


def test_a_token_for_access_and_one_for_refresh_are_good_as_before(visitor, ada):
    assert ada.get("/v1/profile/").json()["email"] == "ada@example.org"

    pair = visitor.refresh(STORY["refresh_token"])

    assert pair.status_code == 200
    assert visitor.bearing(pair.json()["access_token"]).is_known()


def test_what_was_spent_or_revoked_stays_so(visitor):
    spent, revoked = STORY["spent_refresh_token"], STORY["revoked_refresh_token"]

    assert is_problem(visitor.refresh(spent), 401, "refresh_token_reused")
    assert is_problem(visitor.refresh(revoked), 401, "invalid_token")


def test_whose_account_is_gone_stays_gone(visitor, ada):
    assert is_problem(visitor.log_in("gone", STORY["password"]), 401, "invalid_credentials")
    assert ada.get(ORPHANED).json()["creator"]["username"] is None


def test_events_of_before_are_found_by_what_is_new(ada):
    assert set(ada.listed()) == ALL
    assert ada.listed(search="wal") == ["Long walk"]
    assert set(ada.listed(search="☕", type="other")) == ALL
    assert ada.listed(created="true", sort="title") == ["Long walk", "Morning tea"]
    assert "Chess for one" not in ada.listed(available="true")
    assert ada.get(UPCOMING).json()["location"] == ""


def test_seats_are_taken_and_given_back_by_the_same_rules(visitor, grace):
    newcomer = visitor.joins("newcomer")

    assert newcomer.attend(UPCOMING).status_code == 204
    assert newcomer.cancel(UPCOMING).status_code == 204
    assert is_problem(newcomer.attend(FULL), 409, "capacity_exhausted")
    assert is_problem(newcomer.attend(OVER), 409, "read_only_event")
    assert grace.get(UPCOMING).json()["is_attending"] is True
    assert grace.cancel(UPCOMING).status_code == 204
    assert grace.attend(UPCOMING).status_code == 204


def test_an_event_of_before_is_changed_under_its_tag(ada):
    tag = ada.get(UPCOMING).headers["ETag"]

    changed = ada.http.patch(UPCOMING, json={"type": "social"}, headers={"If-Match": tag})

    assert (changed.status_code, changed.json()["type"]) == (200, "social")
    stale = ada.http.patch(UPCOMING, json={"type": "other"}, headers={"If-Match": tag})
    assert stale.status_code == 412


def test_attendees_of_before_come_as_csv(ada):
    table = ada.get(f"{OVER}attendees/", headers={"Accept": "text/csv"})

    assert table.status_code == 200
    assert {line.split(",")[1] for line in table.text.split()} == {"username", "ada", "Grace", ""}


def test_events_of_before_are_in_calendars(visitor, ada):
    file = ada.get(f"{OVER}calendar.ics")
    feed = visitor.get(urlsplit(ada.post("/v1/profile/calendar/").json()["url"]).path)

    [event] = Calendar.from_ical(file.content).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Morning tea"
    titles = {str(each["SUMMARY"]) for each in Calendar.from_ical(feed.content).walk("VEVENT")}
    assert titles == {"Morning tea", "Long walk", "Chess for one"}


def test_counts_of_before_equal_their_seats(upgraded, root):
    proof = finished(root, "verify-data", **environment_of(upgraded))

    assert proof.returncode == 0
    assert proof.stdout == "4 events, 7 seats: 0 differ.\n"


def test_the_schema_that_was_upgraded_is_the_one_that_is_declared(upgraded, postgres):
    with a_database(postgres, migrated=False) as url, ExitStack() as stack:
        engines = [create_engine(each) for each in (upgraded, url)]
        for engine in engines:
            stack.callback(engine.dispose)
        metadata.create_all(engines[1])

        assert schema_of(engines[0]) == schema_of(engines[1])
