from datetime import timedelta

import pytest

from application.pages import PageRequest
from application.ports.audit_log import AuditEvent
from domain.accounts.errors import (
    InvalidCredentials,
    InvalidToken,
    RefreshTokenReused,
    RefreshTokenSuperseded,
    SessionNotFound,
)
from domain.accounts.session import REFRESH_TOKEN_REUSE_LEEWAY, ClientInfo
from tests.builders import CLIENT_INFO, DAY, HOUR, NOON

ALL = PageRequest(limit=100, offset=0)


def logged_in(world, name="ada", client_info=CLIENT_INFO):
    return world.log_in(name, f"{name}'s password", client_info)


def is_known(world, pair):
    try:
        return bool(world.get_profile(world.authenticate(pair.access_token)))
    except InvalidToken:
        return False


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
def test_revoking_a_token_ends_its_session_alone(world, name):
    world.person("ada")
    here, there = logged_in(world), logged_in(world)

    world.revoke_token(getattr(here, name), CLIENT_INFO)

    assert (is_known(world, here), is_known(world, there)) == (False, True)
    with pytest.raises(InvalidToken):
        world.refresh_session(here.refresh_token, CLIENT_INFO)


def test_reusing_a_refresh_token_revokes_its_successors(world):
    world.person("ada")
    first = logged_in(world)
    newest = world.refresh_session(first.refresh_token, CLIENT_INFO)

    world.revoke_token(first.refresh_token, CLIENT_INFO)

    assert not is_known(world, newest)


def test_reusing_a_token_that_was_just_replaced_changes_nothing(world):
    world.person("ada")
    first = logged_in(world)
    newest = world.refresh_session(first.refresh_token, CLIENT_INFO)

    with pytest.raises(RefreshTokenSuperseded):
        world.refresh_session(first.refresh_token, CLIENT_INFO)

    assert is_known(world, newest)
    assert AuditEvent.REFRESH_TOKEN_REUSED not in [each[0] for each in world.audit.audit_events]
    assert world.refresh_session(newest.refresh_token, CLIENT_INFO)


def test_every_session_that_ends_is_recorded_in_the_audit_log(world):
    ada = world.person("ada")
    for _ in range(3):
        logged_in(world)

    world.revoke_all_sessions(ada, CLIENT_INFO)

    revoked = (AuditEvent.SESSION_REVOKED, ada.user_id)
    assert world.audit.audit_events.count(revoked) == 3


def test_revoking_an_invalid_or_expired_token_changes_nothing(world):
    user_id = world.person("ada").user_id
    pair = logged_in(world)
    world.revoke_token("nothing", CLIENT_INFO)
    assert is_known(world, pair)

    world.revoke_token(pair.refresh_token, CLIENT_INFO)
    world.revoke_token(pair.refresh_token, CLIENT_INFO)

    revocations = [
        each for each in world.audit.audit_events if each[0] is AuditEvent.SESSION_REVOKED
    ]
    assert revocations == [(AuditEvent.SESSION_REVOKED, user_id)]


def test_logging_out_everywhere_ends_only_ones_own_sessions(world):
    ada = world.person("ada")
    world.person("grace")
    pairs, others = [logged_in(world) for _ in range(3)], logged_in(world, "grace")

    world.revoke_all_sessions(ada, CLIENT_INFO)

    assert not any(is_known(world, pair) for pair in pairs)
    assert is_known(world, others)
    assert world.list_sessions(ada, ALL).count == 0


def test_live_sessions_are_listed_with_their_client(world):
    ada = world.person("ada")
    logged_in(world)
    world.clock.advance(HOUR)
    phone = logged_in(world, client_info=ClientInfo("198.51.100.9", "a phone"))
    world.clock.advance(HOUR)
    world.refresh_session(phone.refresh_token, ClientInfo("198.51.100.10", "a phone"))

    page = world.list_sessions(ada, ALL)

    assert page.count == 2
    assert [(each.ip, each.created_at, each.last_used_at) for each in page.results] == [
        ("198.51.100.10", NOON + HOUR, NOON + 2 * HOUR),
        ("192.0.2.7", NOON, NOON),
    ]
    world.clock.advance(DAY - HOUR)
    assert world.list_sessions(ada, ALL).count == 1


def test_only_its_owner_can_end_a_session(world):
    ada, grace = world.person("ada"), world.person("grace")
    pair = logged_in(world)
    [session] = world.list_sessions(ada, ALL).results

    with pytest.raises(SessionNotFound):
        world.revoke_session(session.id, grace, CLIENT_INFO)
    assert is_known(world, pair)
    world.revoke_session(session.id, ada, CLIENT_INFO)

    assert not is_known(world, pair)
    with pytest.raises(SessionNotFound):
        world.revoke_session(session.id, ada, CLIENT_INFO)


def test_no_token_outlives_its_session(world):
    world.person("ada")
    pair = logged_in(world)
    for _ in range(59):
        world.clock.advance(timedelta(hours=12))
        pair = world.refresh_session(pair.refresh_token, CLIENT_INFO)
    world.clock.advance(timedelta(hours=11, minutes=45))

    pair = world.refresh_session(pair.refresh_token, CLIENT_INFO)

    assert pair.expires_in == pair.refresh_expires_in == timedelta(minutes=15)
    world.clock.advance(timedelta(minutes=15))
    with pytest.raises(InvalidToken):
        world.refresh_session(pair.refresh_token, CLIENT_INFO)


def test_login_deletes_expired_sessions(world):
    world.person("ada")
    logged_in(world)
    world.clock.advance(DAY)

    logged_in(world)

    assert len(world.store.committed.sessions) == 1


def test_security_events_are_recorded_in_the_audit_log(world):
    user_id = world.person("ada").user_id
    first = logged_in(world)
    world.refresh_session(first.refresh_token, CLIENT_INFO)
    world.clock.advance(REFRESH_TOKEN_REUSE_LEEWAY)
    for name in ("ada", "nobody"):
        with pytest.raises(InvalidCredentials):
            world.log_in(name, "wrong", CLIENT_INFO)
    with pytest.raises(RefreshTokenReused):
        world.refresh_session(first.refresh_token, CLIENT_INFO)

    assert world.audit.audit_events == [
        (AuditEvent.LOGGED_IN, user_id),
        (AuditEvent.LOGIN_FAILED, user_id),
        (AuditEvent.LOGIN_FAILED, None),
        (AuditEvent.REFRESH_TOKEN_REUSED, user_id),
    ]
