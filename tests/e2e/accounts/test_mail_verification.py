"""Email addresses: changing and verifying them, and the switches of notices."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.e2e.client import PASSWORD
from tests.e2e.problems import is_problem

EMAIL, OTHER = "ada@example.org", "ada@example.net"
PROFILE = "/v1/profile/"


def verify(visitor, token):
    return visitor.post("/v1/profile/email/verify/", {"token": token})


@pytest.fixture
def verified(visitor, ada, mailbox):
    """A member with a verified address."""
    ada.change_email(EMAIL)
    verify(visitor, mailbox.token_for(EMAIL))
    return ada


def test_a_new_account_gets_a_mail_to_verify_its_address(visitor, mailbox):
    profile = visitor.sign_up("ada", email=EMAIL).json()
    ada = visitor.with_token(visitor.log_in("ada").json()["access_token"])
    assert profile["email_verified"] is False

    token = mailbox.token_for(EMAIL)

    assert verify(visitor, token).status_code == 204
    assert ada.get(PROFILE).json() == profile | {"email_verified": True}
    assert is_problem(verify(visitor, token), 422, "invalid_mail_token")
    assert mailbox.receive() == []


def test_an_account_without_an_address_gets_no_mail(ada, mailbox):
    assert mailbox.receive() == []
    assert ada.get(PROFILE).json()["email_verified"] is False


@pytest.mark.parametrize("token", ["", "x", "\u00fc" * 43, "x" * 10_000])
def test_an_unknown_token_is_rejected(visitor, verified, token):
    assert is_problem(verify(visitor, token), 422, "invalid_mail_token")


def test_a_token_expires_after_a_day(visitor, ada, mailbox):
    ada.change_email(EMAIL)
    token = mailbox.token_for(EMAIL)

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=24), tick=False):
        assert is_problem(verify(visitor, token), 422, "invalid_mail_token")


def test_a_new_address_needs_the_password(ada):
    missing = ada.patch(PROFILE, email=EMAIL)
    assert is_problem(missing, 422, "validation_failed")
    assert missing.json()["errors"].keys() == {"current_password"}
    assert is_problem(ada.change_email(EMAIL, "wrong password"), 403, "wrong_password")
    assert ada.get(PROFILE).json()["email"] is None

    assert ada.change_email(EMAIL).json()["email"] == EMAIL
    assert ada.patch(PROFILE, email=EMAIL, notify_reminder=False).status_code == 200
    assert is_problem(ada.patch(PROFILE, email=None), 422, "validation_failed")
    assert ada.change_email(None).json()["email"] is None


def test_the_old_address_hears_of_a_change_and_the_new_one_is_not_verified(
    visitor, verified, mailbox
):
    verified.change_email(OTHER)

    mails = {mail.recipient: mail for mail in mailbox.receive()}

    assert mails.keys() == {EMAIL, OTHER}
    assert mails[EMAIL].subject == "Your email address was changed"
    assert "#token=" not in mails[EMAIL].text
    assert mails[OTHER].subject == "Confirm your email address"
    assert verified.get(PROFILE).json()["email_verified"] is False


def test_the_token_of_an_earlier_address_does_not_verify_a_later_one(visitor, ada, mailbox):
    ada.change_email(EMAIL)
    token = mailbox.token_for(EMAIL)
    ada.change_email(OTHER)

    assert is_problem(verify(visitor, token), 422, "invalid_mail_token")
    assert ada.get(PROFILE).json()["email_verified"] is False


def test_setting_the_same_address_again_sends_another_mail_until_it_is_verified(
    visitor, ada, mailbox
):
    ada.change_email(EMAIL)
    mailbox.receive()

    ada.patch(PROFILE, email=EMAIL)
    assert verify(visitor, mailbox.token_for(EMAIL)).status_code == 204
    ada.patch(PROFILE, email=EMAIL)

    assert mailbox.receive() == []
    assert ada.get(PROFILE).json()["email_verified"] is True


@pytest.mark.parametrize("switch", ["notify_promotion", "notify_event_changes", "notify_reminder"])
def test_each_kind_of_notice_has_its_switch(ada, switch):
    before = ada.get(PROFILE).json()
    assert before[switch] is True

    assert ada.patch(PROFILE, **{switch: False}).json() == before | {switch: False}
    assert ada.get(PROFILE).json() == before | {switch: False}
    assert ada.patch(PROFILE, **{switch: None}).json()["errors"].keys() == {switch}
    assert ada.patch(PROFILE, **{switch: True}).json() == before


def test_a_notice_goes_to_a_verified_address_unless_it_is_switched_off(
    visitor, verified, grace, mailbox
):
    alan = visitor.new_member("alan")
    alan.change_email("alan@example.org")
    mailbox.receive()
    event = grace.new_event()
    for person in (verified, alan):
        person.attend(event)

    grace.patch(event, location="The garden")
    assert [mail.recipient for mail in mailbox.receive()] == [EMAIL]
    verified.patch(PROFILE, notify_event_changes=False)
    grace.patch(event, location="The reading room")
    assert mailbox.receive() == []


# Addresses that marshmallow accepts, but to which no mail can be sent.
@pytest.mark.parametrize(
    "email",
    ['"a b"@example.org', "j\u00fcrgen@example.org", "ada@[192.0.2.1]", "=?q?=@example.org"],
)
def test_an_address_that_cannot_get_mails_is_rejected(visitor, ada, email):
    responses = [
        visitor.sign_up("alan", email=email),
        ada.change_email(email),
        visitor.post("/v1/profile/password/reset/", {"email": email}),
    ]

    for response in responses:
        assert is_problem(response, 422, "validation_failed")
        assert response.json()["errors"].keys() == {"email"}


def test_an_account_with_an_old_address_that_cannot_get_mails_keeps_working(
    visitor, ada, empty_database
):
    with empty_database.begin() as connection:
        connection.exec_driver_sql("UPDATE users SET email = '\"a b\"@example.org'")

    assert ada.get(PROFILE).json()["email"] == '"a b"@example.org'
    assert ada.patch(PROFILE, username="lovelace", notify_reminder=False).status_code == 200
    assert visitor.log_in("lovelace").status_code == 200
    assert ada.patch(PROFILE, email=EMAIL, current_password=PASSWORD).status_code == 200
