"""A client generated from the document can do everything that the demo does."""

import sys
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from importlib import import_module
from types import SimpleNamespace

import pytest

from tests.e2e.openapi.generated_client import PACKAGE, GeneratedClientUser, generate


@pytest.fixture(scope="module")
def package(base_url, tmp_path_factory):
    return generate(base_url, tmp_path_factory.mktemp("generated"))


@pytest.fixture
def client(package, monkeypatch):
    """The package, imported for one test."""
    monkeypatch.syspath_prepend(package.parent)

    def load(name=""):
        return import_module(f"{PACKAGE}{name}")

    def operation(tag, name):
        return load(f".api.{tag}.{name}").sync_detailed

    yield SimpleNamespace(
        Client=load().Client,
        AuthenticatedClient=load().AuthenticatedClient,
        models=load(".models"),
        operation=operation,
    )
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def ada_and_grace(client, base_url):
    return [
        GeneratedClientUser(client, base_url, name).sign_up_and_log_in()
        for name in ("ada", "grace")
    ]


def tea_for_one(models):
    start = datetime.now(UTC) + timedelta(days=7)
    return models.NewEvent(
        title="Tea for one", start_time=start, end_time=start + timedelta(hours=2), capacity=1
    )


def test_a_generated_client_runs_the_demo(client, base_url, empty_database):
    models = client.models
    ada, grace = ada_and_grace(client, base_url)

    tea = tea_for_one(models)
    published = ada.call("events", "create_event", body=tea)
    event = published.parsed
    assert published.headers["Location"] == f"/v1/events/{event.id}/"
    assert (event.start_time, event.status) == (tea.start_time, models.EventStatus.UPCOMING)

    listed = grace.call(
        "events",
        "list_events",
        status=models.EventStatus.UPCOMING,
        sort=models.EventSort.LATEST_FIRST,
        attending=False,
        starts_after=tea.start_time,
    )
    assert [each.id for each in listed.parsed.results] == [event.id]

    def call_as_grace(operation):
        return grace.call("attendance", operation, event_id=event.id)

    assert call_as_grace("attend_event").status_code == HTTPStatus.NO_CONTENT
    [attendee] = call_as_grace("list_attendees").parsed.results
    assert attendee.username == grace.username
    rejected = ada.call("attendance", "attend_event", event_id=event.id)
    assert isinstance(rejected.parsed, models.Problem)
    assert (rejected.parsed.status, rejected.parsed.code) == (409, "capacity_exhausted")
    assert call_as_grace("cancel_attendance").status_code == HTTPStatus.NO_CONTENT

    changes = models.ChangeEvent(capacity=2)
    changed = ada.call("events", "update_event", event_id=event.id, body=changes).parsed
    assert (changed.title, changed.capacity, changed.seats_left) == ("Tea for one", 2, 2)
    changed.title = "Tea for two"
    replacement = models.ReplaceEvent.from_dict(changed.to_dict())
    replaced = ada.call("events", "replace_event", event_id=event.id, body=replacement).parsed
    assert (replaced.title, replaced.capacity) == ("Tea for two", 2)
    assert ada.call("events", "get_event", event_id=event.id).parsed == replaced
    assert call_as_grace("attend_event").status_code == HTTPStatus.NO_CONTENT
    reason = models.CallOffEvent(reason="The kettle is broken.")
    cancelled = ada.call("events", "call_off_event", event_id=event.id, body=reason).parsed
    assert (cancelled.state, cancelled.attendees_count) == (models.EventState.CANCELLED, 1)
    assert cancelled.cancellation_reason == "The kettle is broken."
    assert call_as_grace("attend_event").parsed.code == "event_cancelled"
    forbidden = grace.call("events", "delete_event", event_id=event.id)
    assert (forbidden.parsed.status, forbidden.parsed.code) == (403, "not_event_creator")
    removed = ada.call("events", "delete_event", event_id=event.id)
    assert removed.status_code == HTTPStatus.NO_CONTENT
    assert ada.call("events", "get_event", event_id=event.id).parsed.code == "event_not_found"

    refresh = models.Refresh(refresh_token=ada.tokens.refresh_token)
    ada.tokens = ada.call("sessions", "refresh_token", body=refresh).parsed
    assert ada.call("accounts", "get_profile").parsed.username == ada.username
    log_out = models.Revoke(refresh_token=ada.tokens.refresh_token)
    assert ada.call("sessions", "revoke_token", body=log_out).status_code == HTTPStatus.NO_CONTENT
    logged_out = ada.call("accounts", "get_profile").parsed
    assert (logged_out.status, logged_out.code) == (401, "invalid_token")


