from datetime import timedelta

import pytest

from domain.accounts.errors import TooManyWrongPasswords
from domain.accounts.password_attempts import LONGEST_WAIT, PasswordAttempts, wait_after
from tests.builders import NOON

TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("failures", "wait"),
    [
        (0, timedelta(0)),
        (4, timedelta(0)),
        (5, MINUTE / 2),
        (6, MINUTE),
        (7, 2 * MINUTE),
        (15, 512 * MINUTE),
        (16, LONGEST_WAIT),
        (10_000, LONGEST_WAIT),
    ],
)
def test_each_wrong_password_after_the_fourth_doubles_the_wait(failures, wait):
    assert wait_after(failures) == wait


def test_no_password_is_compared_during_the_wait():
    attempts = PasswordAttempts(6, NOON)

    with pytest.raises(TooManyWrongPasswords) as error:
        attempts.require_allowed(NOON + MINUTE / 4)

    assert error.value.retry_after == MINUTE * 3 / 4
    with pytest.raises(TooManyWrongPasswords):
        attempts.require_allowed(NOON + MINUTE - TICK)
    attempts.require_allowed(NOON + MINUTE)


def test_without_wrong_passwords_there_is_no_wait():
    PasswordAttempts().require_allowed(NOON)
    # The clock of another instance may be ahead.
    PasswordAttempts(0, NOON + MINUTE).require_allowed(NOON)
    PasswordAttempts(4, NOON + MINUTE).require_allowed(NOON)


def test_a_guesser_has_fewer_than_100_attempts_in_30_days():
    now, failures = NOON, 0
    while now < NOON + timedelta(days=30):
        PasswordAttempts(failures, now).require_allowed(now + wait_after(failures))
        failures += 1
        now += wait_after(failures)

    assert failures == 74


@pytest.mark.parametrize(("failures", "is_limited"), [(3, False), (4, True), (20, True)])
def test_the_fifth_failure_leads_to_a_wait(failures, is_limited):
    assert PasswordAttempts(failures, NOON).is_next_limited == is_limited
