"""The wait after wrong passwords."""

from datetime import timedelta

import pytest

from application.errors import Unavailable
from application.ports.audit_log import AuditEvent
from domain.accounts.credentials import Password, Username
from domain.accounts.errors import InvalidCredentials, TooManyWrongPasswords, WrongPassword
from domain.accounts.password_attempts import ATTEMPTS_LIFETIME, FREE_FAILURES, LONGEST_WAIT
from domain.accounts.session import ClientInfo
from domain.accounts.user import ProfileChanges
from domain.errors import Invalid
from tests.builders import CLIENT_INFO, HOUR

NEW_ADDRESS = ClientInfo("198.51.100.1", None)
KNOWN_ADDRESS = CLIENT_INFO
SECOND = timedelta(seconds=1)


def log_in(world, name="ada", password="ada's password", client_info=NEW_ADDRESS):
    return world.log_in(name, password, client_info)


def fail(world, number, name="ada", client_info=NEW_ADDRESS):
    for _ in range(number):
        with pytest.raises(InvalidCredentials):
            log_in(world, name, "wrong", client_info)


def use_up(world, **options):
    """Fail until a wait begins."""
    fail(world, FREE_FAILURES + 1, **options)


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_wrong_passwords_lead_to_a_wait_with_or_without_an_account(world, name):
    user_id = world.person("ada").user_id
    use_up(world, name=name)

    for password in ("ada's password", "wrong"):
        with pytest.raises(TooManyWrongPasswords) as error:
            log_in(world, f" {name.upper()}", password, ClientInfo("198.51.100.2", None))
        assert error.value.retry_after == 30 * SECOND
    audit_event = AuditEvent.TOO_MANY_WRONG_PASSWORDS, user_id if name == "ada" else None
    assert world.audit.audit_events[-2:] == [audit_event] * 2
    world.clock.advance(30 * SECOND)
    fail(world, 1, name)
    with pytest.raises(TooManyWrongPasswords) as error:
        log_in(world, name)
    assert error.value.retry_after == 60 * SECOND


def test_no_hash_is_compared_during_the_wait(world):
    world.person("ada")
    use_up(world)
    world.hasher.matches = None

    with pytest.raises(TooManyWrongPasswords):
        log_in(world)


def test_the_right_password_ends_the_count(world):
    world.person("ada")
    for _ in range(3):
        fail(world, FREE_FAILURES)
        assert log_in(world)
    use_up(world)
    world.clock.advance(30 * SECOND)

    assert log_in(world)
    fail(world, FREE_FAILURES)


def test_a_login_from_a_new_address_ends_the_count_of_all_new_addresses(world):
    world.person("ada")
    fail(world, FREE_FAILURES)
    assert log_in(world)
    another = ClientInfo("198.51.100.2", None)

    fail(world, FREE_FAILURES, client_info=another)
    assert log_in(world, client_info=another)


def test_open_sessions_continue_during_the_wait(world):
    world.person("ada")
    pair = log_in(world, client_info=KNOWN_ADDRESS)
    use_up(world)

    assert world.get_profile(world.authenticate(pair.access_token))
    assert world.refresh_session(pair.refresh_token, NEW_ADDRESS)


def test_guesses_from_elsewhere_do_not_lock_the_owner_out_at_a_known_address(world):
    world.person("ada")
    log_in(world, client_info=KNOWN_ADDRESS)
    use_up(world)
    with pytest.raises(TooManyWrongPasswords):
        log_in(world)

    assert log_in(world, client_info=KNOWN_ADDRESS)

    with pytest.raises(TooManyWrongPasswords):  # her login does not reset the guesser's counter
        log_in(world)


def test_addresses_of_an_ipv6_network_count_as_one(world):
    world.person("ada")
    log_in(world, client_info=ClientInfo("2001:db8::1", None))
    use_up(world)

    assert log_in(world, client_info=ClientInfo("2001:db8::2", None))
    with pytest.raises(TooManyWrongPasswords):
        log_in(world, client_info=ClientInfo("2001:db8:0:1::1", None))


