"""The credentials of an account and the counters of wrong passwords."""

from datetime import timedelta
from uuid import uuid4

import pytest

from application.caller import Caller
from application.ports.account_queries import Credentials
from domain.accounts.errors import AccountDeleted, SessionEnded
from domain.accounts.password_attempts import ATTEMPTS_LIFETIME, PasswordAttempts
from tests.builders import HOUR, NOON, a_session, a_user

FIRST, LAST = b"first\x00key", b"last key"
NONE = PasswordAttempts()
TICK = timedelta(microseconds=1)


def count_failures(storage, key, *instants):
    for now in instants:
        with storage.new_work() as work:
            failures = work.password_attempts.count_failure(key, now)
            work.commit()
    return failures


def reset(storage, key, now=NOON):
    with storage.new_work() as work:
        work.password_attempts.reset(key, now)
        work.commit()


def find(storage, name="ada", now=NOON):
    return storage.accounts.find_credentials(name, (FIRST, LAST), now)


def test_credentials_are_found_by_username(storage, ada, grace):
    for name in ("ada", "ADA", " ada\u2003\n"):
        assert find(storage, name) == Credentials(ada, NONE, LAST)
    assert find(storage, "nobody") == Credentials(None, NONE, LAST)


def test_a_deleted_account_is_not_found(storage, ada):
    with storage.new_work() as work:
        work.users.remove(work.users.get_for_update(ada.id))
        work.commit()

    assert find(storage).user is None


def test_letters_that_only_fold_to_a_username_do_not_find_it(storage):
    storage.keep(a_user("kate"))

    assert find(storage, "\u212aate").user is None  # the Kelvin sign


def test_special_characters_in_a_username_are_not_wildcards(storage):
    storage.keep(a_user("a_b"))

    assert find(storage, "axb").user is None
    assert find(storage, "a_b").user is not None


def test_failures_are_counted_by_key(storage, ada):
    assert count_failures(storage, LAST, NOON - HOUR, NOON) == 2

    for name, user in (("ada", ada), ("nobody", None)):
        assert find(storage, name) == Credentials(user, PasswordAttempts(2, NOON), LAST)
    caller = Caller(ada.id)
    assert storage.accounts.get_credentials(caller, FIRST, NOON) == (ada, NONE, FIRST)
    attempts = PasswordAttempts(2, NOON)
    assert storage.accounts.get_credentials(caller, LAST, NOON) == (ada, attempts, LAST)


def test_the_first_key_counts_once_it_is_known(storage):
    count_failures(storage, LAST, NOON)
    reset(storage, FIRST)
    assert find(storage) == Credentials(None, PasswordAttempts(0, NOON), FIRST)

    count_failures(storage, FIRST, NOON + HOUR)
    assert find(storage) == Credentials(None, PasswordAttempts(1, NOON + HOUR), FIRST)


def test_a_success_ends_the_count(storage):
    count_failures(storage, LAST, NOON, NOON)
    reset(storage, LAST, NOON + HOUR)

    assert find(storage).attempts == PasswordAttempts(0, NOON + HOUR)
    assert count_failures(storage, LAST, NOON + HOUR) == 1


def test_attempts_are_forgotten_after_their_lifetime(storage):
    count_failures(storage, FIRST, NOON, NOON)
    end = NOON + ATTEMPTS_LIFETIME

    assert find(storage, now=end - TICK).attempts_key == FIRST
    assert find(storage, now=end) == Credentials(None, NONE, LAST)
    assert count_failures(storage, FIRST, end) == 1


def test_without_an_account_or_a_live_session_there_are_no_credentials(storage, ada):
    ended = a_session(user_id=ada.id, revoked_at=NOON)
    storage.keep(ended)

    with pytest.raises(AccountDeleted):
        storage.accounts.get_credentials(Caller(uuid4()), LAST, NOON)
    with pytest.raises(SessionEnded):
        storage.accounts.get_credentials(Caller(ada.id, ended.id, NOON), LAST, NOON)


def test_uncommitted_failures_are_not_counted(storage):
    with storage.new_work() as work:
        work.password_attempts.count_failure(LAST, NOON)

    assert find(storage).attempts == NONE
