import pytest

from application.pages import PageRequest
from application.ports.audit_log import AuditEvent
from application.ports.event_queries import EventCriteria
from application.preconditions import PreconditionFailed
from domain.accounts.credentials import Password, Username
from domain.accounts.errors import (
    AccountDeleted,
    InvalidCredentials,
    SessionEnded,
    TooManyWrongPasswords,
    UsernameTaken,
    WrongPassword,
)
from domain.accounts.password_attempts import FREE_FAILURES
from domain.accounts.user import ProfileChanges
from domain.errors import Invalid
from domain.events.state import ACCOUNT_DELETED
from tests.builders import CLIENT_INFO, DAY, HOUR

ALL = PageRequest(limit=100, offset=0)
NEW = Password("seven teas with grace")
COMPOSED, DECOMPOSED = "gr\u00fcne wiese 7", "gru\u0308ne wiese 7"


def logged_in(world, name="ada"):
    return world.log_in(name, f"{name}'s password", CLIENT_INFO)


def set_email(world, caller, email, name="ada"):
    changes, password = ProfileChanges(email=email), f"{name}'s password"
    return world.update_profile(caller, changes, CLIENT_INFO, current_password=password)


def test_changing_the_password_ends_the_other_sessions(world):
    world.person("ada")
    here, there = logged_in(world), logged_in(world)
    me = world.authenticate(here.access_token)

    world.change_password(me, "ada's password", NEW, CLIENT_INFO)

    assert world.get_profile(me)
    with pytest.raises(SessionEnded):
        world.get_profile(world.authenticate(there.access_token))
    with pytest.raises(InvalidCredentials):
        logged_in(world)
    assert world.log_in("ada", NEW.secret, CLIENT_INFO)
    assert (AuditEvent.PASSWORD_CHANGED, me.user_id) in world.audit.audit_events


@pytest.mark.parametrize(
    ("current", "new", "error"),
    [
        ("wrong", "seven teas with grace", WrongPassword),
        ("ada's password", "password123", Invalid),
        ("ada's password", "ada12345", Invalid),
    ],
)
def test_a_rejected_password_change_changes_nothing(world, current, new, error):
    world.person("ada")
    here, there = logged_in(world), logged_in(world)
    me = world.authenticate(here.access_token)

    with pytest.raises(error):
        world.change_password(me, current, Password(new), CLIENT_INFO)

    assert world.get_profile(world.authenticate(there.access_token))
    assert logged_in(world)


def test_a_login_fails_if_the_password_changes_meanwhile(world):
    world.person("ada")
    me = world.authenticate(logged_in(world).access_token)
    compare = world.hasher.matches

    def compare_slowly(password, password_hash):
        world.hasher.matches = compare
        matches = compare(password, password_hash)
        world.change_password(me, "ada's password", NEW, CLIENT_INFO)
        return matches

    world.hasher.matches = compare_slowly

    with pytest.raises(InvalidCredentials):
        logged_in(world)
    assert world.list_sessions(me, ALL).count == 1


def test_of_two_concurrent_password_changes_the_second_fails(world):
    world.person("ada")
    me = world.authenticate(logged_in(world).access_token)
    hash_password = world.hasher.hash

    def hash_slowly(password):
        world.hasher.hash = hash_password
        world.change_password(me, "ada's password", NEW, CLIENT_INFO)
        return hash_password(password)

    world.hasher.hash = hash_slowly
    other = Password("the thief's password")

    with pytest.raises(WrongPassword):
        world.change_password(me, "ada's password", other, CLIENT_INFO)
    assert world.log_in("ada", NEW.secret, CLIENT_INFO)


def test_login_rehashes_a_password_with_outdated_parameters(world):
    user_id = world.person("ada").user_id
    world.hasher.is_outdated = lambda _: True
    world.hasher.hash = lambda password: f"new hash of {password}"

    logged_in(world)

    user = world.store.committed.users[user_id]
    assert user.password_hash == "new hash of ada's password"


@pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED])
def test_a_password_matches_in_each_of_its_unicode_forms(world, typed):
    world.sign_up(Username("ada"), Password(DECOMPOSED), None)
    me = world.authenticate(world.log_in("ada", typed, CLIENT_INFO).access_token)

    world.change_password(me, typed, NEW, CLIENT_INFO)
    world.delete_account(me, NEW.secret, CLIENT_INFO)


