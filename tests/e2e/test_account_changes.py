"""Changing and deleting one's account."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.e2e.client import PASSWORD, in_hours

NEW = "seven teas with grace"


def test_a_new_password_ends_the_other_sessions(visitor, ada):
    other = visitor.joins_again(ada)

    assert ada.change_password(PASSWORD, NEW).status_code == 204

    assert (ada.is_known(), other.is_known()) == (True, False)
    assert visitor.refresh(other.tokens["refresh_token"]).status_code == 401
    assert visitor.refresh(ada.tokens["refresh_token"]).status_code == 200
    assert visitor.log_in(ada.username).status_code == 401
    assert visitor.log_in(ada.username, NEW).status_code == 200


@pytest.mark.parametrize(
    ("passwords", "code"),
    [
        (("wrong password", NEW), "wrong_password"),
        ((PASSWORD, "short"), "validation_failed"),
        ((PASSWORD, "qwertyuiop"), "validation_failed"),
        ((PASSWORD, "turnout123"), "validation_failed"),
    ],
)
def test_a_refused_new_password_changes_nothing(visitor, ada, passwords, code):
    other = visitor.joins_again(ada)

    response = ada.change_password(*passwords)

    assert response.json()["code"] == code
    if code == "validation_failed":
        assert response.json()["errors"].keys() == {"new_password"}
    assert other.is_known()
    assert visitor.log_in(ada.username).status_code == 200


def test_the_username_is_no_password(visitor, ada):
    response = ada.change_password(PASSWORD, ada.username.upper())

    assert response.json()["errors"].keys() == {"new_password"}
    refused = visitor.sign_up("grace.hopper", password="Grace.Hopper")
    assert refused.json()["errors"].keys() == {"password"}


@pytest.mark.parametrize("password", ["password1", "PASSWORD1", "12345678"])
def test_a_common_password_is_refused_at_sign_up(visitor, password):
    response = visitor.sign_up("ada", password=password)

    assert response.status_code == 422
    assert response.json()["errors"] == {"password": ["This password is too common."]}


def test_a_profile_is_changed_where_it_is_told_to(visitor, ada):
    changed = ada.patch("/v1/profile/", email="ada@example.org").json()
    assert (changed["username"], changed["email"]) == (ada.username, "ada@example.org")

    renamed = ada.patch("/v1/profile/", username=f"{ada.username}.l").json()
    assert (renamed["username"], renamed["email"]) == (f"{ada.username}.l", "ada@example.org")
    assert ada.patch("/v1/profile/", email=None).json()["email"] is None
    assert ada.patch("/v1/profile/").json() == ada.get("/v1/profile/").json()
    assert visitor.log_in(f"{ada.username}.l").status_code == 200
    assert visitor.log_in(ada.username).status_code == 401


@pytest.mark.parametrize(
    ("field", "value"),
    [("username", ""), ("username", None), ("email", "x"), ("id", "x"), ("password", "x" * 9)],
)
def test_a_wrong_value_of_a_profile_is_named(ada, field, value):
    response = ada.patch("/v1/profile/", **{field: value})

    assert response.status_code == 422
    assert response.json()["errors"].keys() == {field}


def test_a_name_that_is_taken_stays_with_its_owner(ada, grace):
    response = ada.patch("/v1/profile/", username=grace.username.upper())

    assert (response.status_code, response.json()["code"]) == (409, "username_taken")
    assert ada.patch("/v1/profile/", username=ada.username.upper()).status_code == 200


def test_whoever_deletes_their_account_is_gone(visitor, ada, grace):
    other = visitor.joins_again(ada)
    own, attended = ada.published(), grace.published(capacity=1)
    ada.attend(attended)
    grace.attend(own)
    assert ada.delete_account("wrong password").json()["code"] == "wrong_password"
    assert ada.get(own).status_code == 200

    assert ada.delete_account().status_code == 204

    assert not ada.is_known()
    assert not other.is_known()
    for member in (ada, other):
        assert visitor.refresh(member.tokens["refresh_token"]).status_code == 401
        assert visitor.verify(member.tokens["access_token"]).status_code == 401
    assert visitor.log_in(ada.username).json()["code"] == "invalid_credentials"
    assert grace.get(own).json()["code"] == "event_not_found"
    assert grace.get(attended).json()["seats_left"] == 1
    assert visitor.sign_up(ada.username).status_code == 201


def test_the_past_keeps_its_counts_without_the_name(visitor, ada, grace):
    event = ada.published(start_time=in_hours(1), end_time=in_hours(2))
    for member in (ada, grace):
        member.attend(event)

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1, minutes=1)):
        assert visitor.joins_again(ada).delete_account().status_code == 204
        grace = visitor.joins_again(grace)
        seen = grace.get(event).json()
        assert (seen["attendees_count"], seen["status"]) == (2, "ongoing")
        assert seen["creator"] == {"id": ada.id, "username": None}
        attendees = grace.get(f"{event}attendees/").json()["results"]
        assert [each["username"] for each in attendees] == [None, grace.username]
        assert grace.listed(created="false") == ["Tea"]
