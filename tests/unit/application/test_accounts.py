from uuid import uuid4

import pytest

from application.caller import Caller
from domain.accounts.credentials import Password, Username
from domain.accounts.errors import (
    AccountDeleted,
    InvalidCredentials,
    InvalidToken,
    RefreshTokenReused,
    UsernameTaken,
)
from domain.accounts.session import REFRESH_TOKEN_REUSE_LEEWAY
from tests.builders import CLIENT_INFO, DAY, HOUR, NOON


def logged_in(world, name="ada"):
    return world.log_in(name, f"{name}'s password", CLIENT_INFO)


def test_a_new_user_can_log_in_and_see_their_profile(world):
    user_id = world.person("ada").user_id

    caller = world.authenticate(logged_in(world).access_token)

    assert caller.user_id == user_id
    profile = world.get_profile(caller)
    assert (profile.username, profile.email, profile.created_at) == ("ada", None, NOON)


def test_signing_up_with_a_taken_username_changes_nothing(world):
    world.person("ada")

    with pytest.raises(UsernameTaken):
        world.sign_up(Username("Ada"), Password("another password"), None)

    assert logged_in(world)


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("grace", "ada's password")])
def test_a_wrong_username_and_a_wrong_password_raise_the_same_error(world, name, password):
    world.person("ada")

    with pytest.raises(InvalidCredentials):
        world.log_in(name, password, CLIENT_INFO)


def test_no_connection_is_held_while_a_password_is_hashed(world):
    world.person("ada")
    held = []
    for name in ("hash", "matches"):
        original = getattr(world.hasher, name)

        def watched(*arguments, original=original):
            held.append(world.store.is_held)
            return original(*arguments)

        setattr(world.hasher, name, watched)

    logged_in(world)
    world.person("grace")

    assert len(held) >= 2
    assert not any(held)


def test_an_access_token_is_valid_for_an_hour(world):
    world.person("ada")
    pair = logged_in(world)

    world.clock.advance(HOUR - HOUR / 60)
    assert world.authenticate(pair.access_token)
    world.clock.advance(HOUR / 60)
    with pytest.raises(InvalidToken):
        world.authenticate(pair.access_token)


def test_a_session_lives_while_it_is_refreshed_daily(world):
    world.person("ada")
    pair = logged_in(world)

    for _ in range(5):
        world.clock.advance(DAY - HOUR)
        pair = world.refresh_session(pair.refresh_token, CLIENT_INFO)
    assert world.authenticate(pair.access_token)

    world.clock.advance(DAY)
    with pytest.raises(InvalidToken):
        world.refresh_session(pair.refresh_token, CLIENT_INFO)


def test_revocation_after_token_reuse_is_committed(world):
    world.person("ada")
    stolen = logged_in(world)
    other = logged_in(world)
    newest = world.refresh_session(stolen.refresh_token, CLIENT_INFO)
    world.clock.advance(REFRESH_TOKEN_REUSE_LEEWAY)

    with pytest.raises(RefreshTokenReused):
        world.refresh_session(stolen.refresh_token, CLIENT_INFO)

    for act, token in (
        (lambda token: world.refresh_session(token, CLIENT_INFO), newest.refresh_token),
        (lambda token: world.get_profile(world.authenticate(token)), newest.access_token),
        (world.verify_token, newest.access_token),
    ):
        with pytest.raises(InvalidToken):
            act(token)
    assert world.get_profile(world.authenticate(other.access_token))


def test_a_token_of_the_wrong_type_is_rejected(world):
    world.person("ada")
    pair = logged_in(world)

    with pytest.raises(InvalidToken):
        world.authenticate(pair.refresh_token)
    with pytest.raises(InvalidToken):
        world.refresh_session(pair.access_token, CLIENT_INFO)


def test_a_used_refresh_token_does_not_verify(world):
    user_id = world.person("ada").user_id
    first = logged_in(world)
    second = world.refresh_session(first.refresh_token, CLIENT_INFO)

    for token in (first.access_token, second.access_token, second.refresh_token):
        assert world.verify_token(token).user_id == user_id
    with pytest.raises(InvalidToken):
        world.verify_token(first.refresh_token)


def test_a_missing_account_has_no_profile(world):
    with pytest.raises(AccountDeleted):
        world.get_profile(Caller(uuid4()))