def test_a_hash_of_the_raw_password_is_renewed_at_login(world):
    user_id = world.person("ada").user_id
    user = world.store.committed.users[user_id]
    user.password_hash = world.hasher.hash(DECOMPOSED)  # as release 0.3 did
    with pytest.raises(InvalidCredentials):
        world.log_in("ada", COMPOSED, CLIENT_INFO)

    assert world.log_in("ada", DECOMPOSED, CLIENT_INFO)

    assert world.store.committed.users[user_id].password_hash == world.hasher.hash(COMPOSED)
    assert world.log_in("ada", COMPOSED, CLIENT_INFO)


def test_a_raw_password_confirms_an_action(world):
    ada = world.person("ada")
    user = world.store.committed.users[ada.user_id]
    user.password_hash = world.hasher.hash(DECOMPOSED)

    world.delete_account(ada, DECOMPOSED, CLIENT_INFO)


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_an_unknown_username_takes_as_many_hash_comparisons(world, name):
    world.person("ada")
    compared = []

    def matches(password, password_hash):
        compared.append(password)
        return False

    world.hasher.matches = matches

    with pytest.raises(InvalidCredentials):
        world.log_in(name, DECOMPOSED, CLIENT_INFO)

    assert compared == [COMPOSED, DECOMPOSED]


def test_a_profile_update_changes_only_the_given_fields(world):
    user_id = world.person("ada")

    profile = set_email(world, user_id, "ada@example.org")
    assert (profile.username, profile.email) == ("ada", "ada@example.org")
    profile = world.update_profile(user_id, ProfileChanges(username=Username("Ada")), CLIENT_INFO)
    assert (profile.username, profile.email) == ("Ada", "ada@example.org")
    profile = set_email(world, user_id, None)
    assert (profile.username, profile.email) == ("Ada", None)
    assert world.get_profile(user_id) == profile


def test_a_taken_username_is_rejected_in_a_profile_update(world):
    user_id = world.person("ada")
    world.person("grace")

    with pytest.raises(UsernameTaken):
        world.update_profile(user_id, ProfileChanges(Username("GRACE")), CLIENT_INFO)
    assert world.get_profile(user_id).username == "ada"


def test_deleting_an_account_keeps_started_events_and_calls_off_upcoming_ones(world):
    ada, grace = world.person("ada"), world.person("grace")
    past = world.published(ada)
    world.attend_event(past.id, ada)
    world.clock.advance(DAY)  # `past` starts
    pair = logged_in(world)
    own, others = world.published(ada, start=2 * DAY), world.published(grace, start=2 * DAY)
    for event in (own, others):
        world.attend_event(event.id, ada)
        world.attend_event(event.id, grace)

    world.delete_account(ada, "ada's password", CLIENT_INFO)

    assert world.seat_metrics.counted[-1] == (0, 2)
    with pytest.raises(SessionEnded):
        world.get_profile(world.authenticate(pair.access_token))
    with pytest.raises(InvalidCredentials):
        logged_in(world)
    seen = world.get_event(own.id, grace)
    assert (seen.state, seen.cancellation_reason) == ("cancelled", ACCOUNT_DELETED)
    assert (seen.attendees_count, seen.is_attending, seen.creator.username) == (1, True, None)
    assert world.get_event(others.id, grace).attendees_count == 1
    seen = world.get_event(past.id, grace)
    assert (seen.state, seen.cancelled_at) == ("published", None)
    assert (seen.attendees_count, seen.creator.id, seen.creator.username) == (1, ada.user_id, None)
    [attendee] = world.list_attendees(past.id, ALL, grace).results
    assert (attendee.id, attendee.username) == (ada.user_id, None)
    assert world.list_events(EventCriteria(), ALL, grace).count == 3
    assert world.person("ada") != ada


def test_deleting_an_account_requires_its_password(world):
    ada = world.person("ada")
    event = world.published(ada)

    with pytest.raises(WrongPassword):
        world.delete_account(ada, "wrong", CLIENT_INFO)

    assert world.get_event(event.id, ada)
    assert logged_in(world)


def test_a_deleted_account_can_neither_publish_nor_attend(world):
    ada, grace = world.person("ada"), world.person("grace")
    event = world.published(grace)
    world.delete_account(ada, "ada's password", CLIENT_INFO)

    for act in (
        lambda: world.attend_event(event.id, ada),
        lambda: world.published(ada),
        lambda: world.update_profile(ada, ProfileChanges(email=None), CLIENT_INFO),
        lambda: world.delete_account(ada, "ada's password", CLIENT_INFO),
    ):
        with pytest.raises(AccountDeleted):
            act()
    assert world.get_event(event.id, grace).attendees_count == 0


