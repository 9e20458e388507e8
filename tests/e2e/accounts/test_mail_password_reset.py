"""Resetting a forgotten password."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine

from tests.applications import an_app
from tests.concurrency import run_concurrently
from tests.e2e.client import PASSWORD
from tests.e2e.problems import is_problem

EMAIL = "ada@example.org"
NEW_PASSWORD = "seven teas with grace"
RESET = "/v1/profile/password/reset/"


@pytest.fixture
def ada(visitor, mailbox):
    """A member with a verified address."""
    ada = visitor.new_member("ada")
    have_verified(visitor, ada, mailbox)
    return ada


def have_verified(visitor, person, mailbox, email=EMAIL):
    person.change_email(email)
    token = mailbox.token_for(email)
    assert visitor.post("/v1/profile/email/verify/", {"token": token}).status_code == 204


def request_reset(visitor, email=EMAIL):
    return visitor.post(RESET, {"email": email})


def confirm(visitor, token, password=NEW_PASSWORD):
    return visitor.post(f"{RESET}confirm/", {"token": token, "new_password": password})


@pytest.mark.parametrize("typed", [EMAIL, EMAIL.upper()])
def test_a_reset_ends_all_sessions_and_sets_the_password(visitor, ada, mailbox, typed):
    other = visitor.log_in_again(ada)
    assert request_reset(visitor, typed).status_code == 202
    token = mailbox.token_for(EMAIL)

    assert confirm(visitor, token).status_code == 204

    assert not ada.is_logged_in()
    assert not other.is_logged_in()
    assert visitor.refresh(ada.tokens["refresh_token"]).status_code == 401
    assert visitor.log_in(ada.username).status_code == 401
    assert visitor.log_in(ada.username, NEW_PASSWORD).status_code == 200


def test_the_response_does_not_show_whether_there_is_an_account(visitor, ada, grace, mailbox):
    grace.change_email("grace@example.org")
    mailbox.receive()
    visitor.http.headers["X-Request-ID"] = "the-same"

    responses = [
        request_reset(visitor, email)
        for email in (EMAIL, "grace@example.org", "nobody@example.org", "ADA@EXAMPLE.ORG")
    ]

    for response in responses:
        assert (response.status_code, response.content) == (202, b"")
        assert "Content-Type" not in response.headers
        del response.headers["Date"]
        assert response.headers == responses[0].headers
    # Grace's address is not verified.
    assert {mail.recipient for mail in mailbox.receive()} == {EMAIL}


def test_each_account_with_the_address_gets_a_mail_with_its_token(visitor, ada, grace, mailbox):
    have_verified(visitor, grace, mailbox)
    request_reset(visitor)

    mails = mailbox.receive()

    assert [mail.recipient for mail in mails] == [EMAIL, EMAIL]
    tokens = [mail.text.partition("#token=")[2].split()[0] for mail in mails]
    for token in tokens:
        assert confirm(visitor, token).status_code == 204
    for person in (ada, grace):
        assert visitor.log_in(person.username, NEW_PASSWORD).status_code == 200


def test_a_token_works_once_and_invalidates_earlier_ones(visitor, ada, mailbox):
    request_reset(visitor)
    first = mailbox.token_for(EMAIL)
    request_reset(visitor)
    second = mailbox.token_for(EMAIL)

    assert confirm(visitor, second).status_code == 204

    for token in (first, second):
        assert is_problem(confirm(visitor, token, "another password"), 422, "invalid_mail_token")
    assert visitor.log_in(ada.username, NEW_PASSWORD).status_code == 200


def test_two_concurrent_uses_of_a_token_set_one_password(visitor, ada, mailbox):
    request_reset(visitor)
    token = mailbox.token_for(EMAIL)
    passwords = [f"{NEW_PASSWORD} {number}" for number in range(4)]

    responses = run_concurrently(*(partial(confirm, visitor, token, each) for each in passwords))

    statuses = [response.status_code for response in responses]
    assert sorted(statuses) == [204, 422, 422, 422]
    set_password = passwords[statuses.index(204)]
    assert visitor.log_in(ada.username, set_password).status_code == 200


def test_a_token_expires_after_30_minutes(visitor, ada, mailbox):
    request_reset(visitor)
    token = mailbox.token_for(EMAIL)

    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=30), tick=False):
        assert is_problem(confirm(visitor, token), 422, "invalid_mail_token")
    assert confirm(visitor, token).status_code == 204


@pytest.mark.parametrize("password", ["short", "qwertyuiop", "{username}", EMAIL])
def test_a_rejected_password_does_not_use_up_the_token(visitor, ada, mailbox, password):
    request_reset(visitor)
    token = mailbox.token_for(EMAIL)

    rejected = confirm(visitor, token, password.format(username=ada.username))

    assert is_problem(rejected, 422, "validation_failed")
    assert rejected.json()["errors"].keys() == {"new_password"}
    assert ada.is_logged_in()
    assert confirm(visitor, token).status_code == 204


def test_a_token_does_not_work_after_the_address_has_changed(visitor, ada, mailbox):
    request_reset(visitor)
    token = mailbox.token_for(EMAIL)
    ada.change_email("ada@example.net")

    assert is_problem(confirm(visitor, token), 422, "invalid_mail_token")


def test_a_token_has_one_purpose(visitor, ada, mailbox):
    request_reset(visitor)
    token = mailbox.token_for(EMAIL)

    response = visitor.post("/v1/profile/email/verify/", {"token": token})

    assert is_problem(response, 422, "invalid_mail_token")
    assert confirm(visitor, token).status_code == 204


def test_a_deleted_account_gets_no_mail_and_its_tokens_do_not_work(visitor, ada, mailbox):
    request_reset(visitor)
    token = mailbox.token_for(EMAIL)
    request_reset(visitor)
    assert ada.delete_account().status_code == 204

    assert mailbox.receive() == []
    assert is_problem(confirm(visitor, token), 422, "invalid_mail_token")


def test_wrong_passwords_of_others_do_not_delay_the_login_after_a_reset(visitor, ada, mailbox):
    for _ in range(8):
        visitor.log_in(ada.username, "wrong password")
    assert visitor.log_in(ada.username, PASSWORD).status_code == 429
    request_reset(visitor)

    confirm(visitor, mailbox.token_for(EMAIL))

    assert visitor.log_in(ada.username, NEW_PASSWORD).status_code == 200


def test_tokens_are_stored_hashed_and_not_logged(visitor, ada, mailbox, caplog, empty_database):
    caplog.set_level("DEBUG")
    request_reset(visitor)
    token = mailbox.token_for(EMAIL)

    with empty_database.connect() as connection:
        tables = ("mail_tokens", "mails", "outbox", "users")
        rows = [str(list(connection.exec_driver_sql(f"SELECT * FROM {table}"))) for table in tables]

    assert not [row for row in rows if token in row]
    assert confirm(visitor, token).status_code == 204
    assert token not in caplog.text
    assert EMAIL not in caplog.text


def test_a_server_without_mail_says_so(database, empty_database):
    with an_app(database) as app:
        response = app.test_client().post(RESET, json={"email": EMAIL})

    assert (response.status_code, response.json["code"]) == (409, "mail_disabled")