def test_a_known_address_is_limited_too(world):
    world.person("ada")
    log_in(world, client_info=KNOWN_ADDRESS)
    use_up(world, client_info=KNOWN_ADDRESS)

    with pytest.raises(TooManyWrongPasswords):
        log_in(world, client_info=KNOWN_ADDRESS)
    assert log_in(world)  # from elsewhere


def test_failures_and_known_addresses_are_forgotten(world):
    world.person("ada")
    log_in(world, client_info=KNOWN_ADDRESS)
    use_up(world)
    world.clock.advance(ATTEMPTS_LIFETIME)

    use_up(world)
    with pytest.raises(TooManyWrongPasswords):
        log_in(world, client_info=KNOWN_ADDRESS)


def test_the_wait_has_a_maximum(world):
    world.person("ada")
    use_up(world)
    for _ in range(30):
        world.clock.advance(LONGEST_WAIT)
        fail(world, 1)
    world.clock.advance(LONGEST_WAIT)

    assert log_in(world)


def test_of_the_attempts_after_a_wait_only_one_learns_its_result(world):
    world.person("ada")
    use_up(world)
    world.clock.advance(30 * SECOND)
    matches = world.hasher.matches

    def try_another(*values):
        world.hasher.matches = matches
        fail(world, 1)
        return matches(*values)

    world.hasher.matches = try_another

    with pytest.raises(TooManyWrongPasswords):
        log_in(world)


def test_an_attempt_that_is_not_compared_does_not_count(world):
    world.person("ada")
    use_up(world)
    world.clock.advance(30 * SECOND)
    matches = world.hasher.matches

    def busy(*_):
        raise Unavailable

    world.hasher.matches = busy
    with pytest.raises(Unavailable):
        log_in(world)

    world.hasher.matches = matches
    assert log_in(world)


def confirm_wrongly(world, me):
    with pytest.raises(WrongPassword):
        world.delete_account(me, "wrong", NEW_ADDRESS)


def test_confirmations_are_counted_separately_from_logins(world):
    me = world.person("ada")
    use_up(world)
    for _ in range(FREE_FAILURES + 1):
        confirm_wrongly(world, me)

    with pytest.raises(TooManyWrongPasswords):
        world.delete_account(me, "ada's password", NEW_ADDRESS)
    assert world.audit.audit_events[-1] == (AuditEvent.TOO_MANY_WRONG_PASSWORDS, me.user_id)
    world.clock.advance(30 * SECOND)
    world.delete_account(me, "ada's password", NEW_ADDRESS)


def test_the_right_password_ends_the_count_of_confirmations(world):
    me = world.person("ada")
    for _ in range(3):
        for _ in range(FREE_FAILURES):
            confirm_wrongly(world, me)
        with pytest.raises(Invalid):  # only the current password is right
            world.change_password(me, "ada's password", Password("turnout1"), NEW_ADDRESS)


def test_renames_to_possible_passwords_count_as_wrong_passwords(world):
    me = world.person("ada")
    for number in range(FREE_FAILURES + 1):
        changes = ProfileChanges(Username(f"enchantress{number}"))
        assert world.update_profile(me, changes, NEW_ADDRESS)

    with pytest.raises(TooManyWrongPasswords):
        world.update_profile(me, ProfileChanges(Username("enchantress")), NEW_ADDRESS)
    # They do not make confirmations wait.
    new_password = Password("analytical engine")
    world.change_password(me, "ada's password", new_password, NEW_ADDRESS)
    for username in ("ENCHANTRESS4", "ada"):  # her own; too short for a password
        assert world.update_profile(me, ProfileChanges(Username(username)), NEW_ADDRESS)
    world.clock.advance(HOUR)
    assert world.update_profile(me, ProfileChanges(Username("enchantress")), NEW_ADDRESS)