def test_an_event_that_starts_before_the_deletion_is_kept(world):
    ada, grace = world.person("ada"), world.person("grace")
    event = world.published(grace)
    world.attend_event(event.id, ada)
    world.clock.advance(DAY + HOUR / 2)

    world.delete_account(ada, "ada's password", CLIENT_INFO)

    assert world.get_event(event.id, grace).attendees_count == 1


def test_an_account_cannot_be_renamed_to_its_password(world):
    world.sign_up(Username("ada"), Password("Enchantress1815"), None)
    me = world.authenticate(world.log_in("ada", "Enchantress1815", CLIENT_INFO).access_token)

    for username in ("Enchantress1815", "enchantress1815"):
        with pytest.raises(Invalid) as error:
            world.update_profile(me, ProfileChanges(Username(username)), CLIENT_INFO)
        assert error.value.field == "username"
    assert world.get_profile(me).username == "ada"
    assert world.update_profile(me, ProfileChanges(Username("Enchantress")), CLIENT_INFO)


def test_a_rename_is_compared_with_a_concurrently_changed_password(world):
    world.person("ada")
    me = world.authenticate(logged_in(world).access_token)
    compare = world.hasher.matches

    def compare_slowly(password, password_hash):
        world.hasher.matches = compare
        matches = compare(password, password_hash)
        world.change_password(me, "ada's password", Password("enchantress"), CLIENT_INFO)
        return matches

    world.hasher.matches = compare_slowly

    with pytest.raises(Invalid):
        world.update_profile(me, ProfileChanges(Username("enchantress")), CLIENT_INFO)
    assert world.get_profile(me).username == "ada"


def test_a_new_password_is_compared_with_a_concurrently_changed_username(world):
    world.person("ada")
    me = world.authenticate(logged_in(world).access_token)
    hash_password = world.hasher.hash

    def hash_slowly(password):
        world.hasher.hash = hash_password
        world.update_profile(me, ProfileChanges(Username("enchantress")), CLIENT_INFO)
        return hash_password(password)

    world.hasher.hash = hash_slowly

    with pytest.raises(Invalid):
        world.change_password(me, "ada's password", Password("enchantress"), CLIENT_INFO)
    assert world.log_in("enchantress", "ada's password", CLIENT_INFO)


def test_a_new_password_cannot_be_the_email_address(world):
    world.person("ada")
    me = world.authenticate(logged_in(world).access_token)
    set_email(world, me, "enchantress@example.org")

    for password in ("enchantress", "Enchantress@Example.org"):
        with pytest.raises(Invalid):
            world.change_password(me, "ada's password", Password(password), CLIENT_INFO)
        with pytest.raises(Invalid):
            email = "enchantress@example.org"
            world.sign_up(Username("grace"), Password(password), email)


# Email addresses


def test_a_new_email_address_requires_the_password(world):
    ada = world.person("ada")

    with pytest.raises(Invalid) as error:
        world.update_profile(ada, ProfileChanges(email="ada@example.org"), CLIENT_INFO)
    assert error.value.field == "current_password"
    with pytest.raises(WrongPassword):
        set_email(world, ada, "ada@example.org", "grace")

    assert world.get_profile(ada).email is None
    assert world.messages() == []


def test_other_changes_require_no_password(world):
    ada = world.person("ada")
    set_email(world, ada, "ada@example.org")
    changes = ProfileChanges(
        Username("Ada"), "ada@example.org", notify_promotion=False, notify_reminder=False
    )

    profile = world.update_profile(ada, changes, CLIENT_INFO)

    assert profile.username == "Ada"
    switches = profile.notify_promotion, profile.notify_event_changes, profile.notify_reminder
    assert switches == (False, True, False)


def test_wrong_passwords_for_a_new_address_lead_to_a_wait(world):
    ada = world.person("ada")

    with pytest.raises(TooManyWrongPasswords):
        for _ in range(FREE_FAILURES + 2):
            with pytest.raises(WrongPassword):
                set_email(world, ada, "ada@example.org", "grace")


