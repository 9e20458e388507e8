from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest

from domain.accounts.errors import (
    InvalidToken,
    RefreshTokenReused,
    RefreshTokenSuperseded,
    SessionNotFound,
)
from domain.accounts.session import ClientInfo
from tests.builders import CLIENT_INFO, DAY, HOUR, NOON, SECOND, a_session

LEEWAY = 10 * SECOND
MICROSECOND = timedelta(microseconds=1)


def test_a_session_stores_only_the_hash_of_its_refresh_token():
    assert a_session("first").refresh_token_hash == sha256(b"first").digest()


def test_a_refresh_token_is_replaced_by_its_successor():
    session = a_session("first")

    session.rotate("first", "second", NOON + HOUR, CLIENT_INFO)

    assert session.is_newest("second")
    assert not session.is_newest("first")
    assert session.last_used_at == NOON + HOUR
    assert session.expires_at == NOON + HOUR + DAY


def test_reusing_a_refresh_token_ends_the_session():
    session = a_session("first")
    session.rotate("first", "second", NOON, CLIENT_INFO)

    with pytest.raises(RefreshTokenReused):
        session.rotate("first", "third", NOON + LEEWAY, CLIENT_INFO, LEEWAY)

    assert not session.is_live(NOON + LEEWAY)
    with pytest.raises(InvalidToken):
        session.rotate("second", "third", NOON + LEEWAY, CLIENT_INFO)


# A later instance's clock may be behind.
@pytest.mark.parametrize("after", [-SECOND, 0 * SECOND, LEEWAY - MICROSECOND])
def test_reusing_the_previous_refresh_token_within_the_leeway_is_superseded(after):
    session = a_session("first")
    session.rotate("first", "second", NOON, CLIENT_INFO)

    with pytest.raises(RefreshTokenSuperseded):
        session.rotate("first", "third", NOON + after, CLIENT_INFO, LEEWAY)

    assert session.is_live(NOON)
    assert session.is_newest("second")


def test_reusing_an_older_refresh_token_ends_the_session():
    session = a_session("first")
    session.rotate("first", "second", NOON, CLIENT_INFO)
    session.rotate("second", "third", NOON, CLIENT_INFO)

    with pytest.raises(RefreshTokenReused):
        session.rotate("first", "fourth", NOON, CLIENT_INFO, LEEWAY)

    assert not session.is_live(NOON)


@pytest.mark.parametrize("now", [NOON - SECOND, NOON])
def test_without_a_leeway_reusing_the_previous_refresh_token_ends_the_session(now):
    session = a_session("first")
    session.rotate("first", "second", NOON, CLIENT_INFO)

    with pytest.raises(RefreshTokenReused):
        session.rotate("first", "third", now, CLIENT_INFO, timedelta(0))


def test_a_session_lives_a_day_from_its_last_rotation():
    session = a_session(now=NOON)

    assert session.is_live(NOON + DAY - HOUR)
    assert not session.is_live(NOON + DAY)
    with pytest.raises(InvalidToken):
        session.rotate("first", "second", NOON + DAY, CLIENT_INFO)


def test_a_session_has_a_maximum_age_however_often_it_is_refreshed():
    session = a_session("0", ends_at=NOON + 2 * DAY)
    for number in range(1, 4):
        session.rotate(str(number - 1), str(number), NOON + number * DAY / 2, CLIENT_INFO)

    assert session.expires_at == session.ends_at
    assert session.is_live(NOON + 2 * DAY - HOUR)
    assert not session.is_live(NOON + 2 * DAY)
    with pytest.raises(InvalidToken):
        session.rotate("3", "4", NOON + 2 * DAY, CLIENT_INFO)


def test_a_session_stores_the_client_of_its_last_refresh():
    session = a_session("first")
    elsewhere = ClientInfo("198.51.100.9", "another browser")

    session.rotate("first", "second", NOON, elsewhere)

    assert session.client_info == elsewhere


def test_a_session_is_revoked_at_its_first_revocation():
    session = a_session("first")

    session.revoke(NOON + HOUR)
    session.revoke(NOON + 2 * HOUR)

    assert session.revoked_at == NOON + HOUR
    assert not session.is_live(NOON + HOUR)
    with pytest.raises(InvalidToken):
        session.rotate("first", "second", NOON + HOUR, CLIENT_INFO)


def test_reuse_after_the_end_of_the_session_is_no_reuse():
    session = a_session("first")
    session.rotate("first", "second", NOON, CLIENT_INFO)

    with pytest.raises(InvalidToken):
        session.rotate("first", "third", NOON + DAY, CLIENT_INFO)

    assert session.revoked_at is None


def test_only_the_owner_can_revoke_a_live_session():
    session = a_session(now=NOON)

    session.require_revocable(by=session.user_id, now=NOON)
    for person, now in ((uuid4(), NOON), (session.user_id, NOON + DAY)):
        with pytest.raises(SessionNotFound):
            session.require_revocable(by=person, now=now)
