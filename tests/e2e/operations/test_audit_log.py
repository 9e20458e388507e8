"""The audit log records security events without secrets."""

import logging

import pytest

from tests.e2e.client import PASSWORD

NEW_PASSWORD = "seven teas with grace"


@pytest.fixture
def new_incidents(caplog):
    caplog.set_level(logging.INFO)

    def new_incidents():
        records = [each for each in caplog.records if each.name == "turnout.security"]
        caplog.clear()
        return [(each.msg, each.user_id) for each in records]

    return new_incidents


def test_incidents_name_the_user(new_incidents, visitor, ada):
    user = str(ada.id)
    other = visitor.log_in_again(ada)
    new_incidents()

    visitor.log_in(ada.username, "wrong password")
    assert new_incidents() == [("login_failed", user)]
    visitor.log_in("nobody")
    assert new_incidents() == [("login_failed", None)]
    newest = visitor.refresh(other.tokens["refresh_token"]).json()
    visitor.refresh(newest["refresh_token"])
    assert new_incidents() == []
    visitor.refresh(other.tokens["refresh_token"])
    assert new_incidents() == [("refresh_token_reused", user)]
    visitor.revoke(visitor.log_in_again(ada).tokens["refresh_token"])
    assert new_incidents() == [("logged_in", user), ("session_revoked", user)]
    ada.post("/v1/profile/calendar/")
    assert new_incidents() == [("calendar_feed_created", user)]
    ada.change_password("wrong password", NEW_PASSWORD)
    assert new_incidents() == [("wrong_password", user)]
    ada.change_password(PASSWORD, NEW_PASSWORD)
    assert new_incidents() == [("password_changed", user)]
    ada.post("/v1/profile/token/revoke-all/")
    assert new_incidents() == [("session_revoked", user)]
    member = visitor.with_token(visitor.log_in(ada.username, NEW_PASSWORD).json()["access_token"])
    assert member.delete_account(NEW_PASSWORD).status_code == 204
    assert new_incidents() == [("logged_in", user), ("account_deleted", user)]


def test_incidents_of_mail_and_webhooks_name_the_user(new_incidents, visitor, ada, mailbox):
    user, email = str(ada.id), "ada@example.org"
    new_incidents()

    ada.patch("/v1/profile/", notify_reminder=False)
    assert new_incidents() == []
    ada.change_email(email)
    assert new_incidents() == [("email_changed", user)]
    visitor.post("/v1/profile/email/verify/", {"token": mailbox.token_for(email)})
    assert new_incidents() == [("email_verified", user)]
    visitor.post("/v1/profile/password/reset/", {"email": email})
    assert new_incidents() == [("password_reset_requested", None)]
    webhook = ada.new_webhook()
    assert new_incidents() == [("webhook_created", user)]
    ada.post(f"{webhook}rotate-secret/")
    assert new_incidents() == [("webhook_secret_rotated", user)]
    body = {"token": mailbox.token_for(email), "new_password": NEW_PASSWORD}
    visitor.post("/v1/profile/password/reset/confirm/", body)
    assert new_incidents() == [("password_reset", user)]


def test_no_tokens_or_passwords_are_logged(caplog, visitor, ada):
    caplog.set_level(logging.DEBUG)
    visitor.log_in(ada.username, "wrong password")
    visitor.log_in("a password in the wrong box")
    latest = visitor.refresh(ada.tokens["refresh_token"]).json()
    visitor.revoke(latest["refresh_token"])
    for member in (visitor.log_in_again(ada), visitor.with_token("x")):
        member.change_password(PASSWORD, NEW_PASSWORD)
    tokens = [
        pair[name] for pair in (ada.tokens, latest) for name in ("access_token", "refresh_token")
    ]

    records = caplog.text + str([vars(record) for record in caplog.records])
    assert "login_failed" in records
    for secret in (PASSWORD, NEW_PASSWORD, "wrong password", "wrong box", *tokens):
        assert secret not in records