def test_a_new_address_is_a_message_about_both_addresses(world):
    ada = world.with_verified_email("ada")

    set_email(world, ada, "new@example.org")

    [message] = world.messages()
    assert message["type"] == "email.changed"
    assert message["data"] == {
        "user_id": str(ada.user_id),
        "new": "new@example.org",
        "old": "ada@example.org",
    }
    assert not world.get_profile(ada).email_verified
    assert (AuditEvent.EMAIL_CHANGED, ada.user_id) in world.audit.audit_events


def test_setting_the_same_address_again_asks_for_its_verification_unless_it_is_verified(world):
    ada = world.person("ada")
    set_email(world, ada, "ada@example.org")
    again = ProfileChanges(email="ada@example.org")

    world.update_profile(ada, again, CLIENT_INFO)
    assert [message["data"]["new"] for message in world.messages()] == ["ada@example.org"] * 2

    world.store.committed.users[ada.user_id].verify_email()
    assert world.update_profile(ada, again, CLIENT_INFO).email_verified
    assert len(world.messages()) == 2


@pytest.mark.parametrize(
    "changes", [ProfileChanges(), ProfileChanges(email=None), ProfileChanges(Username("Ada"))]
)
def test_what_leaves_the_address_alone_is_no_message(world, changes):
    ada = world.person("ada")

    world.update_profile(ada, changes, CLIENT_INFO)

    assert world.messages() == []
    assert AuditEvent.EMAIL_CHANGED not in {each for each, _ in world.audit.audit_events}


def test_a_rejected_precondition_changes_no_address(world):
    ada = world.person("ada")

    def refuse(profile):
        assert profile.email is None
        raise PreconditionFailed

    with pytest.raises(PreconditionFailed):
        changes = ProfileChanges(email="ada@example.org")
        world.update_profile(ada, changes, CLIENT_INFO, refuse, current_password="ada's password")

    assert world.get_profile(ada).email is None
    assert world.messages() == []


def test_a_password_that_was_changed_meanwhile_changes_no_address(world):
    ada = world.person("ada")
    session = world.authenticate(logged_in(world).access_token)
    compare = world.hasher.matches

    def compare_slowly(password, password_hash):
        world.hasher.matches = compare
        matches = compare(password, password_hash)
        world.change_password(session, "ada's password", NEW, CLIENT_INFO)
        return matches

    world.hasher.matches = compare_slowly

    with pytest.raises(WrongPassword):
        set_email(world, ada, "ada@example.org")
    assert world.get_profile(ada).email is None
    assert world.messages() == []


def test_an_address_that_was_changed_meanwhile_is_not_changed_back_without_the_password(world):
    ada = world.person("ada")
    set_email(world, ada, "ada@example.org")
    accounts = world.update_profile.accounts
    get_profile = accounts.get_profile

    def get_slowly(caller):
        accounts.get_profile = get_profile
        profile = get_profile(caller)
        set_email(world, ada, "new@example.org")
        return profile

    accounts.get_profile = get_slowly

    with pytest.raises(Invalid) as error:
        world.update_profile(ada, ProfileChanges(email="ada@example.org"), CLIENT_INFO)
    assert error.value.field == "current_password"
    assert world.get_profile(ada).email == "new@example.org"


@pytest.mark.parametrize(("email", "written"), [("ada@example.org", 1), (None, 0)])
def test_the_address_of_a_new_account_has_to_be_verified(world, email, written):
    profile = world.sign_up(Username("ada"), Password("ada's password"), email)

    assert not profile.email_verified
    assert [message["data"] for message in world.messages()] == [
        {"user_id": str(profile.id), "new": email, "old": None}
    ] * written


def test_a_username_that_is_taken_writes_no_message(world):
    world.person("ada")

    with pytest.raises(UsernameTaken):
        world.sign_up(Username("ADA"), Password("ada's password"), "ada@example.org")

    assert world.messages() == []


def test_deleting_an_account_deletes_its_mails_and_tokens(world):
    ada, grace = (world.with_verified_email(name) for name in ("ada", "grace"))
    for name in ("ada", "grace"):
        world.request_password_reset(f"{name}@example.org", CLIENT_INFO)
    world.dispatch_messages()
    world.claim_mails(10)

    world.delete_account(ada, "ada's password", CLIENT_INFO)

    state = world.store.committed
    assert {mail.user_id for mail in state.mails.values()} == {grace.user_id}
    assert {token.user_id for token in state.mail_tokens.values()} == {grace.user_id}