def test_a_generated_client_waits_for_a_seat(client, base_url, empty_database):
    models = client.models
    ada, grace = ada_and_grace(client, base_url)
    tea = tea_for_one(models)
    event = ada.call("events", "create_event", body=tea).parsed
    assert event.waitlist_enabled
    ada.call("attendance", "attend_event", event_id=event.id)

    joined = grace.call("attendance", "join_waitlist", event_id=event.id)
    again = grace.call("attendance", "join_waitlist", event_id=event.id)
    assert (joined.status_code, joined.parsed.position) == (HTTPStatus.CREATED, 1)
    assert (again.status_code, again.parsed) == (HTTPStatus.OK, joined.parsed)
    [listed] = grace.call("events", "list_events", waiting=True).parsed.results
    assert (listed.waitlist_count, listed.waitlist_position) == (1, 1)
    [entry] = ada.call("attendance", "list_waitlist", event_id=event.id).parsed.results
    assert (entry.username, entry.joined_at) == (grace.username, joined.parsed.joined_at)

    removal = {"event_id": event.id, "user_id": ada.call("accounts", "get_profile").parsed.id}
    removed = ada.call("attendance", "remove_attendee", **removal)
    assert removed.status_code == HTTPStatus.NO_CONTENT
    again = ada.call("attendance", "remove_attendee", **removal)
    assert again.parsed.code == "attendee_not_found"
    promoted = grace.call("events", "get_event", event_id=event.id).parsed
    assert (promoted.is_attending, promoted.waitlist_position) == (True, None)
    rejected = grace.call("attendance", "join_waitlist", event_id=event.id)
    assert rejected.parsed.code == "already_attending"
    left = grace.call("attendance", "leave_waitlist", event_id=event.id)
    assert left.status_code == HTTPStatus.NO_CONTENT


def test_a_generated_client_drafts_and_publishes(client, base_url, empty_database):
    models = client.models
    ada = GeneratedClientUser(client, base_url, "ada").sign_up_and_log_in()
    start = datetime.now(UTC) + timedelta(days=7)
    opens = start - timedelta(days=1)
    tea = models.NewEvent(
        title="Tea in the garden",
        start_time=start,
        end_time=start + timedelta(hours=2),
        timezone="Europe/London",
        registration_opens_at=opens,
        visibility=models.Visibility.UNLISTED,
        attendees_visible_to=models.AttendeesVisibleTo.ATTENDEES,
        state=models.NewEventState.DRAFT,
    )

    draft = ada.call("events", "create_event", body=tea).parsed
    assert (draft.state, draft.published_at) == (models.EventState.DRAFT, None)
    refused = ada.call("attendance", "attend_event", event_id=draft.id).parsed
    assert refused.code == "event_not_published"
    listed = ada.call("events", "list_events", state=models.EventState.DRAFT).parsed
    assert [each.id for each in listed.results] == [draft.id]

    published = ada.call("events", "publish_event", event_id=draft.id).parsed
    assert published.state == models.EventState.PUBLISHED
    early = ada.call("attendance", "attend_event", event_id=draft.id).parsed
    assert (early.code, early.registration_opens_at) == ("registration_not_open", opens)
    changes = models.ChangeEvent(registration_opens_at=None)
    opened = ada.call("events", "update_event", event_id=draft.id, body=changes).parsed
    assert opened.registration_opens_at is None
    found = ada.call("events", "list_events", registration=models.Registration.OPEN).parsed
    assert [each.id for each in found.results] == [draft.id]
    without_reason = ada.call("events", "call_off_event", event_id=draft.id).parsed
    assert without_reason.cancellation_reason == ""


def test_a_generated_client_parses_validation_errors(client, base_url, empty_database):
    ada = GeneratedClientUser(client, base_url, "ada").sign_up_and_log_in()
    start = datetime.now(UTC) + timedelta(days=7)
    event_without_duration = client.models.NewEvent(title="Tea", start_time=start, end_time=start)

    rejected = ada.call("events", "create_event", body=event_without_duration)

    assert rejected.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert rejected.parsed.code == "validation_failed"
    assert rejected.parsed.errors["end_time"] == ["Must be after start_time."]


def test_every_operation_has_an_importable_function(client, package, document):
    modules = [path.relative_to(package) for path in (package / "api").glob("*/[!_]*.py")]
    operations = [
        operation["operationId"]
        for methods in document.spec["paths"].values()
        for method, operation in methods.items()
        if method != "parameters"
    ]

    assert len(modules) == len(operations)
    for module in modules:
        assert callable(client.operation(module.parent.name, module.stem))
