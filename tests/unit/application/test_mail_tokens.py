"""Addresses are verified, and passwords are reset, with tokens from mails."""

import re
from dataclasses import replace

import pytest

from application.caller import Caller
from application.ports.audit_log import AuditEvent
from domain.accounts.credentials import Password, Username
from domain.accounts.errors import (
    InvalidCredentials,
    InvalidMailToken,
    MailDisabled,
    SessionEnded,
    TooManyWrongPasswords,
)
from domain.accounts.mail_token import LIFETIMES, MailToken, TokenPurpose
from domain.accounts.password_attempts import FREE_FAILURES
from domain.accounts.session import ClientInfo
from domain.accounts.user import ProfileChanges
from domain.errors import Invalid
from tests.builders import CLIENT_INFO, SECOND

VERIFY, RESET = TokenPurpose
NEW = Password("seven teas with grace")
ADDRESS = "ada@example.org"
ELSEWHERE = ClientInfo("198.51.100.1", None)


@pytest.fixture
def ada(world):
    return world.with_verified_email("ada")


@pytest.fixture
def hopper(world):
    """Her address is not verified."""
    password = Password("hopper's password")
    return Caller(world.sign_up(Username("hopper"), password, "hopper@example.org").id)


def log_in(world, name="ada", password=None, client_info=CLIENT_INFO):
    return world.log_in(name, password or f"{name}'s password", client_info).access_token


def issue(world, caller, purpose=RESET, token="secret", address=ADDRESS):
    issued = MailToken.issue(token, caller.user_id, purpose, address, world.clock.now())
    world.store.committed.mail_tokens[issued.hash] = issued
    return token


def set_email(world, caller, email, name="ada"):
    changes, password = ProfileChanges(email=email), f"{name}'s password"
    world.update_profile(caller, changes, CLIENT_INFO, current_password=password)


def reset(world, token="secret", new=NEW, client_info=CLIENT_INFO):
    world.reset_password(token, new, client_info)


# Verification


def test_an_address_is_verified_with_the_token_that_was_sent_to_it(world, hopper):
    assert not world.get_profile(hopper).email_verified

    token = token_of_mail(world)
    world.verify_email(token, CLIENT_INFO)

    assert world.get_profile(hopper).email_verified
    assert (AuditEvent.EMAIL_VERIFIED, hopper.user_id) in world.audit.audit_events


def token_of_mail(world):
    """The token in the only mail."""
    world.dispatch_messages()
    [claimed] = world.claim_mails(10)
    [token] = re.findall(r"token-\d+", claimed.mail.text)
    return token


def test_a_token_verifies_once(world, hopper):
    issue(world, hopper, VERIFY, "first", "hopper@example.org")
    issue(world, hopper, VERIFY, "second", "hopper@example.org")
    world.verify_email("first", CLIENT_INFO)

    for token in ("first", "second", "unknown", ""):
        with pytest.raises(InvalidMailToken):
            world.verify_email(token, CLIENT_INFO)


@pytest.mark.parametrize("purpose", TokenPurpose)
def test_a_token_expires(world, ada, purpose):
    issue(world, ada, purpose)
    world.clock.advance(LIFETIMES[purpose])

    with pytest.raises(InvalidMailToken):
        use(world, purpose)


@pytest.mark.parametrize("purpose", TokenPurpose)
def test_a_token_is_valid_until_it_expires(world, ada, purpose):
    issue(world, ada, purpose)
    world.clock.advance(LIFETIMES[purpose] - SECOND)

    use(world, purpose)


def use(world, purpose):
    if purpose is VERIFY:
        world.verify_email("secret", CLIENT_INFO)
    else:
        reset(world)


@pytest.mark.parametrize("purpose", TokenPurpose)
def test_a_token_has_one_purpose(world, ada, purpose):
    issue(world, ada, VERIFY if purpose is RESET else RESET)

    with pytest.raises(InvalidMailToken):
        use(world, purpose)


@pytest.mark.parametrize("purpose", TokenPurpose)
@pytest.mark.parametrize("email", ["new@example.org", None])
def test_a_token_is_invalid_once_the_address_has_changed(world, ada, purpose, email):
    issue(world, ada, purpose)
    set_email(world, ada, email)

    with pytest.raises(InvalidMailToken):
        use(world, purpose)
    assert not world.get_profile(ada).email_verified
    assert log_in(world)


@pytest.mark.parametrize("purpose", TokenPurpose)
def test_a_token_of_a_deleted_account_is_invalid(world, ada, purpose):
    issue(world, ada, purpose)
    world.delete_account(ada, "ada's password", CLIENT_INFO)

    with pytest.raises(InvalidMailToken):
        use(world, purpose)


# Requests to reset a password


