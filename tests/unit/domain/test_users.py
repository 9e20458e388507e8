from typing import Any

import pytest

from domain.accounts.mail_token import MailToken, TokenPurpose, token_hash
from domain.accounts.user import ProfileChanges
from tests.builders import DAY, HOUR, NOON, a_user, a_verified_user

SWITCHES = ["notify_promotion", "notify_event_changes", "notify_reminder"]


def test_an_address_is_verified_until_it_is_changed():
    user = a_user(email="ada@example.org")
    assert not user.email_verified

    user.verify_email()
    assert user.email_verified

    user.edit(ProfileChanges(email="new@example.org"))
    assert not user.email_verified
    user.edit(ProfileChanges(email="ada@example.org"))
    assert not user.email_verified


def test_no_address_is_not_verified():
    user = a_user(email=None)
    user.verify_email()

    assert not user.email_verified


def test_setting_the_same_address_keeps_it_verified():
    user = a_verified_user()

    user.edit(ProfileChanges(email=user.email))

    assert user.email_verified


def test_an_address_that_the_previous_release_changed_is_not_verified():
    user = a_verified_user()

    user.email = "new@example.org"

    assert not user.email_verified


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_kind_of_notice_has_its_own_switch(switch):
    user = a_user()

    changes: Any = {switch: False}

    user.edit(ProfileChanges(**changes))
    assert [name for name in SWITCHES if not getattr(user, name)] == [switch]

    user.edit(ProfileChanges())
    assert not getattr(user, switch)


@pytest.mark.parametrize(
    ("purpose", "lifetime"),
    [(TokenPurpose.VERIFY_EMAIL, DAY), (TokenPurpose.RESET_PASSWORD, HOUR / 2)],
)
def test_a_token_is_stored_as_a_hash_with_its_expiry(purpose, lifetime):
    user = a_user()

    token = MailToken.issue("secret", user.id, purpose, "ada@example.org", NOON)

    assert token.hash == token_hash("secret")
    assert len(token.hash) == 32
    assert "secret" not in repr(token)
    assert token.expires_at == NOON + lifetime
