"""The worker claims mails, sends them, and records the outcome."""

from datetime import timedelta

import pytest

from application.mails.record_mail import SendResult
from application.ports.delivery_metrics import Outcome
from domain.accounts.mail_token import TokenPurpose, token_hash
from domain.accounts.user import ProfileChanges
from domain.events.description import Location
from domain.events.event import EventChanges
from domain.events.state import NO_REASON
from domain.mails.queued_mail import DELAYS, LEASE
from tests.builders import CLIENT_INFO, DAY, HOUR, NOON, SECOND

SENT, REJECTED, NOT_SENT = SendResult
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ada(world):
    return world.with_verified_email("ada")


@pytest.fixture
def grace(world):
    return world.with_verified_email("grace")


def claim(world, limit=100):
    world.dispatch_messages()
    return world.claim_mails(limit)


def queued(world):
    return len(world.store.committed.mails)


def request_reset(world, address="ada@example.org"):
    world.request_password_reset(address, CLIENT_INFO)


def set_email(world, caller, email, name="ada"):
    changes, password = ProfileChanges(email=email), f"{name}'s password"
    world.update_profile(caller, changes, CLIENT_INFO, current_password=password)


def tokens(world):
    return list(world.store.committed.mail_tokens.values())


# What is sent


def test_a_reset_mail_has_a_token_that_begins_when_it_is_claimed(world, ada):
    request_reset(world)
    world.clock.advance(HOUR)

    [claimed] = claim(world)

    assert claimed.mail.recipient == "ada@example.org"
    [token] = tokens(world)
    assert (token.user_id, token.address) == (ada.user_id, "ada@example.org")
    assert (token.purpose, token.expires_at) == (
        TokenPurpose.RESET_PASSWORD,
        NOON + HOUR + 30 * MINUTE,
    )
    assert token.hash in {token_hash(word) for word in words(claimed)}


def words(claimed):
    """Words of the text, which may be at the end of a URL."""
    return claimed.mail.text.replace("=", " ").replace("/", " ").split()


def test_a_mail_to_verify_an_address_has_a_token_for_it(world, ada):
    set_email(world, ada, "new@example.org")

    claimed = {each.mail.recipient: each for each in claim(world)}

    assert claimed.keys() == {"ada@example.org", "new@example.org"}
    [token] = tokens(world)
    assert (token.purpose, token.address) == (TokenPurpose.VERIFY_EMAIL, "new@example.org")
    assert token.hash in {token_hash(word) for word in words(claimed["new@example.org"])}
    assert token.hash not in {token_hash(word) for word in words(claimed["ada@example.org"])}


def test_each_attempt_has_a_new_token_in_the_same_mail(world, ada):
    request_reset(world)

    [first] = claim(world)
    world.record_mail(first, NOT_SENT)
    world.clock.advance(MINUTE)
    [second] = claim(world)

    assert first.mail.id == second.mail.id
    assert first.mail.text != second.mail.text
    assert len({token.hash for token in tokens(world)}) == 2


def test_notices_say_what_happened_and_need_no_token(world, ada, grace):
    event = world.published(ada, capacity=1)
    world.attend_event(event.id, ada)
    world.join_waitlist(event.id, grace)
    world.cancel_attendance(event.id, ada)
    world.update_event(event.id, ada, EventChanges(location=Location("The garden")))
    world.clock.advance(SECOND)
    world.create_reminders()
    world.call_off_event(event.id, ada, NO_REASON)

    claimed = claim(world)

    assert [each.mail.recipient for each in claimed] == ["grace@example.org"] * 4
    assert all("Tea" in each.mail.subject for each in claimed)
    assert all(str(event.id) in each.mail.text for each in claimed)
    assert len({each.mail.subject for each in claimed}) == 4
    assert tokens(world) == []


def test_a_reminder_is_sent_until_the_event_starts(world, ada, grace):
    for _ in range(2):
        event = world.published(ada, start=2 * DAY)
        world.attend_event(event.id, grace)
    world.clock.advance(DAY)
    world.create_reminders()

    [first] = claim(world, limit=1)
    assert "Tea" in first.mail.subject
    world.clock.advance(DAY)

    assert claim(world) == []
    assert queued(world) == 0


# Who still wants it


def test_notices_that_are_no_longer_wanted_are_removed(world, ada, grace):
    event = world.published(ada)
    world.attend_event(event.id, grace)
    world.clock.advance(SECOND)
    world.call_off_event(event.id, ada, NO_REASON)
    world.dispatch_messages()
    assert queued(world) == 1

    world.update_profile(grace, ProfileChanges(notify_event_changes=False), CLIENT_INFO)

    assert claim(world) == []
    assert queued(world) == 0


def test_a_reset_of_an_address_that_was_changed_is_not_mailed(world, ada):
    request_reset(world)
    world.dispatch_messages()
    set_email(world, ada, None)

    assert [each.mail.recipient for each in claim(world)] == ["ada@example.org"]  # the change
    assert tokens(world) == []


def test_only_the_last_of_several_addresses_is_verified(world):
    ada = world.person("ada")
    set_email(world, ada, "first@example.org")
    set_email(world, ada, "second@example.org")

    assert [each.mail.recipient for each in claim(world)] == ["second@example.org"]


def test_a_deleted_account_gets_no_mail(world, ada):
    request_reset(world)
    world.dispatch_messages()
    request_reset(world)

    world.delete_account(ada, "ada's password", CLIENT_INFO)

    assert claim(world) == []
    assert world.messages() == []


# Leases and outcomes


def test_a_claimed_mail_is_leased(world, ada):
    request_reset(world)
    [first] = claim(world)

    world.clock.advance(LEASE - SECOND)
    assert claim(world) == []
    world.clock.advance(SECOND)
    [second] = claim(world)

    assert (first.mail.id, queued(world)) == (second.mail.id, 1)
    assert world.record_mail(first, SENT) is None
    assert queued(world) == 1
    assert world.record_mail(second, SENT) is Outcome.SUCCESS
    assert world.record_mail(second, SENT) is None
    assert world.delivery_metrics.mails == [Outcome.SUCCESS]


def test_mails_are_claimed_up_to_a_limit(world, ada, grace):
    request_reset(world)
    request_reset(world, "grace@example.org")

    assert [len(claim(world, limit=1)) for _ in range(3)] == [1, 1, 0]


@pytest.mark.parametrize(
    ("result", "outcome"), [(SENT, Outcome.SUCCESS), (REJECTED, Outcome.FAILURE)]
)
def test_a_mail_that_is_sent_or_rejected_is_removed(world, ada, result, outcome):
    request_reset(world)
    [claimed] = claim(world)

    assert world.record_mail(claimed, result) is outcome

    assert queued(world) == 0
    assert world.delivery_metrics.mails == [outcome]


def test_a_mail_that_is_not_sent_is_postponed_and_after_two_days_given_up(world, ada):
    request_reset(world)

    outcomes = []
    for delay in (*DELAYS, DAY):
        [claimed] = claim(world)
        outcomes.append(world.record_mail(claimed, NOT_SENT))
        world.clock.advance(delay - SECOND)
        assert claim(world) == []
        world.clock.advance(SECOND)

    assert outcomes == [Outcome.RETRY] * len(DELAYS) + [Outcome.FAILURE]
    assert world.delivery_metrics.mails == outcomes
    assert queued(world) == 0