@pytest.mark.parametrize("email", [ADDRESS, "nobody@example.org", "not an address"])
def test_a_request_does_the_same_for_every_address(world, ada, email):
    before = dict(vars(world.store.committed))

    world.request_password_reset(email, CLIENT_INFO)

    assert world.messages() == [
        {
            "type": "password.reset_requested",
            "timestamp": "2030-05-17T12:00:00Z",
            "data": {"email": email},
        }
    ]
    after = dict(vars(world.store.committed))
    assert {name for name in before if before[name] != after[name]} == {"outbox"}
    assert world.audit.audit_events[-1:] == [(AuditEvent.PASSWORD_RESET_REQUESTED, None)]


def test_a_request_is_for_nobodys_webhooks(world, ada):
    world.request_password_reset(ADDRESS, CLIENT_INFO)

    [message] = world.store.committed.outbox.values()
    assert message.owner_id is None


def test_without_mail_passwords_cannot_be_reset(world, ada):
    request = replace(world.request_password_reset, is_mailing=False)

    with pytest.raises(MailDisabled):
        request(ADDRESS, CLIENT_INFO)

    assert world.messages() == []


# Resets


def test_a_password_is_reset_with_the_token_of_a_mail(world, ada):
    world.request_password_reset(ADDRESS, CLIENT_INFO)

    reset(world, token_of_mail(world))

    with pytest.raises(InvalidCredentials):
        log_in(world)
    assert log_in(world, password=NEW.secret)
    assert (AuditEvent.PASSWORD_RESET, ada.user_id) in world.audit.audit_events


def test_a_reset_ends_all_sessions(world, ada):
    here, there = (world.authenticate(log_in(world)) for _ in range(2))
    issue(world, ada)

    reset(world)

    for caller in (here, there):
        with pytest.raises(SessionEnded):
            world.get_profile(caller)


def test_a_token_resets_the_password_once(world, ada):
    issue(world, ada, token="first")
    issue(world, ada, token="second")
    reset(world, "first")

    for token in ("first", "second"):
        with pytest.raises(InvalidMailToken):
            reset(world, token, Password("another new password"))
    assert log_in(world, password=NEW.secret)


@pytest.mark.parametrize("weak", ["password123", "ada12345", "Ada@Example.org"])
def test_a_weak_password_does_not_use_up_the_token(world, ada, weak):
    issue(world, ada)

    with pytest.raises(Invalid) as error:
        reset(world, new=Password(weak))
    assert error.value.field == "new_password"
    assert log_in(world)

    reset(world)
    assert log_in(world, password=NEW.secret)


def test_a_password_that_became_weak_meanwhile_is_rejected(world, ada):
    issue(world, ada)
    new = Password("lovelace1815")

    def rename(password):
        world.store.committed.users[ada.user_id].username = Username("lovelace")
        return type(world.hasher).hash(world.hasher, password)

    world.hasher.hash = rename

    with pytest.raises(Invalid):
        reset(world, new=new)

    assert world.store.committed.mail_tokens


def test_no_password_is_hashed_for_an_invalid_token(world, ada):
    world.hasher.hash = None

    with pytest.raises(InvalidMailToken):
        reset(world)


def test_a_reset_does_not_verify_an_address_or_use_up_its_token(world, ada):
    issue(world, ada)
    issue(world, ada, VERIFY, "to verify")

    reset(world)

    world.verify_email("to verify", CLIENT_INFO)


@pytest.mark.parametrize("client_info", [CLIENT_INFO, ELSEWHERE], ids=["known", "new"])
def test_after_a_reset_the_login_need_not_wait(world, ada, client_info):
    """Neither because of the user's own attempts nor of those of others."""
    log_in(world, client_info=CLIENT_INFO)
    for _ in range(FREE_FAILURES + 1):
        with pytest.raises(InvalidCredentials):
            log_in(world, password="wrong", client_info=client_info)
    with pytest.raises(TooManyWrongPasswords):
        log_in(world, client_info=client_info)
    issue(world, ada)

    reset(world, client_info=client_info)

    assert log_in(world, password=NEW.secret, client_info=client_info)


def test_a_reset_concerns_one_account(world, ada):
    grace = world.with_verified_email("grace")
    issue(world, ada)
    issue(world, grace, token="hers", address="grace@example.org")
    session = world.authenticate(log_in(world, "grace"))

    reset(world)

    assert world.get_profile(session)
    assert log_in(world, "grace")
    reset(world, "hers")


def test_changing_the_password_revokes_tokens_to_reset_it(world, ada):
    issue(world, ada)
    issue(world, ada, VERIFY, "to verify")
    session = world.authenticate(log_in(world))

    world.change_password(session, "ada's password", NEW, CLIENT_INFO)

    with pytest.raises(InvalidMailToken):
        reset(world)
    world.verify_email("to verify", CLIENT_INFO)
