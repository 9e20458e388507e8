"""What can be told after an attack, and what can't be read there."""

import logging

import pytest

from tests.e2e.client import PASSWORD

NEW = "seven teas with grace"


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO)

    def lines():
        told = [each for each in caplog.records if each.name == "turnout.security"]
        caplog.clear()
        return [(each.msg, each.user_id) for each in told]

    return lines


def test_security_events_name_the_user(lines, visitor, ada):
    user = str(ada.id)
    other = visitor.joins_again(ada)
    lines()

    visitor.log_in(ada.username, "wrong password")
    assert lines() == [("login_failed", user)]
    visitor.log_in("nobody")
    assert lines() == [("login_failed", None)]
    visitor.refresh(other.tokens["refresh_token"])
    assert lines() == []
    visitor.refresh(other.tokens["refresh_token"])
    assert lines() == [("refresh_token_reused", user)]
    visitor.revoke(visitor.joins_again(ada).tokens["refresh_token"])
    assert lines() == [("logged_in", user), ("session_revoked", user)]
    ada.post("/v1/profile/calendar/")
    assert lines() == [("calendar_feed_created", user)]
    ada.change_password("wrong password", NEW)
    assert lines() == [("wrong_password", user)]
    ada.change_password(PASSWORD, NEW)
    assert lines() == [("password_changed", user)]
    ada.post("/v1/profile/token/revoke-all/")
    assert lines() == [("session_revoked", user)]
    again = visitor.bearing(visitor.log_in(ada.username, NEW).json()["access_token"])
    assert again.delete_account(NEW).status_code == 204
    assert lines() == [("logged_in", user), ("account_deleted", user)]


def test_no_token_and_no_password_is_logged(caplog, visitor, ada):
    caplog.set_level(logging.DEBUG)
    visitor.log_in(ada.username, "wrong password")
    visitor.log_in("a password in the wrong box")
    newest = visitor.refresh(ada.tokens["refresh_token"]).json()
    visitor.revoke(newest["refresh_token"])
    for member in (visitor.joins_again(ada), visitor.bearing("x")):
        member.change_password(PASSWORD, NEW)
    tokens = [
        pair[name] for pair in (ada.tokens, newest) for name in ("access_token", "refresh_token")
    ]

    told = caplog.text + str([vars(record) for record in caplog.records])
    assert "login_failed" in told
    for secret in (PASSWORD, NEW, "wrong password", "wrong box", *tokens):
        assert secret not in told
