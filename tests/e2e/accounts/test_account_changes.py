"""Changing the password and the profile, and deleting the account."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from adapters.postgres.schema.tables import events
from tests.e2e.client import PASSWORD, in_hours

NEW_PASSWORD = "seven teas with grace"


def test_changing_the_password_ends_the_other_sessions(visitor, ada):
    other = visitor.log_in_again(ada)

    assert ada.change_password(PASSWORD, NEW_PASSWORD).status_code == 204

    assert (ada.is_logged_in(), other.is_logged_in()) == (True, False)
    assert visitor.refresh(other.tokens["refresh_token"]).status_code == 401
    assert visitor.refresh(ada.tokens["refresh_token"]).status_code == 200
    assert visitor.log_in(ada.username).status_code == 401
    assert visitor.log_in(ada.username, NEW_PASSWORD).status_code == 200


@pytest.mark.parametrize(
    ("passwords", "code"),
    [
        (("wrong password", NEW_PASSWORD), "wrong_password"),
        ((PASSWORD, "short"), "validation_failed"),
        ((PASSWORD, "qwertyuiop"), "validation_failed"),
        ((PASSWORD, "turnout123"), "validation_failed"),
    ],
)
def test_a_rejected_new_password_changes_nothing(visitor, ada, passwords, code):
    other = visitor.log_in_again(ada)

    response = ada.change_password(*passwords)

    assert response.json()["code"] == code
    if code == "validation_failed":
        assert response.json()["errors"].keys() == {"new_password"}
    assert other.is_logged_in()
    assert visitor.log_in(ada.username).status_code == 200


def test_the_username_is_rejected_as_password(visitor, ada):
    response = ada.change_password(PASSWORD, ada.username.upper())

    assert response.json()["errors"].keys() == {"new_password"}
    rejected = visitor.sign_up("grace.hopper", password="Grace.Hopper")
    assert rejected.json()["errors"].keys() == {"password"}


@pytest.mark.parametrize("username", ["Enchantress-1815", "enchantress-1815", "enchantress"])
def test_the_password_is_rejected_as_a_username(visitor, username):
    account = {"username": "ada", "password": username}
    visitor.sign_up(**account)
    member = visitor.with_token(visitor.log_in(**account).json()["access_token"])

    response = member.patch("/v1/profile/", username=f"{username.capitalize()}")

    assert response.status_code == 422
    assert response.json()["errors"] == {"username": ["Must not be based on the password."]}
    assert visitor.log_in(**account).status_code == 200
    assert member.patch("/v1/profile/", username=f"{username}-x").status_code == 200


@pytest.mark.parametrize("password", ["password1", "PASSWORD1", "12345678"])
def test_a_common_password_is_rejected_at_sign_up(visitor, password):
    response = visitor.sign_up("ada", password=password)

    assert response.status_code == 422
    assert response.json()["errors"] == {"password": ["This password is too common."]}


def test_a_profile_is_partially_updated(visitor, ada):
    changed = ada.change_email("ada@example.org").json()
    assert (changed["username"], changed["email"]) == (ada.username, "ada@example.org")

    renamed = ada.patch("/v1/profile/", username=f"{ada.username}.l").json()
    assert (renamed["username"], renamed["email"]) == (f"{ada.username}.l", "ada@example.org")
    assert ada.change_email(None).json()["email"] is None
    assert ada.patch("/v1/profile/").json() == ada.get("/v1/profile/").json()
    assert visitor.log_in(f"{ada.username}.l").status_code == 200
    assert visitor.log_in(ada.username).status_code == 401


@pytest.mark.parametrize(
    ("field", "value"),
    [("username", ""), ("username", None), ("email", "x"), ("id", "x"), ("password", "x" * 9)],
)
def test_an_invalid_profile_field_is_named(ada, field, value):
    response = ada.patch("/v1/profile/", **{field: value})

    assert response.status_code == 422
    assert response.json()["errors"].keys() == {field}


def test_a_taken_username_is_rejected(ada, grace):
    response = ada.patch("/v1/profile/", username=grace.username.upper())

    assert (response.status_code, response.json()["code"]) == (409, "username_taken")
    assert ada.patch("/v1/profile/", username=ada.username.upper()).status_code == 200


def test_deleting_an_account_removes_its_sessions_seats_and_drafts(
    visitor, ada, grace, empty_database
):
    other = visitor.log_in_again(ada)
    draft, attended = ada.new_event(state="draft"), grace.new_event(capacity=1)
    ada.attend(attended)
    assert ada.delete_account("wrong password").json()["code"] == "wrong_password"
    assert ada.get(draft).status_code == 200

    assert ada.delete_account().status_code == 204

    assert not ada.is_logged_in()
    assert not other.is_logged_in()
    for member in (ada, other):
        assert visitor.refresh(member.tokens["refresh_token"]).status_code == 401
        assert visitor.verify(member.tokens["access_token"]).status_code == 401
    assert visitor.log_in(ada.username).json()["code"] == "invalid_credentials"
    assert grace.get(attended).json()["seats_left"] == 1
    assert visitor.sign_up(ada.username).status_code == 201
    with empty_database.connect() as connection:
        [event_id] = connection.scalars(select(events.c.id))
    assert str(event_id) in attended


def test_deleting_an_account_calls_off_its_upcoming_events(ada, grace):
    event, cancelled = ada.new_event(), ada.new_event()
    for person in (ada, grace):
        person.attend(event)
    ada.call_off(cancelled, reason="Rain")
    before = grace.get(event).json()

    assert ada.delete_account().status_code == 204

    after = grace.get(event).json()
    assert after == before | {
        "state": "cancelled",
        "cancelled_at": after["updated_at"],
        "cancellation_reason": "The organiser's account was deleted.",
        "attendees_count": 1,
        "seats_left": before["seats_left"] + 1,
        "creator": {"id": ada.id, "username": None},
        "updated_at": after["updated_at"],
    }
    assert after["is_attending"]
    assert grace.get(cancelled).json()["cancellation_reason"] == "Rain"


def test_past_events_keep_their_counts_without_the_username(visitor, ada, grace):
    event = ada.new_event(start_time=in_hours(1), end_time=in_hours(2))
    for member in (ada, grace):
        member.attend(event)

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1, minutes=1)):
        assert visitor.log_in_again(ada).delete_account().status_code == 204
        grace = visitor.log_in_again(grace)
        body = grace.get(event).json()
        assert (body["attendees_count"], body["status"]) == (2, "ongoing")
        assert body["creator"] == {"id": ada.id, "username": None}
        attendees = grace.get(f"{event}attendees/").json()["results"]
        assert [each["username"] for each in attendees] == [None, grace.username]
        assert grace.event_titles(created="false") == ["Tea"]
